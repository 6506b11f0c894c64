using System.Collections.Immutable;
using System.Numerics;
using Switchyard.Data;

namespace Switchyard.Comparison;

/// <summary>Whether scenarios planted alike choose more alike than scenarios planted apart, and whether that can be chance.</summary>
static class PlantedOverlap
{
    // Equal divisions of the same numbers may differ in the last bits.
    const double Tie = 1e-12;

    /// <summary>Mean overlap Σ min(p, q) of the pairs of one family, and of the pairs of two.</summary>
    /// <param name="shares">For every scenario the share of its rows that choose each expert.</param>
    /// <param name="families">Family of every scenario.</param>
    public static (double Alike, double Apart) Means(IReadOnlyList<ImmutableArray<double>> shares, IReadOnlyList<int> families) =>
        Means(Overlaps(shares), i => families[i]);

    /// <summary>
    /// Exact randomisation test, the scenario as unit: the share of all divisions of the scenarios into two families of the given sizes
    /// whose difference alike − apart is at least the observed one. The seed drew the division, so without an influence of what was planted
    /// each of them was equally likely.
    /// </summary>
    public static double ByScenario(IReadOnlyList<ImmutableArray<double>> shares, IReadOnlyList<int> families)
    {
        var overlaps = Overlaps(shares);
        var observed = Difference(Means(overlaps, i => families[i]));
        var (all, atLeast) = (0, 0);
        for (var division = 0u; division < 1u << shares.Count; division++)
        {
            if (BitOperations.PopCount(division) != families.Sum()) continue;
            all++;
            if (Difference(Means(overlaps, i => (int)(division >> i & 1))) >= observed - Tie) atLeast++;
        }

        return (double)atLeast / all;
    }

    /// <summary>
    /// Permutation test, the search as unit: scenarios are dealt anew to the searches <paramref name="draws"/> times. It says that the
    /// difference is not that of a sample of searches, and no more.
    /// </summary>
    /// <param name="counts">For every scenario how many of its searches chose each expert.</param>
    /// <param name="families">Family of every scenario.</param>
    /// <param name="draws">Permutations.</param>
    /// <param name="seed">Of the permutations.</param>
    public static double BySearch(IReadOnlyList<ImmutableArray<long>> counts, IReadOnlyList<int> families, int draws, ulong seed)
    {
        var scenarios = counts.SelectMany((c, s) => Enumerable.Repeat(s, (int)c.Sum())).ToArray();
        var experts = counts.SelectMany(c => c.SelectMany((count, k) => Enumerable.Repeat(k, (int)count))).ToArray();
        var observed = Difference(Means(Shares(counts.Count, counts[0].Length, scenarios, experts), families));
        var random = new RandomStream(seed, 0, 0);
        var atLeast = 1;
        for (var draw = 0; draw < draws; draw++)
        {
            random.Shuffle(scenarios);
            if (Difference(Means(Shares(counts.Count, counts[0].Length, scenarios, experts), families)) >= observed - Tie) atLeast++;
        }

        return (double)atLeast / (draws + 1);
    }

    static double[,] Overlaps(IReadOnlyList<ImmutableArray<double>> shares)
    {
        var overlaps = new double[shares.Count, shares.Count];
        for (var a = 0; a < shares.Count; a++)
        {
            for (var b = a + 1; b < shares.Count; b++) overlaps[a, b] = shares[a].Zip(shares[b], Math.Min).Sum();
        }

        return overlaps;
    }

    static double Difference((double Alike, double Apart) means) => means.Alike - means.Apart;

    static (double Alike, double Apart) Means(double[,] overlaps, Func<int, int> family)
    {
        var (alike, apart, alikePairs, apartPairs) = (0.0, 0.0, 0, 0);
        for (var a = 0; a < overlaps.GetLength(0); a++)
        {
            for (var b = a + 1; b < overlaps.GetLength(0); b++)
            {
                if (family(a) == family(b)) (alike, alikePairs) = (alike + overlaps[a, b], alikePairs + 1);
                else (apart, apartPairs) = (apart + overlaps[a, b], apartPairs + 1);
            }
        }

        return (alike / alikePairs, apart / apartPairs);
    }

    static ImmutableArray<double>[] Shares(int scenarios, int experts, int[] scenarioOf, int[] expertOf)
    {
        var counts = new double[scenarios, experts];
        var totals = new double[scenarios];
        for (var i = 0; i < scenarioOf.Length; i++)
        {
            counts[scenarioOf[i], expertOf[i]]++;
            totals[scenarioOf[i]]++;
        }

        return [.. Enumerable.Range(0, scenarios).Select(s => Enumerable.Range(0, experts).Select(k => counts[s, k] / totals[s]).ToImmutableArray())];
    }
}
