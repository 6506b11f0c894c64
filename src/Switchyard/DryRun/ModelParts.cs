using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>Sorts a model's weights into parts by their names.</summary>
static class ModelParts
{
    /// <summary>Layers that several architectures have, wherever in the tree of names they stand.</summary>
    static readonly Dictionary<string, string> Shared = new(StringComparer.Ordinal)
    {
        ["expert"] = "experts",
        ["gate"] = "gates",
        ["label_gate"] = "gates",
        ["shared_gate"] = "gates",
        ["tower"] = "towers",
    };

    /// <summary>The parts, the largest first.</summary>
    public static ImmutableArray<ModelPart> Of(ParameterSet parameters) =>
    [
        .. parameters.Dense.Select(p => new ModelPart(PartOf(p.Name), p.Length))
            .Concat(parameters.Tables.Select(t => new ModelPart("embedding tables", (long)t.Rows * t.Width)))
            .GroupBy(p => p.Part, StringComparer.Ordinal)
            .Select(g => new ModelPart(g.Key, g.Sum(p => p.Parameters)))
            .OrderByDescending(p => p.Parameters).ThenBy(p => p.Part, StringComparer.Ordinal),
    ];

    /// <summary>The tables, the largest first.</summary>
    public static ImmutableArray<TableSize> Tables(ParameterSet parameters) =>
    [
        .. parameters.Tables.Select(t => new TableSize(t.Name[(t.Name.IndexOf('.', StringComparison.Ordinal) + 1)..], t.Rows, t.Width))
            .OrderByDescending(t => t.Parameters).ThenBy(t => t.Table, StringComparer.Ordinal),
    ];

    static string PartOf(string name)
    {
        var words = name.Split('.');
        return words.FirstOrDefault(Shared.ContainsKey) is { } shared ? Shared[shared] : words[0].Replace('_', ' ') + "s";
    }
}
