using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>
/// How fields become x: attention over those of several values, and what keeps a model from learning its training rows by heart from
/// their ids (the rows of rare ids fit a few labels after an epoch).
/// </summary>
public sealed record EmbeddingOptions
{
    [Description("Dropout of every number of x, in training only.")]
    [Range(0.0, 0.95)]
    public double Dropout { get; init; }

    [Description("Probability that an id is read as an unseen one (id 0), in training only, for every row, field and item by itself.")]
    [Range(0.0, 0.95)]
    public double IdDropout { get; init; }

    [Description("Fields whose ids are dropped. Default: every field with a vocabulary.")]
    public ImmutableArray<string> IdDropoutFields { get; init; } = [];

    [Description("Fields of several values that are read by target attention (DIN) instead of by their pooling.")]
    public ImmutableArray<AttentionOptions> Attention { get; init; } = [];

    /// <summary>The probability with which ids of a field are dropped.</summary>
    internal double IdDropoutOf(FieldTraits field) => field.HasUnseen && (IdDropoutFields.IsEmpty || IdDropoutFields.Contains(field.Name)) ? IdDropout : 0;

    /// <summary>What does not fit the fields that the model reads; null where all does.</summary>
    internal string? Problem(IReadOnlyList<FieldTraits> read)
    {
        foreach (var name in IdDropoutFields)
        {
            if (Find(read, name) is not { } field) return Unknown("id_dropout_fields", name, ", which is no field that the model reads", read);
            if (!field.HasUnseen) return $"embedding.id_dropout_fields names '{name}', which has no vocabulary and so no id of unseen values; leave it out.";
        }

        if (Attention.GroupBy(a => a.Field, StringComparer.Ordinal).FirstOrDefault(a => a.Count() > 1) is { } twice)
            return $"embedding.attention names field '{twice.Key}' twice; keep one.";
        return Attention.Select(a => Problem(a, read)).FirstOrDefault(p => p is not null);
    }

    static string? Problem(AttentionOptions attention, IReadOnlyList<FieldTraits> read)
    {
        if (Find(read, attention.Field) is not { HasItems: true } items)
            return Unknown("attention", attention.Field, ", which is no sequence or multi-value field that the model reads", [.. read.Where(f => f.HasItems)]);
        if (Find(read, attention.Query) is not { Kind: FieldKind.Single } query)
        {
            FieldTraits[] single = [.. read.Where(f => f.Kind == FieldKind.Single)];
            return Unknown("attention", attention.Query, " as query, which is no field of one value that the model reads", single);
        }

        return items.Width == query.Width ? null
            : $"embedding.attention: the embedding of '{items.Name}' has width {items.Width}, that of its query '{query.Name}' {query.Width}; " +
              $"give both the same, or let '{items.Name}' share the table of its query.";
    }

    static FieldTraits? Find(IReadOnlyList<FieldTraits> read, string name) => read.Where(f => f.Name == name).Select(f => (FieldTraits?)f).FirstOrDefault();

    static string Unknown(string key, string name, string what, IReadOnlyList<FieldTraits> candidates) =>
        $"embedding.{key} names '{name}'{what}.{Suggestion.For(name, [.. candidates.Select(f => f.Name)])}";
}
