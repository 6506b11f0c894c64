using System.Collections.Concurrent;
using MathNet.Numerics.Distributions;

namespace Switchyard;

/// <summary>
/// What the population stability index of two samples of one distribution stays below by chance alone. Of large samples it is χ² with one
/// degree less than bins, times 1/rows + 1/baseline rows. In nearly empty bins the logarithm reaches further, and what counts as half a row
/// counts too; so the index is given the distribution of χ²'s kind that has its own mean, variance and skewness (Pearson's third, as
/// Imhof 1961 does for quadratic forms), and those are added up over the bins, each bin's counts being of Poisson.
/// </summary>
static class DriftNoise
{
    /// <summary>Share of comparisons without any drift that lie above.</summary>
    public const double FalseAlarms = 1e-4;

    /// <summary>Expected rows of a bin from which they are as good as normal.</summary>
    const double Many = 30;

    /// <summary>Counts less likely than this say nothing.</summary>
    const double Never = 1e-13;

    /// <summary>Enough for all likely counts where <see cref="Many"/> are expected.</summary>
    const int MostNodes = 128;

    /// <summary>Steps of skewness in 1.</summary>
    const double Steps = 100;

    // Seven points that integrate polynomials of a normal variable up to degree 13 exactly (Gauss and Hermite): the third power of a bin's
    // part, a square as good as, has degree 6.
    static readonly double[] Normal = [-3.750439717725742, -2.366759410734541, -1.154405394739968, 0, 1.154405394739968, 2.366759410734541, 3.750439717725742];
    static readonly double[] NormalWeights = [0.000548268855972218, 0.0307571239675865, 0.240123178605013, 0.457142857142857, 0.240123178605013, 0.0307571239675865, 0.000548268855972218];

    // By skewness and rate: found by a search, and asked for again and again.
    static readonly ConcurrentDictionary<(int, double), double> Quantiles = new();

    /// <summary>The bound.</summary>
    /// <param name="now">Counts by bin; their sum need not be <paramref name="rows"/>.</param>
    /// <param name="rows">Rows they are of, independent ones.</param>
    /// <param name="baseline">Counts by bin of the baseline.</param>
    /// <param name="baselineRows">Its rows.</param>
    /// <param name="falseAlarms">Share of comparisons without any drift that lie above.</param>
    public static double Of(ReadOnlySpan<double> now, long rows, ReadOnlySpan<double> baseline, long baselineRows, double falseAlarms = FalseAlarms)
    {
        if (rows == 0 || baselineRows == 0) return double.PositiveInfinity;
        var (sum, baselineSum) = (DriftMath.Sum(now), DriftMath.Sum(baseline));
        if (sum == 0 || baselineSum == 0) return 0;
        Span<Node> nodes = stackalloc Node[MostNodes];
        Span<Node> baselineNodes = stackalloc Node[MostNodes];
        var (mean, variance, third) = (0.0, 0.0, 0.0);
        for (var i = 0; i < now.Length; i++)
        {
            // The best guess of the share, where there is no drift.
            var share = ((now[i] / sum * rows) + (baseline[i] / baselineSum * baselineRows)) / (rows + baselineRows);
            if (share == 0) continue;
            var (m, v, t) = Cumulants(Fill(nodes, share * rows, rows), Fill(baselineNodes, share * baselineRows, baselineRows));
            // Counts of a sample have a sum that is given: a bin of all rows has no chance at all, and all bins together one degree less.
            (mean, variance, third) = (mean + ((1 - share) * m), variance + ((1 - share) * v), third + ((1 - share) * t));
        }

        return variance > 0 ? mean + (Math.Sqrt(variance) * Quantile(third / Math.Pow(variance, 1.5), falseAlarms)) : 0;
    }

    /// <summary>Mean, variance and third central moment of a bin's part of the index.</summary>
    static (double Mean, double Variance, double Third) Cumulants(ReadOnlySpan<Node> now, ReadOnlySpan<Node> baseline)
    {
        var (first, second, third) = (0.0, 0.0, 0.0);
        foreach (var p in now)
        {
            foreach (var q in baseline)
            {
                if (p.IsEmpty && q.IsEmpty) continue;
                var part = (p.Share - q.Share) * (p.Log - q.Log);
                var weighted = p.Weight * q.Weight * part;
                first += weighted;
                second += weighted *= part;
                third += weighted * part;
            }
        }

        return (first, second - (first * first), third - (3 * first * second) + (2 * first * first * first));
    }

    /// <summary>Counts that a bin may have, with their probabilities.</summary>
    static ReadOnlySpan<Node> Fill(Span<Node> nodes, double expected, long rows)
    {
        if (expected >= Many)
        {
            // With the skewness of Poisson's (Cornish and Fisher 1938).
            for (var i = 0; i < Normal.Length; i++) nodes[i] = new Node(expected + (Math.Sqrt(expected) * Normal[i]) + (((Normal[i] * Normal[i]) - 1) / 6), rows, NormalWeights[i]);
            return nodes[..Normal.Length];
        }

        var weight = Math.Exp(-expected);
        var count = 0;
        for (; count < nodes.Length && (count <= expected || weight > Never); count++)
        {
            nodes[count] = new Node(count, rows, weight);
            weight *= expected / (count + 1);
        }

        return nodes[..count];
    }

    // In deviations from the mean. Of χ² with d degrees the skewness is √(8/d).
    static double Quantile(double skewness, double falseAlarms) => Quantiles.GetOrAdd(
        (Math.Max(1, (int)Math.Round(skewness * Steps)), falseAlarms),
        static key =>
        {
            var degrees = 8 * Steps * Steps / ((double)key.Item1 * key.Item1);
            return (ChiSquared.InvCDF(degrees, 1 - key.Item2) - degrees) / Math.Sqrt(2 * degrees);
        });

    readonly struct Node(double count, long rows, double weight)
    {
        public readonly bool IsEmpty = count == 0;
        public readonly double Share = DriftMath.Share(count, rows, rows);
        public readonly double Log = Math.Log(DriftMath.Share(count, rows, rows));
        public readonly double Weight = weight;
    }
}
