namespace Switchyard.Evaluation;

/// <summary>Scores and labels of one task over all rows taken so far, with the sums that need no order, by leaf.</summary>
sealed class Series(string name, ScenarioTree tree)
{
    const double Clip = 1e-7;
    const byte NotObserved = 2;

    float[] _scores = [];
    byte[] _labels = [];

    // The last entry is that of rows of unknown leaf.
    readonly LeafSums[] _sums = new LeafSums[tree.Leaves + 1];

    public float[] Scores => _scores;

    public byte[] Labels => _labels;

    public void Clear() => Array.Clear(_sums);

    public void EnsureCapacity(int rows)
    {
        if (_scores.Length >= rows) return;
        Array.Resize(ref _scores, rows);
        Array.Resize(ref _labels, rows);
    }

    /// <summary>Throws where a score is no probability or a label neither 0, 1 nor NaN.</summary>
    public void Check(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, long before)
    {
        for (var row = 0; row < labels.Length; row++)
        {
            var label = labels[row];
            if (float.IsNaN(label)) continue;
            if (label is not (0 or 1))
                throw new ArgumentException($"{name}, evaluated row {before + row + 1}: label is {label}; use 0, 1 or NaN (not observed).");
            if (scores[row] is not (>= 0 and <= 1))
                throw new ArgumentException(
                    $"{name}, evaluated row {before + row + 1}: score is {scores[row]}, no probability in [0, 1]. "
                    + "NaN means that training diverged: lower the learning rate or clip gradients.");
        }
    }

    public void Set(int row, int leaf, float score, float label)
    {
        if (float.IsNaN(label))
        {
            _labels[row] = NotObserved;
            return;
        }

        // The sign goes, for −0 must tie with 0.
        _scores[row] = MathF.Abs(score);
        _labels[row] = (byte)label;
        var clipped = Math.Clamp((double)score, Clip, 1 - Clip);
        ref var sums = ref _sums[leaf < 0 ? tree.Leaves : leaf];
        sums.Rows++;
        sums.Positives += (byte)label;
        sums.Score += score;
        sums.Loss -= Math.Log(label == 1 ? clipped : 1 - clipped);
    }

    public void SkipRow(int row) => _labels[row] = NotObserved;

    public bool Observed(int row) => _labels[row] != NotObserved;

    /// <summary>
    /// Fills <paramref name="order"/> with the observed rows by ascending score, equal scores in row order: score bits above, below them the
    /// label and the row, see <see cref="Row"/>. Returns their number.
    /// </summary>
    public int Order(int rows, ulong[] order, ulong[] scratch, Threads threads)
    {
        var count = 0;
        for (var row = 0; row < rows; row++)
        {
            if (_labels[row] != NotObserved) order[count++] = Entry(_scores[row], _labels[row] == 1, row);
        }

        RadixSort.ByUpperHalf(order, count, scratch, threads);
        return count;
    }

    /// <summary>An entry of <see cref="Order"/>. Bits of floats from 0 on are ordered as the floats are.</summary>
    public static ulong Entry(float score, bool positive, int row) => (ulong)BitConverter.SingleToUInt32Bits(score) << 32 | (positive ? 1U << 31 : 0) | (uint)row;

    /// <summary>The row of an entry of <see cref="Order"/>.</summary>
    public static int Row(ulong entry) => (int)((uint)entry & int.MaxValue);

    /// <summary>Whether the row of an entry of <see cref="Order"/> has label 1.</summary>
    public static bool IsPositive(ulong entry) => (entry & 1U << 31) != 0;

    /// <summary>Sums over the leaves below a node, in leaf order; the total takes in the rows of unknown leaf.</summary>
    public LeafSums Sums(int depth, int index)
    {
        var (first, count) = tree.LeavesBelow(depth, index);
        if (depth == 0) count++;
        var total = default(LeafSums);
        foreach (ref readonly var leaf in _sums.AsSpan(first, count))
        {
            total.Rows += leaf.Rows;
            total.Positives += leaf.Positives;
            total.Score += leaf.Score;
            total.Loss += leaf.Loss;
        }

        return total;
    }
}

/// <summary>What adds up over rows.</summary>
struct LeafSums
{
    public long Rows;
    public long Positives;
    public double Score;
    public double Loss;
}
