using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>What code may rely on in a schema that comes from a file: nothing is null, every index points somewhere.</summary>
static class SchemaCheck
{
    /// <exception cref="InputException">The schema contradicts itself; the message names the first place.</exception>
    public static void Run(Schema schema, string where)
    {
        void Require(bool holds, string what)
        {
            if (!holds) throw new InputException($"{where}: the schema is damaged: {what}.");
        }

        Require(!schema.Fields.IsDefault && !schema.Tables.IsDefault && !schema.Levels.IsDefault && !schema.Tasks.IsDefault, "a list is missing");
        Require(schema.Fields.Length > 0, "there are no fields");
        Require(schema.Tasks.Length > 0, "there are no tasks");
        foreach (var table in schema.Tables)
            Require(table is { Name.Length: > 0, Rows: > 0, Width: > 0 }, $"table {table?.Name} needs a name, rows and a width");
        Require(schema.Tables.DistinctBy(t => t.Name, StringComparer.Ordinal).Count() == schema.Tables.Length, "two tables have one name");
        foreach (var level in schema.Levels)
        {
            var sound = level is { Column: not null, Nodes: { IsDefaultOrEmpty: false } } && level.Nodes.All(n => n is not null);
            Require(sound, $"level {level?.Column} needs nodes");
        }

        for (var i = 0; i < schema.Tasks.Length; i++)
        {
            var task = schema.Tasks[i];
            Require(task?.Name is not null && !task.Mask.IsDefault && task.Mask.All(m => m is not null), $"task {i} needs a name and a mask");
            Require(task!.Given >= -1 && task.Given < i, $"task {task.Name} is given a task that does not come before it");
        }

        foreach (var field in schema.Fields)
            Require(field is { Name: not null, Column: not null, Encoder: not null }, "a field needs a name, a column and an encoder");
        foreach (var field in schema.Fields)
        {
            var number = field.Kind == FieldKind.Number;
            Require(number ? field.Table == -1 : field.Table >= 0 && field.Table < schema.Tables.Length, $"field {field.Name} has no table");
            Require(number == field.Encoder is StandardiseEncoder, $"field {field.Name} has an encoder of another kind");
            Require((field.Kind == FieldKind.Multiple) == field.Encoder is ListEncoder, $"field {field.Name} has an encoder of another kind");
            if (!number) Require(Rows(schema, field.Encoder) == schema.Tables[field.Table].Rows, $"field {field.Name} does not fit the rows of its table");
        }
    }

    /// <summary>Table rows that an encoder's ids need; −1 where the encoder is broken. Sharing does not chain.</summary>
    static long Rows(Schema schema, FieldEncoder encoder)
    {
        if (encoder is ListEncoder list) encoder = list.Values;
        if (encoder is SharedEncoder shared)
        {
            encoder = schema.Fields.FirstOrDefault(f => f.Name == shared.Field)?.Encoder!;
            if (encoder is ListEncoder owner) encoder = owner.Values;
        }

        return encoder switch
        {
            VocabularyEncoder { Values.IsDefault: false } v when v.Values.All(x => x is not null) => v.Values.Length + 1L,
            HashEncoder h => h.Buckets,
            BucketEncoder { Edges.IsDefault: false } b => b.Edges.Length + 2L,
            _ => -1,
        };
    }
}
