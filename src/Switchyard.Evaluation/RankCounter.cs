namespace Switchyard.Evaluation;

/// <summary>
/// Exact AUC of every node of the tree from one walk over rows in ascending score (Mann–Whitney statistic, ties 1/2).
/// A node holds back the rows of its latest score until another score arrives, so ties are settled node by node. Threads walk a part of the
/// rows each; parts end where the score changes, and what they count are whole numbers, so any cut gives the same.
/// </summary>
sealed class RankCounter(ScenarioTree tree, Threads threads)
{
    /// <summary>Rows from which another part pays.</summary>
    const int RowsPerPart = 1 << 16;

    readonly NodeState[] _nodes = new NodeState[tree.Nodes];
    readonly NodeState[]?[] _parts = new NodeState[threads.Count][];

    /// <summary>Counts rows anew.</summary>
    /// <param name="order">Rows as <see cref="Series.Order"/> leaves them.</param>
    /// <param name="count">How many.</param>
    /// <param name="leaves">Leaf of every row.</param>
    public void Run(ulong[] order, int count, int[] leaves)
    {
        // A part's nodes must not cost more than its rows.
        var parts = Math.Clamp(count / Math.Max(RowsPerPart, tree.Nodes), 1, threads.Count);
        threads.For(parts, part =>
        {
            var nodes = _parts[part] ??= new NodeState[tree.Nodes];
            Array.Clear(nodes);
            var end = First(part + 1);
            for (var i = First(part); i < end; i++) Add(nodes, tree.Path(leaves[Series.Row(order[i])]), (uint)(order[i] >> 32), Series.IsPositive(order[i]));
        });
        Array.Clear(_nodes);
        foreach (var part in _parts.AsSpan(0, parts))
        {
            for (var node = 0; node < _nodes.Length; node++) _nodes[node].Append(ref part![node]);
        }

        int First(int part)
        {
            var first = (int)((long)count * part / parts);
            while (first > 0 && first < count && order[first] >> 32 == order[first - 1] >> 32) first++;
            return first;
        }
    }

    /// <summary>AUC of a node; null where it lacks a class.</summary>
    public double? Auc(int index)
    {
        ref readonly var node = ref _nodes[index];
        return node.Positives > 0 && node.Negatives > 0 ? node.TwiceWins / (2.0 * node.Positives * node.Negatives) : null;
    }

    static void Add(NodeState[] nodes, ReadOnlySpan<int> path, uint key, bool positive)
    {
        foreach (var index in path)
        {
            ref var node = ref nodes[index];
            if (node.Key != key)
            {
                node.Settle();
                node.Key = key;
            }

            if (positive) node.HeldPositives++;
            else node.HeldNegatives++;
        }
    }

    struct NodeState
    {
        public uint Key;
        public int HeldPositives;
        public int HeldNegatives;
        public long Positives;
        public long Negatives;

        /// <summary>Twice the pairs won by the positive: integers, so exact up to 2^62 pairs.</summary>
        public long TwiceWins;

        public void Settle()
        {
            TwiceWins += HeldPositives * (2 * Negatives + HeldNegatives);
            Positives += HeldPositives;
            Negatives += HeldNegatives;
            HeldPositives = 0;
            HeldNegatives = 0;
        }

        /// <summary>Takes in rows that all have higher scores.</summary>
        public void Append(ref NodeState higher)
        {
            higher.Settle();
            TwiceWins += higher.TwiceWins + (2 * higher.Positives * Negatives);
            Positives += higher.Positives;
            Negatives += higher.Negatives;
        }
    }
}
