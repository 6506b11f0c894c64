namespace Switchyard;

/// <summary>How far two distributions over the same bins are apart.</summary>
static class DriftMath
{
    /// <summary>What a bin counts as at least, in rows.</summary>
    const double Floor = 0.5;

    /// <summary>
    /// Population stability index Σ (p − q) ln(p / q) over the bins that are not empty on both sides. A bin with less than half a row on
    /// one side counts there as half a row, else the sum would have no end.
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
            var (p, q) = (Share(now[i], sum, rows), Share(baseline[i], baselineSum, baselineRows));
            psi += (p - q) * Math.Log(p / q);
        }

        return psi;
    }

    /// <summary>
    /// A bin's share of a sample, that of half a row at least. Where a row has several choices, or parts of one, a bin may have less than that and is
    /// then worth no less than an empty one: so the index never falls where a bin goes away from the baseline.
    /// </summary>
    /// <param name="count">Its count.</param>
    /// <param name="sum">Counts of all bins.</param>
    /// <param name="rows">Rows they are of.</param>
    public static double Share(double count, double sum, long rows) => Math.Max(count / sum, Floor / rows);

    /// <summary>Total variation distance ½ Σ |p − q|: 0 to 1.</summary>
    public static double Distance(double[] now, double[] baseline) =>
        Sum(now) == 0 || Sum(baseline) == 0 ? 0 : Shares(now).Zip(Shares(baseline), (p, q) => Math.Abs(p - q)).Sum() / 2;

    public static double[] Shares(double[] counts)
    {
        var sum = Sum(counts);
        return sum == 0 ? counts : [.. counts.Select(c => c / sum)];
    }

    public static double Sum(ReadOnlySpan<double> counts)
    {
        var sum = 0.0;
        foreach (var count in counts) sum += count;
        return sum;
    }
}
