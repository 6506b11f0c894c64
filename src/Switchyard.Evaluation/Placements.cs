using System.Runtime.InteropServices;

namespace Switchyard.Evaluation;

/// <summary>
/// Placement values (DeLong, DeLong and Clarke-Pearson 1988): of a positive, the share of its node's negatives with a lower score; of a
/// negative, the share of positives with a higher one; ties count 1/2. The mean over either class is the node's AUC.
/// </summary>
sealed class Placements(ScenarioTree tree, int[] leaves, Threads threads)
{
    /// <summary>Rows from which another part pays.</summary>
    const int RowsPerPart = 1 << 16;

    readonly NodeState[]?[] _parts = new NodeState[threads.Count][];
    readonly ulong[] _order = new ulong[leaves.Length];
    readonly ulong[] _scratch = new ulong[leaves.Length];

    /// <summary>Adds every observed row's placement in its node of every depth to <paramref name="sums"/> [rows × depths].</summary>
    /// <param name="scores">Scores in [0, 1] of all rows.</param>
    /// <param name="labels">0, 1, or NaN where not observed.</param>
    /// <param name="sums">Receives the placements.</param>
    public void AddTo(float[] scores, float[] labels, double[] sums)
    {
        var count = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            // The sign goes, for −0 must tie with 0.
            if (!float.IsNaN(labels[row])) _order[count++] = Series.Entry(MathF.Abs(scores[row]), labels[row] == 1, row);
        }

        RadixSort.ByUpperHalf(_order, count, _scratch, threads);

        // Parts end where the score changes. Once it is counted what every part holds, each knows what lies below it.
        var parts = Math.Clamp(count / Math.Max(RowsPerPart, tree.Nodes), 1, threads.Count);
        threads.For(parts, part => Count(part, _order.AsSpan(First(part)..First(part + 1))));
        for (var node = 0; node < tree.Nodes; node++)
        {
            var below = default(NodeState);
            foreach (var nodes in _parts.AsSpan(0, parts)) nodes![node].StartAbove(ref below);
            foreach (var nodes in _parts.AsSpan(0, parts)) nodes![node].SetTotals(below);
        }

        threads.For(parts, part => Place(_parts[part]!, _order.AsSpan(First(part)..First(part + 1)), sums));

        int First(int part)
        {
            var first = (int)((long)count * part / parts);
            while (first > 0 && first < count && _order[first] >> 32 == _order[first - 1] >> 32) first++;
            return first;
        }
    }

    void Count(int part, ReadOnlySpan<ulong> order)
    {
        var nodes = _parts[part] ??= new NodeState[tree.Nodes];
        Array.Clear(nodes);
        foreach (var item in order)
        {
            foreach (var node in tree.Path(leaves[Series.Row(item)])) nodes[node].Count(Series.IsPositive(item));
        }
    }

    void Place(NodeState[] nodes, ReadOnlySpan<ulong> order, double[] sums)
    {
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && order[end] >> 32 == order[start] >> 32) end++;
            if (end == start + 1) Alone(nodes, order[start], sums);
            else Tie(nodes, order[start..end], sums);
            start = end;
        }
    }

    /// <summary>Rows of one score: all of them are held by their nodes, then placed, then become the ones below.</summary>
    void Tie(NodeState[] nodes, ReadOnlySpan<ulong> rows, double[] sums)
    {
        foreach (var item in rows)
        {
            foreach (var node in tree.Path(leaves[Series.Row(item)])) nodes[node].Hold(Series.IsPositive(item));
        }

        foreach (var item in rows)
        {
            var row = Series.Row(item);
            var path = tree.Path(leaves[row]);
            var own = sums.AsSpan(row * (tree.Depth + 1), path.Length);
            for (var depth = 0; depth < path.Length; depth++) own[depth] += nodes[path[depth]].Placement(Series.IsPositive(item));
        }

        foreach (var item in rows)
        {
            foreach (var node in tree.Path(leaves[Series.Row(item)])) nodes[node].Settle();
        }
    }

    /// <summary>The same of a row that nobody ties with.</summary>
    void Alone(NodeState[] nodes, ulong item, double[] sums)
    {
        var (row, positive) = (Series.Row(item), Series.IsPositive(item));
        var path = tree.Path(leaves[row]);
        var own = sums.AsSpan(row * (tree.Depth + 1), path.Length);
        for (var depth = 0; depth < path.Length; depth++)
        {
            ref var node = ref nodes[path[depth]];
            own[depth] += node.Placement(positive);
            node.Hold(positive);
            node.Settle();
        }
    }

    [StructLayout(LayoutKind.Auto)]
    struct NodeState
    {
        int _positives;
        int _negatives;
        int _positivesBelow;
        int _negativesBelow;
        int _positivesHeld;
        int _negativesHeld;

        public void Count(bool positive)
        {
            if (positive) _positives++;
            else _negatives++;
        }

        public void Hold(bool positive)
        {
            if (positive) _positivesHeld++;
            else _negativesHeld++;
        }

        /// <summary>Turns a part's own counts into a start above the parts below, and adds them to those.</summary>
        public void StartAbove(ref NodeState below)
        {
            var (positives, negatives) = (_positives, _negatives);
            (_positivesBelow, _negativesBelow) = (below._positives, below._negatives);
            below._positives += positives;
            below._negatives += negatives;
        }

        public void SetTotals(in NodeState all) => (_positives, _negatives) = (all._positives, all._negatives);

        /// <summary>Rounded to a float, so that sums of a few draws are exact, and equal draws differ by exactly nothing.</summary>
        public readonly float Placement(bool positive) => positive
            ? (float)((_negativesBelow + (_negativesHeld / 2.0)) / Math.Max(1, _negatives))
            : (float)((_positives - _positivesBelow - (_positivesHeld / 2.0)) / Math.Max(1, _positives));

        public void Settle()
        {
            _positivesBelow += _positivesHeld;
            _negativesBelow += _negativesHeld;
            (_positivesHeld, _negativesHeld) = (0, 0);
        }
    }
}
