using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Compares ways to order the same lists, scenario by scenario.</summary>
/// <param name="lists">The lists.</param>
/// <param name="schema">Scenario tree.</param>
/// <param name="levels">Levels that part the lists.</param>
/// <param name="samples">Resamples of the bootstrap.</param>
/// <param name="seed">Their seed.</param>
sealed class WaysTable(ObjectiveLists lists, Schema schema, int levels, int samples, ulong seed)
{
    readonly int _seed = (int)(SeededRandom.Hash($"ways/{seed}") & int.MaxValue);

    /// <summary>The scenarios that have lists, the total last.</summary>
    /// <param name="ways">Value of every list by every way; null for a way without. The last one is compared with the reference.</param>
    /// <param name="reference">Index of the reference.</param>
    /// <param name="weights">A node's weights and whether they are its own; of the total, node −1, the common ones.</param>
    public ImmutableArray<FuseScenario> Of(double[]?[] ways, int reference, Func<int, (double[] Weights, bool IsOwn)> weights)
    {
        var scenarios = ImmutableArray.CreateBuilder<FuseScenario>();
        if (levels > 0)
        {
            foreach (var node in lists.Nodes.Index().Where(n => n.Item >= 0).GroupBy(n => n.Item, n => n.Index).OrderBy(n => n.Key))
                scenarios.Add(Of(string.Join('/', NamesOf(node.Key)), [.. node], ways, reference, weights(node.Key)));
        }

        scenarios.Add(Of("all", [.. Enumerable.Range(0, lists.Count)], ways, reference, weights(-1)));
        return scenarios.ToImmutable();
    }

    /// <summary>The way, of all but the last one, that is best over all lists.</summary>
    public static int Best(double[]?[] ways) => Enumerable.Range(0, ways.Length - 1).Where(w => ways[w] is not null).MaxBy(w => ways[w]!.Average());

    /// <summary>Names of a node's path.</summary>
    public string[] NamesOf(int node)
    {
        var names = new string[levels];
        for (var level = levels - 1; level >= 0; level--)
        {
            var nodes = schema.Levels[level].Nodes;
            names[level] = nodes[node % nodes.Length];
            node /= nodes.Length;
        }

        return names;
    }

    FuseScenario Of(string name, int[] own, double[]?[] ways, int reference, (double[] Weights, bool IsOwn) weights)
    {
        int[] groups = [.. own.Select(l => lists.Groups[l])];
        double[] Picked(double[] values) => [.. own.Select(l => values[l])];
        var gain = ListBootstrap.Difference(groups, Picked(ways[^1]!), Picked(ways[reference]!), samples, _seed);
        return new(name, groups.Distinct().Count(), [.. ways.Select(w => w is null ? (double?)null : Picked(w).Average())], gain, [.. weights.Weights], weights.IsOwn);
    }
}
