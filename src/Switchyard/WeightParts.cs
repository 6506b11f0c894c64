using Switchyard.Engine;

namespace Switchyard;

/// <summary>A part of a model: what <c>update.freeze</c> calls it, and what a report calls the weights of one kind in it.</summary>
/// <param name="Word">One word.</param>
/// <param name="Label">The weights.</param>
readonly record struct WeightPart(string Word, string Label);

/// <summary>Sorts weights into parts by the words in their names: the one place that knows them.</summary>
static class WeightParts
{
    const string FieldScope = "embedding";

    static readonly WeightPart Tables = new("embeddings", "embedding tables");

    static readonly WeightPart TargetAttention = new("attention", "target attention");

    static readonly WeightPart Layers = new("layers", "layers");

    /// <summary>Last word of a step of a name → part. Earlier lines decide: scaling nets of a tower are scaling nets.</summary>
    static readonly (string Word, WeightPart Part)[] Steps =
    [
        ("gate", new("gates", "gates")),
        ("expert", new("experts", "experts")),
        ("scale", new("scales", "scaling nets")),
        ("stitch", new("stitches", "cross-stitch weights")),
        ("tower", new("towers", "towers")),
        ("san", new("attention", "scenario attention")),
        ("task_embedding", new("embeddings", "task embeddings")),
        ("embedding", new("embeddings", "scenario embeddings")),
    ];

    /// <summary>The words of all parts; a model need not have every one.</summary>
    public static IEnumerable<string> Words { get; } = [.. new[] { Tables, TargetAttention, Layers }.Concat(Steps.Select(s => s.Part)).Select(p => p.Word).Distinct()];

    /// <summary>Part of every weight by its name.</summary>
    public static Dictionary<string, WeightPart> Of(ParameterSet parameters)
    {
        var parts = new Dictionary<string, WeightPart>(StringComparer.Ordinal);
        foreach (var table in parameters.Tables) parts.Add(table.Name, Tables);
        foreach (var name in parameters.Dense.Select(p => p.Name).Concat(parameters.Buffers.Select(b => b.Name))) parts.Add(name, OfLayer(name.Split('.')));
        return parts;
    }

    /// <summary>Under the fields' tables, whose names are the user's own, only attention over a field's values has weights.</summary>
    static WeightPart OfLayer(string[] steps)
    {
        if (steps[0] == FieldScope) return TargetAttention;
        foreach (var (word, part) in Steps)
        {
            if (steps.Any(step => step == word || step.EndsWith("_" + word, StringComparison.Ordinal))) return part;
        }

        return Layers;
    }
}
