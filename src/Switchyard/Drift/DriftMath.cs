using System.Collections.Concurrent;
using MathNet.Numerics.Distributions;

namespace Switchyard;

/// <summary>How far two distributions over the same bins are apart.</summary>
static class DriftMath
{
    /// <summary>Share of samples without any drift that lie below <see cref="Noise"/>.</summary>
    const double Confidence = 0.9999;

    const double SmallSample = 10;

    /// <summary>What an empty bin counts as, in rows.</summary>
    const double Floor = 0.5;

    // By degrees of freedom: found by a search, and asked for again and again.
    static readonly ConcurrentDictionary<int, double> Quantiles = new();

    /// <summary>
    /// Population stability index Σ (p − q) ln(p / q) over the bins that are not empty on both sides. A bin that is empty on one side counts
    /// there as half a row, else the sum would have no end.
    /// </summary>
    /// <param name="now">Counts by bin; their sum need not be <paramref name="rows"/>.</param>
    /// <param name="rows">Rows they are of.</param>
    /// <param name="baseline">Counts by bin of the baseline.</param>
    /// <param name="baselineRows">Its rows.</param>
    public static double Psi(ReadOnlySpan<double> now, long rows, ReadOnlySpan<double> baseline, long baselineRows)
    {
        var (sum, baselineSum) = (Sum(now), Sum(baseline));
        if (sum == 0 || baselineSum == 0) return 0;
        var psi = 0.0;
        for (var i = 0; i < now.Length; i++)
        {
            if (now[i] == 0 && baseline[i] == 0) continue;
            var p = now[i] > 0 ? now[i] / sum : Floor / rows;
            var q = baseline[i] > 0 ? baseline[i] / baselineSum : Floor / baselineRows;
            psi += (p - q) * Math.Log(p / q);
        }

        return psi;
    }

    /// <summary>
    /// What the index stays below by chance alone, 9,999 times in 10,000: of two samples of the same distribution it is χ² with one degree less
    /// than bins, times 1/rows + 1/baseline rows, for large samples; in small ones the logarithm of nearly empty bins reaches further, which a
    /// factor of 1 + 10 bins/rows covers.
    /// </summary>
    public static double Noise(ReadOnlySpan<double> now, long rows, ReadOnlySpan<double> baseline, long baselineRows)
    {
        var bins = 0;
        for (var i = 0; i < now.Length; i++) bins += now[i] > 0 || baseline[i] > 0 ? 1 : 0;
        if (rows == 0 || baselineRows == 0) return double.PositiveInfinity;
        return bins < 2 ? 0 : Quantiles.GetOrAdd(bins - 1, static degrees => ChiSquared.InvCDF(degrees, Confidence)) * ((1.0 / rows) + (1.0 / baselineRows)) * (1 + (SmallSample * bins / Math.Min(rows, baselineRows)));
    }

    /// <summary>Total variation distance ½ Σ |p − q|: 0 to 1.</summary>
    public static double Distance(double[] now, double[] baseline) =>
        Sum(now) == 0 || Sum(baseline) == 0 ? 0 : Shares(now).Zip(Shares(baseline), (p, q) => Math.Abs(p - q)).Sum() / 2;

    public static double[] Shares(double[] counts)
    {
        var sum = Sum(counts);
        return sum == 0 ? counts : [.. counts.Select(c => c / sum)];
    }

    static double Sum(ReadOnlySpan<double> counts)
    {
        var sum = 0.0;
        foreach (var count in counts) sum += count;
        return sum;
    }
}
