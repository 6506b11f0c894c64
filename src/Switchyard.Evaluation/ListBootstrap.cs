using MathNet.Numerics.Statistics;

namespace Switchyard.Evaluation;

/// <summary>
/// The difference of two means over the same lists, with its error by the paired bootstrap over groups (Efron and Tibshirani 1993): groups
/// are drawn with replacement, and with a group all lists of it. Sample k depends on the seed and k alone.
/// </summary>
public static class ListBootstrap
{
    /// <param name="groups">Group of every list.</param>
    /// <param name="values">Value of every list.</param>
    /// <param name="reference">The value it is compared with.</param>
    /// <param name="samples">Resamples, at least 2.</param>
    /// <param name="seed">Their seed.</param>
    /// <returns>Mean value minus mean reference; null with fewer than two groups, for nothing is known of its error.</returns>
    public static Difference? Difference(ReadOnlySpan<int> groups, ReadOnlySpan<double> values, ReadOnlySpan<double> reference, int samples, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 2);
        var numbers = new Dictionary<int, int>();
        var (sums, counts) = (new List<double>(), new List<double>());
        var (sum, lists) = (0.0, 0);
        for (var list = 0; list < groups.Length; list++)
        {
            if (!numbers.TryGetValue(groups[list], out var number))
            {
                numbers[groups[list]] = number = sums.Count;
                sums.Add(0);
                counts.Add(0);
            }

            var difference = values[list] - reference[list];
            sums[number] += difference;
            counts[number]++;
            sum += difference;
            lists++;
        }

        if (sums.Count < 2) return null;
        var ratio = new ResampledRatio([.. Enumerable.Range(0, sums.Count)], [.. sums], [.. counts]);
        var resamples = new GroupResamples(sums.Count, samples, seed);
        var means = new double[resamples.Blocks * GroupResamples.Lanes];
        for (var block = 0; block < resamples.Blocks; block++) ratio.Run(resamples.Block(block), means.AsSpan(block * GroupResamples.Lanes, GroupResamples.Lanes));
        return new Difference(sum / lists, means.AsSpan(0, samples).ToArray().StandardDeviation(), sums.Count - 1);
    }
}
