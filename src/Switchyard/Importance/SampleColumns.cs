using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Fields and scenario levels that come from one source column; of a level, those below it too.</summary>
/// <param name="Unit">Their names.</param>
/// <param name="Fields">Indices of the fields.</param>
/// <param name="Level">Index of the highest scenario level, −1 for none.</param>
sealed record SampleColumns(ImportanceUnit Unit, ImmutableArray<int> Fields, int Level)
{
    public static SampleColumns None { get; } = new(new ImportanceUnit("", [], false), [], -1);

    public bool HasField(int field) => Fields.Contains(field);

    public bool HasLevel(int level) => Level >= 0 && level >= Level;

    /// <summary>
    /// Everything that a model reads and that can be permuted, by source column, in schema order. Position fields cannot: scoring fixes them.
    /// </summary>
    /// <param name="schema">All fields and levels.</param>
    /// <param name="fields">Indices of the fields that the model reads.</param>
    public static ImmutableArray<SampleColumns> Of(Schema schema, ImmutableArray<int> fields)
    {
        var columns = fields.Select(f => schema.Fields[f]).Where(f => f.Role != FieldRole.Position).Select(f => f.Column).Concat(schema.Levels.Select(l => l.Column)).Distinct(StringComparer.Ordinal);
        return [.. columns.Select(column => Of(schema, column))];
    }

    static SampleColumns Of(Schema schema, string column)
    {
        var level = Enumerable.Range(0, schema.Levels.Length).Where(l => schema.Levels[l].Column == column).DefaultIfEmpty(-1).First();
        ImmutableArray<string> below = level < 0 ? [] : [.. schema.Levels.Skip(level + 1).Select(l => l.Column)];
        int[] own = [.. FieldsOf(schema, [column])];
        return new(
            new ImportanceUnit(column, [.. own.Select(f => schema.Fields[f].Name)], level >= 0) { LevelsBelow = below },
            [.. own, .. FieldsOf(schema, below)],
            level);
    }

    static IEnumerable<int> FieldsOf(Schema schema, ImmutableArray<string> columns) =>
        Enumerable.Range(0, schema.Fields.Length).Where(f => columns.Contains(schema.Fields[f].Column) && schema.Fields[f].Role != FieldRole.Position);
}
