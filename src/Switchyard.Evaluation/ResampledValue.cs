using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Switchyard.Evaluation;

/// <summary>A metric of a cell that is taken anew for the weights of eight resamples at a time.</summary>
abstract class ResampledValue
{
    /// <param name="weights">A word a group, see <see cref="GroupResamples"/>.</param>
    /// <param name="lanes">Receives the metric of each resample; NaN where it does not exist.</param>
    public abstract void Run(ReadOnlySpan<ulong> weights, Span<double> lanes);

    /// <summary>The weights of a group in eight resamples.</summary>
    protected static Vector256<int> Lanes(ulong word)
    {
        var wide = Vector128.WidenLower(Vector128.CreateScalar(word).AsByte());
        return Vector256.Create(Vector128.WidenLower(wide).AsInt32(), Vector128.WidenUpper(wide).AsInt32());
    }

    protected static Vector256<double> Widen(Vector128<int> values) => Avx.IsSupported
        ? Avx.ConvertToVector256Double(values)
        : Vector256.ConvertToDouble(Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values)));
}

/// <summary>
/// AUC of weighted rows: one walk by ascending score adds, for every positive, the weight of the negatives below it. Among rows of one
/// score the negatives come in two halves, before and after the positives, which makes a tie count 1/2.
/// </summary>
sealed class ResampledAuc : ResampledValue
{
    const uint Positive = 0;
    const uint Negative = 1;
    const uint Half = 2;
    const int KindBits = 2;
    const uint KindMask = (1 << KindBits) - 1;

    readonly uint[] _entries;

    /// <param name="rows">The cell's observed rows by ascending score.</param>
    /// <param name="scores">Scores of all rows.</param>
    /// <param name="labels">Labels of all rows.</param>
    /// <param name="clusters">Group of every row, dense.</param>
    public ResampledAuc(ReadOnlySpan<int> rows, float[] scores, float[] labels, int[] clusters)
    {
        var entries = new List<uint>(rows.Length);
        for (var start = 0; start < rows.Length;)
        {
            var (end, positives) = (start, 0);
            for (; end < rows.Length && scores[rows[end]] == scores[rows[start]]; end++) positives += labels[rows[end]] == 1 ? 1 : 0;
            var tie = rows[start..end];
            if (positives == 0) Append(tie, false, Negative);
            else if (positives == tie.Length) Append(tie, true, Positive);
            else
            {
                Append(tie, false, Half);
                Append(tie, true, Positive);
                Append(tie, false, Half);
            }

            start = end;
        }

        _entries = [.. entries];

        void Append(ReadOnlySpan<int> some, bool positive, uint kind)
        {
            foreach (var row in some)
            {
                if (labels[row] == 1 == positive) entries.Add(((uint)clusters[row] << KindBits) | kind);
            }
        }
    }

    public override void Run(ReadOnlySpan<ulong> weights, Span<double> lanes)
    {
        var (below, positives) = (Vector256<int>.Zero, Vector256<int>.Zero);
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        foreach (var entry in _entries)
        {
            var weight = Lanes(weights[(int)(entry >> KindBits)]);
            switch (entry & KindMask)
            {
                case Negative:
                    below += weight + weight;
                    break;
                case Half:
                    below += weight;
                    break;
                default:
                    positives += weight;
                    low += Widen(weight.GetLower()) * Widen(below.GetLower());
                    high += Widen(weight.GetUpper()) * Widen(below.GetUpper());
                    break;
            }
        }

        // In halves, above the line and below it. Without a row of either class 0 / 0 is NaN.
        (low / (Widen(positives.GetLower()) * Widen(below.GetLower()))).CopyTo(lanes);
        (high / (Widen(positives.GetUpper()) * Widen(below.GetUpper()))).CopyTo(lanes[Vector256<double>.Count..]);
    }
}

/// <summary>A ratio of sums over groups: the mean log loss of rows, or GAUC.</summary>
/// <param name="clusters">The groups that add to it.</param>
/// <param name="above">What each adds above the line.</param>
/// <param name="below">What each adds below it.</param>
sealed class ResampledRatio(int[] clusters, double[] above, double[] below) : ResampledValue
{
    public override void Run(ReadOnlySpan<ulong> weights, Span<double> lanes)
    {
        var (lowAbove, highAbove) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var (lowBelow, highBelow) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (var i = 0; i < clusters.Length; i++)
        {
            var weight = Lanes(weights[clusters[i]]);
            var (low, high) = (Widen(weight.GetLower()), Widen(weight.GetUpper()));
            lowAbove += low * above[i];
            highAbove += high * above[i];
            lowBelow += low * below[i];
            highBelow += high * below[i];
        }

        (lowAbove / lowBelow).CopyTo(lanes);
        (highAbove / highBelow).CopyTo(lanes[Vector256<double>.Count..]);
    }
}
