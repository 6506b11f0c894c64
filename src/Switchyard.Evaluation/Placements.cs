using System.Runtime.InteropServices;

namespace Switchyard.Evaluation;

/// <summary>
/// Placement values (DeLong, DeLong and Clarke-Pearson 1988): of a positive, the share of its node's negatives with a lower score; of a
/// negative, the share of positives with a higher one; ties count 1/2. The mean over either class is the node's AUC.
/// </summary>
sealed class Placements(ScenarioTree tree, int[] leaves)
{
    readonly NodeState[] _nodes = new NodeState[tree.Nodes];
    readonly ulong[] _order = new ulong[leaves.Length];
    readonly ulong[] _scratch = new ulong[leaves.Length];

    /// <summary>Adds every observed row's placement in its node of every depth to <paramref name="sums"/> [depth][row].</summary>
    /// <param name="scores">Scores in [0, 1] of all rows.</param>
    /// <param name="labels">0, 1, or NaN where not observed.</param>
    /// <param name="sums">Receives the placements.</param>
    public void AddTo(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, double[][] sums)
    {
        Array.Clear(_nodes);
        var count = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            if (float.IsNaN(labels[row])) continue;

            // Bits of floats from 0 on are ordered as the floats are; the sign goes, for −0 must tie with 0.
            _order[count++] = (ulong)BitConverter.SingleToUInt32Bits(MathF.Abs(scores[row])) << 32 | (uint)row;
            foreach (var node in tree.Path(leaves[row])) _nodes[node].Count(labels[row] == 1);
        }

        var order = _order.AsSpan(0, count);
        RadixSort.ByUpperHalf(order, _scratch);
        for (var start = 0; start < count;)
        {
            var end = start + 1;
            while (end < count && order[end] >> 32 == order[start] >> 32) end++;
            Tie(order[start..end], labels, sums);
            start = end;
        }
    }

    /// <summary>Rows of one score: all of them are held by their nodes, then placed, then become the ones below.</summary>
    void Tie(ReadOnlySpan<ulong> rows, ReadOnlySpan<float> labels, double[][] sums)
    {
        foreach (var item in rows)
        {
            var row = (int)(uint)item;
            foreach (var node in tree.Path(leaves[row])) _nodes[node].Hold(labels[row] == 1);
        }

        foreach (var item in rows)
        {
            var row = (int)(uint)item;
            var path = tree.Path(leaves[row]);
            for (var depth = 0; depth < path.Length; depth++) sums[depth][row] += _nodes[path[depth]].Placement(labels[row] == 1);
        }

        foreach (var item in rows)
        {
            foreach (var node in tree.Path(leaves[(int)(uint)item])) _nodes[node].Settle();
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
