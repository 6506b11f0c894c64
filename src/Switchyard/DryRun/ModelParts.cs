using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>Counts a model's weights by part, and its tables.</summary>
static class ModelParts
{
    /// <summary>The parts, the largest first.</summary>
    public static ImmutableArray<ModelPart> Of(ParameterSet parameters)
    {
        var parts = WeightParts.Of(parameters);
        return
        [
            .. parameters.Dense.Select(p => (p.Name, Values: (long)p.Length))
                .Concat(parameters.Tables.Select(t => (t.Name, Values: (long)t.Rows * t.Width)))
                .GroupBy(w => parts[w.Name].Label, StringComparer.Ordinal)
                .Select(g => new ModelPart(g.Key, g.Sum(w => w.Values)))
                .OrderByDescending(p => p.Parameters).ThenBy(p => p.Part, StringComparer.Ordinal),
        ];
    }

    /// <summary>The tables, the largest first; those that every scenario has for itself together.</summary>
    public static ImmutableArray<TableSize> Tables(ParameterSet parameters) =>
    [
        .. parameters.Tables.GroupBy(t => (t.Place.Pattern, t.Rows, t.Width))
            .Select(g => new TableSize(NameOf(g.First()), g.Key.Rows, g.Key.Width, g.Count()))
            .OrderByDescending(t => t.Parameters).ThenBy(t => t.Table, StringComparer.Ordinal),
    ];

    /// <summary>embedding.NAME, or embedding.node.*.NAME of a scenario's own table.</summary>
    static string NameOf(EmbeddingTable table)
    {
        var pattern = table.Place.Pattern;
        for (var steps = table.Place.Owners.IsEmpty ? 1 : 3; steps > 0; steps--) pattern = pattern[(pattern.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return pattern;
    }
}
