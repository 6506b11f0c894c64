using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>What a model's options must know of a field: from a schema, or from a configuration whose data is not read yet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How it enters the network.</param>
/// <param name="HasUnseen">Whether id 0 stands for values that training has not seen: not where values are hashed or numbers.</param>
/// <param name="Width">Width of its vectors; 0 where it has none.</param>
readonly record struct FieldTraits(string Name, FieldKind Kind, bool HasUnseen, int Width)
{
    /// <summary>Whether a row has any number of values.</summary>
    public bool HasItems => Kind is FieldKind.Multiple or FieldKind.Sequence;

    public static ImmutableArray<FieldTraits> Of(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return
        [
            .. schema.Fields.Select((f, i) => new FieldTraits(
                f.Name, f.Kind, f.Table >= 0 && schema.Vocabulary(i) is VocabularyEncoder, f.Table < 0 ? 0 : schema.Tables[f.Table].Width)),
        ];
    }
}

/// <summary>An option that does not fit the fields.</summary>
/// <param name="Key">Key of the option in the section model.</param>
/// <param name="Message">What is wrong, beginning with the option's path.</param>
sealed record FieldProblem(string Key, string Message);
