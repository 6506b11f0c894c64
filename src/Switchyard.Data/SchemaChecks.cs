using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>What must hold of a schema that was read from a file: everything else relies on it without looking.</summary>
static class SchemaChecks
{
    /// <exception cref="InputException">The schema contradicts itself; the message names the field, task or level.</exception>
    public static void Check(Schema schema)
    {
        if (schema.Fields.IsDefault || schema.Tables.IsDefault || schema.Levels.IsDefault || schema.Tasks.IsDefault) throw Error("one of its lists is null");
        if (schema.Fields.Any(f => f is not { Name: not null, Column: not null, Encoder: not null })) throw Error("a field needs a name, a column and an encoder");
        Unique(schema.Fields.Select(f => f.Name), "field");
        Unique(schema.Tasks.Select(t => t.Name), "task");
        Unique(schema.Levels.Select(l => l.Column), "scenario level");
        foreach (var level in schema.Levels)
        {
            if (level.Nodes.IsDefaultOrEmpty) throw Error($"level {level.Column} needs nodes");
            Unique(level.Nodes, $"node of '{level.Column}'");
        }

        for (var i = 0; i < schema.Tasks.Length; i++)
            if (schema.Tasks[i].Given < -1 || schema.Tasks[i].Given >= i)
                throw Error($"task {schema.Tasks[i].Name} is given a task that is not before it ({schema.Tasks[i].Given})");
        foreach (var field in schema.Fields) CheckField(schema, field);
        CheckTables(schema);
    }

    /// <summary>Nothing is empty or null, and every table has the rows that its fields' ids need.</summary>
    static void CheckTables(Schema schema)
    {
        if (schema.Fields.Length == 0) throw Error("there are no fields");
        if (schema.Tasks.Length == 0) throw Error("there are no tasks");
        if (schema.Tasks.FirstOrDefault(t => t.Mask.IsDefault || t.Mask.Any(m => m is null)) is { } task) throw Error($"task {task.Name} needs a mask");
        foreach (var table in schema.Tables)
            if (table is not { Name.Length: > 0, Rows: > 0, Width: > 0 })
                throw Error($"table {table?.Name} needs a name, rows and a width");
        if (schema.Tables.DistinctBy(t => t.Name, StringComparer.Ordinal).Count() != schema.Tables.Length) throw Error("two tables have one name");
        foreach (var field in schema.Fields.Where(f => f.Kind != FieldKind.Number))
            if (Rows(schema, field.Encoder) != schema.Tables[field.Table].Rows)
                throw Error($"field {field.Name} does not fit the rows of its table");
    }

    /// <summary>Table rows that an encoder's ids need. Sharing does not chain.</summary>
    static long Rows(Schema schema, FieldEncoder encoder)
    {
        if (encoder is ItemsEncoder items) encoder = items.Values;
        if (encoder is SharedEncoder shared)
        {
            encoder = schema.Fields.First(f => f.Name == shared.Field).Encoder;
            if (encoder is ItemsEncoder owner) encoder = owner.Values;
        }

        return encoder switch
        {
            VocabularyEncoder vocabulary => vocabulary.Values.Length + 1L,
            HashEncoder hash => hash.Buckets,
            BucketEncoder buckets => buckets.Edges.Length + 2L,
            _ => -1,
        };
    }

    static void CheckField(Schema schema, Field field)
    {
        if (field is not { Name: not null, Column: not null, Encoder: not null }) throw Error($"a field needs a name, a column and an encoder");
        if (field.Kind == FieldKind.Number ? field.Table != -1 : field.Table < 0 || field.Table >= schema.Tables.Length)
            throw Error($"field {field.Name} has no table {field.Table}");
        if (field is { Role: FieldRole.Position, HasItems: true })
            throw Error($"field {field.Name} is a position of several values");
        if ((field.Kind == FieldKind.Multiple) != (field.Encoder is ListEncoder) || (field.Kind == FieldKind.Sequence) != (field.Encoder is SequenceEncoder)
            || (field.Kind == FieldKind.Number) != (field.Encoder is StandardiseEncoder))
            throw Error($"field {field.Name} is {field.Kind}, which its encoder is not made for");
        CheckEncoder(schema, field, field.Encoder);
    }

    static void CheckEncoder(Schema schema, Field field, FieldEncoder? encoder)
    {
        switch (encoder)
        {
            case ItemsEncoder items:
                CheckItems(field, items);
                CheckEncoder(schema, field, items.Values);
                break;
            case SharedEncoder shared:
                var owner = schema.Fields.FirstOrDefault(f => f.Name == shared.Field)?.Encoder;
                if ((owner is ItemsEncoder values ? values.Values : owner) is not (VocabularyEncoder or HashEncoder))
                    throw Error($"field {field.Name} does not fit '{shared.Field}', with which it shares: that has no vocabulary of its own");
                break;
            case VocabularyEncoder vocabulary:
                if (vocabulary.Values.IsDefault) throw Error($"field {field.Name} has a vocabulary without values");
                Unique(vocabulary.Values, $"field {field.Name} does not fit its vocabulary: value");
                break;
            case HashEncoder hash when hash.Buckets < 1:
                throw Error($"field {field.Name} hashes into {hash.Buckets} ids");
            case BucketEncoder buckets when buckets.Edges.IsDefault || !Ascends(buckets.Edges):
                throw Error($"the edges of field {field.Name} are not finite numbers in ascending order");
            case StandardiseEncoder standardise when !double.IsFinite(standardise.Mean) || !double.IsFinite(standardise.Deviation) || standardise.Deviation <= 0:
                throw Error($"field {field.Name} has mean {standardise.Mean} and deviation {standardise.Deviation}; both must be finite, the deviation above 0");
        }
    }

    static void CheckItems(Field field, ItemsEncoder items)
    {
        if (!char.IsAscii(items.Separator)) throw Error($"field {field.Name} has a separator that is not ASCII");
        if (items.Values is not (VocabularyEncoder or HashEncoder or SharedEncoder)) throw Error($"field {field.Name} lists what is no vocabulary");
        if (items is not SequenceEncoder sequence) return;
        if (sequence.MaxLength < 1) throw Error($"field {field.Name} keeps {sequence.MaxLength} values");
        if (sequence.History is { } history && (history is not { Of: not null, Item: not null } || history.When.IsDefault || history.When.Any(c => c is null)))
            throw Error($"field {field.Name} has a history that lacks a column or conditions");
    }

    static bool Ascends(ImmutableArray<double> edges)
    {
        for (var i = 0; i < edges.Length; i++)
            if (!double.IsFinite(edges[i]) || (i > 0 && edges[i] <= edges[i - 1]))
                return false;
        return true;
    }

    static void Unique(IEnumerable<string> names, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (name is null) throw Error($"{what} is null");
            if (!seen.Add(name)) throw Error($"{what} '{name}' stands there twice");
        }
    }

    static InputException Error(string what) => new($"The schema is damaged: {what}. Use the file as it was saved.");
}
