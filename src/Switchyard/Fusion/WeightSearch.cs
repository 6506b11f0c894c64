using System.Globalization;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>Weights that were found: common ones, and those of scenarios with lists enough.</summary>
sealed record FoundWeights(double[] Common, SortedDictionary<int, double[]> Own)
{
    public double[] Of(int node) => Own.TryGetValue(node, out var own) ? own : Common;
}

/// <summary>
/// Searches the weights of a formula: simple ones and seeded draws are all measured on all lists; from the best, one weight after the other
/// goes up and down in steps that halve. A scenario begins at the best of them for it, and its weights are drawn back to the common ones by
/// how few groups it has. The result does not depend on the number of threads.
/// </summary>
sealed class WeightSearch
{
    const double FirstStep = 0.25;
    const double LastStep = 1.0 / 64;
    const int MostSteps = 400;
    const string Digits = "G4";

    // What is smaller is the order of two sums.
    const double Least = 1e-9;

    readonly ObjectiveLists _lists;
    readonly FormulaNode _formula;
    readonly string[] _names;
    readonly (double Least, double Most)[] _ranges;
    readonly bool _isDirection;
    readonly FuseOptions _options;
    readonly CancellationToken _cancellation;

    /// <param name="lists">Lists to search on.</param>
    /// <param name="formula">The formula.</param>
    /// <param name="names">Its weights.</param>
    /// <param name="isDirection">Whether all weights times a number give the same order: then the largest is 1.</param>
    /// <param name="options">Ranges, draws, groups, seed.</param>
    /// <param name="cancellation">Ends it between two candidates.</param>
    public WeightSearch(ObjectiveLists lists, FormulaNode formula, string[] names, bool isDirection, FuseOptions options, CancellationToken cancellation)
    {
        (_lists, _formula, _names, _isDirection, _options, _cancellation) = (lists, formula, names, isDirection, options, cancellation);
        _ranges = [.. names.Select(n => options.Ranges.TryGetValue(n, out var range) ? range : (0, 1))];
        Equal = Written([.. _ranges.Select(r => Math.Clamp(1, r.Least, r.Most))]);
    }

    /// <summary>All weights 1, or as near to it as they may be.</summary>
    public double[] Equal { get; }

    /// <summary>NDCG of lists with some weights; null where the formula has no finite value.</summary>
    public double[]? Measure(int[] lists, double[] weights)
    {
        _cancellation.ThrowIfCancellationRequested();
        return _lists.Measure(lists, FormulaProgram.Compile(_formula, Named(weights))!);
    }

    public Dictionary<string, double> Named(double[] weights) => _names.Zip(weights).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);

    /// <summary>The weights that are best on lists.</summary>
    /// <exception cref="InputException">No candidate has a finite value everywhere.</exception>
    public FoundWeights Find(int[] lists)
    {
        var candidates = Candidates();
        var values = candidates.ConvertAll(weights => Measure(lists, weights));
        var usable = Enumerable.Range(0, candidates.Count).Where(c => values[c] is not null).ToList();
        if (usable.Count == 0) throw new InputException("the formula has no finite value for some rows, whatever the weights; change it, or give other --ranges.");
        var best = usable.MaxBy(c => values[c]!.Average());
        var common = Climb(candidates[best], values[best]!.Average(), lists);
        var found = new FoundWeights(common, []);
        foreach (var node in lists.Select((list, i) => (Node: _lists.Nodes[list], Place: i)).GroupBy(l => l.Node).Where(n => n.Key >= 0).OrderBy(n => n.Key))
        {
            int[] places = [.. node.Select(l => l.Place)];
            int[] own = [.. places.Select(p => lists[p])];
            var groups = own.Select(l => _lists.Groups[l]).Distinct().Count();
            if (groups < _options.MinGroups) continue;
            var start = usable.MaxBy(c => places.Average(p => values[c]![p]));
            var (drawn, usual) = (places.Average(p => values[start]![p]), Measure(own, common)!.Average());
            var top = drawn > usual + Least ? Climb(candidates[start], drawn, own) : Climb(common, usual, own);
            var share = groups / (double)(groups + _options.MinGroups);
            found.Own[node.Key] = Written([.. common.Zip(top, (c, t) => c + share * (t - c))]);
        }

        return found;
    }

    /// <summary>All equal, each alone, and draws that depend on seed and number alone.</summary>
    List<double[]> Candidates()
    {
        List<double[]> candidates = [Equal];
        for (var weight = 0; weight < _names.Length; weight++)
            candidates.Add(Written([.. Equal.Select((value, i) => i == weight ? value : Math.Clamp(0, _ranges[i].Least, _ranges[i].Most))]));
        for (var draw = 0; draw < _options.Draws; draw++)
            candidates.Add(Written([.. _ranges.Select((r, i) => r.Least + (r.Most - r.Least) * new RandomStream(_options.Seed, (ulong)draw, SeededRandom.Hash(_names[i])).NextDouble())]));
        return candidates;
    }

    double[] Climb(double[] start, double value, int[] lists)
    {
        var (best, bestValue) = (start, value);
        var steps = 0;
        for (var step = FirstStep; step >= LastStep && steps < MostSteps; step /= 2)
        {
            for (var improved = true; improved && steps < MostSteps;)
            {
                improved = false;
                for (var weight = 0; weight < _names.Length; weight++)
                {
                    foreach (var sign in (ReadOnlySpan<int>)[1, -1])
                    {
                        var (least, most) = _ranges[weight];
                        var moved = best.ToArray();
                        moved[weight] = Math.Clamp(best[weight] + sign * step * (most - least), least, most);
                        moved = Written(moved);
                        if (moved.AsSpan().SequenceEqual(best)) continue;
                        steps++;
                        if (Measure(lists, moved)?.Average() is not { } now || now <= bestValue + Least) continue;
                        (best, bestValue, improved) = (moved, now, true);
                        break;
                    }
                }
            }
        }

        return best;
    }

    /// <summary>With the digits that a file gets, so that what is measured is what is written.</summary>
    double[] Written(double[] weights)
    {
        var largest = weights.Max(Math.Abs);
        var scale = _isDirection && largest > 0 ? largest : 1;
        return [.. weights.Select((w, i) => Math.Clamp(double.Parse((w / scale).ToString(Digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), _ranges[i].Least, _ranges[i].Most))];
    }
}
