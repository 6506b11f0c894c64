using System.Collections.Immutable;
using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>A node of the scenario tree with the places of its rows.</summary>
/// <param name="Level">level1, …, leaf or total, as in <see cref="Cell"/>.</param>
/// <param name="Scenario">As in <see cref="Cell"/>.</param>
/// <param name="Rows">Places of its rows in file order.</param>
sealed record NodeRows(string Level, string Scenario, int[] Rows)
{
    /// <summary>Every node that has rows: the total first, then level after level.</summary>
    public static ImmutableArray<NodeRows> Of(EvaluationLayout layout, int[] leaves)
    {
        var nodes = ImmutableArray.CreateBuilder<NodeRows>();
        nodes.Add(new NodeRows("total", "all", [.. Enumerable.Range(0, leaves.Length)]));
        var below = layout.Levels.Aggregate(1, (product, level) => product * level.Nodes.Count);
        for (var depth = 1; depth <= layout.Levels.Count; depth++)
        {
            below /= layout.Levels[depth - 1].Nodes.Count;
            var level = depth == layout.Levels.Count ? "leaf" : $"level{depth}";
            var stride = below;
            var rows = Enumerable.Range(0, leaves.Length).Where(r => leaves[r] >= 0).GroupBy(r => leaves[r] / stride).OrderBy(g => g.Key);
            nodes.AddRange(rows.Select(g => new NodeRows(level, layout.NodeName(depth, g.Key), [.. g])));
        }

        return nodes.ToImmutable();
    }
}
