namespace Switchyard.Evaluation;

/// <summary>GAUC, NDCG@k and MRR of every node from the rows of some groups in descending score.</summary>
sealed class GroupCounter(ScenarioTree tree, int topK)
{
    readonly GroupSums[] _nodes = new GroupSums[tree.Nodes];
    readonly RankDiscounts _discounts = new(topK);
    ulong[] _byNode = [];
    ulong[] _segment = [];

    public void Clear() => Array.Clear(_nodes);

    /// <summary>
    /// Takes one group: its rows in the lower halves of <paramref name="rows"/>, in descending score. A node sees only its own rows of it.
    /// </summary>
    public void Add(ReadOnlySpan<ulong> rows, int[] leaves, float[] scores, byte[] labels)
    {
        var whole = Rank(rows, scores, labels);
        var leaf = leaves[(int)(uint)rows[0]];
        if (InOneLeaf(rows, leaves, leaf))
        {
            foreach (var node in tree.Path(leaf)) _nodes[node].Add(whole);
            return;
        }

        _nodes[0].Add(whole);
        if (_byNode.Length < rows.Length)
        {
            _byNode = new ulong[Math.Max(rows.Length, 2 * _byNode.Length)];
            _segment = new ulong[_byNode.Length];
        }

        for (var depth = 1; depth <= tree.Depth; depth++) AddDepth(depth, rows, leaves, scores, labels);
    }

    /// <summary>Adds what it has counted to the nodes of a whole.</summary>
    public void AddTo(GroupSums[] nodes)
    {
        for (var node = 0; node < nodes.Length; node++) nodes[node].Add(_nodes[node]);
    }

    static bool InOneLeaf(ReadOnlySpan<ulong> rows, int[] leaves, int leaf)
    {
        foreach (var row in rows)
        {
            if (leaves[(int)(uint)row] != leaf) return false;
        }

        return true;
    }

    void AddDepth(int depth, ReadOnlySpan<ulong> rows, int[] leaves, float[] scores, byte[] labels)
    {
        var known = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            var leaf = leaves[(int)(uint)rows[i]];
            if (leaf >= 0) _byNode[known++] = (ulong)tree.Path(leaf)[depth] << 32 | (uint)i;
        }

        // Node, then position: positions are distinct, so an unstable sort keeps the descending score within a node.
        _byNode.AsSpan(0, known).Sort();
        for (var start = 0; start < known;)
        {
            var node = (int)(_byNode[start] >> 32);
            var count = 0;
            while (start + count < known && (int)(_byNode[start + count] >> 32) == node)
            {
                _segment[count] = rows[(int)(uint)_byNode[start + count]];
                count++;
            }

            _nodes[node].Add(Rank(_segment.AsSpan(0, count), scores, labels));
            start += count;
        }
    }

    GroupRank Rank(ReadOnlySpan<ulong> rows, float[] scores, byte[] labels)
    {
        _discounts.Ensure(rows.Length);
        long positives = 0, negatives = 0, twiceWins = 0;
        var dcg = 0.0;
        var reciprocal = 0.0;
        for (var start = 0; start < rows.Length;)
        {
            var score = scores[(int)(uint)rows[start]];
            var end = start;
            var tiedPositives = 0;
            while (end < rows.Length && scores[(int)(uint)rows[end]] == score) tiedPositives += labels[(int)(uint)rows[end++]];
            var tied = end - start;
            if (tiedPositives > 0)
            {
                if (positives == 0) reciprocal = ExpectedReciprocalRank(start, tied, tiedPositives);
                // A tie's positives stand with equal chance on each of its ranks.
                dcg += (double)tiedPositives / tied * (_discounts.Sum(end) - _discounts.Sum(start));
            }

            twiceWins += (tied - tiedPositives) * (2 * positives + tiedPositives);
            positives += tiedPositives;
            negatives += tied - tiedPositives;
            start = end;
        }

        return new(
            rows.Length,
            positives > 0 && negatives > 0 ? twiceWins / (2.0 * positives * negatives) : null,
            positives > 0 ? dcg / _discounts.Sum((int)positives) : null,
            reciprocal);
    }

    /// <summary>E[1 / (before + J)], J the place of the first of the positives in a random order of the tied rows.</summary>
    static double ExpectedReciprocalRank(int before, int tied, int positives)
    {
        var expected = 0.0;
        var chance = (double)positives / tied;
        for (var place = 1; place <= tied - positives + 1; place++)
        {
            expected += chance / (before + place);
            if (place < tied) chance *= (double)(tied - place - positives + 1) / (tied - place);
        }

        return expected;
    }
}
