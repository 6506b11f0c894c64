using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>
/// What keeps a model from learning its training rows by heart from their ids: the rows of rare ids fit a few labels after an epoch.
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

    /// <summary>The probability for one field.</summary>
    internal double IdDropoutOf(Schema schema, int field)
    {
        var named = IdDropoutFields.IsEmpty || IdDropoutFields.Contains(schema.Fields[field].Name);
        return named && HasUnseen(schema, field) ? IdDropout : 0;
    }

    /// <exception cref="ArgumentException">A named field is none of those that the model reads, or has no id for what is unseen.</exception>
    internal void Check(Schema schema, ImmutableArray<int> read)
    {
        foreach (var name in IdDropoutFields)
        {
            var field = read.Where(f => schema.Fields[f].Name == name).DefaultIfEmpty(-1).First();
            if (field < 0) throw new ArgumentException($"embedding.id_dropout_fields names '{name}', which is no field that the model reads.{Suggestion.For(name, [.. read.Select(f => schema.Fields[f].Name)])}");
            if (!HasUnseen(schema, field)) throw new ArgumentException($"embedding.id_dropout_fields names '{name}', which has no vocabulary and so no id of unseen values; leave it out.");
        }
    }

    /// <summary>A hashed value is never unseen, and the first bucket of numbers is an ordinary one.</summary>
    static bool HasUnseen(Schema schema, int field) => schema.Fields[field].Table >= 0 && schema.Vocabulary(field) is VocabularyEncoder;
}
