using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>Freezes what the training rows showed into a schema.</summary>
static class SchemaFitter
{
    public static Schema Fit(DataSpec spec, TextPass pass)
    {
        var tables = ImmutableArray.CreateBuilder<Table>();
        var tableOf = new Dictionary<string, int>(StringComparer.Ordinal);
        var encoders = new FieldEncoder[spec.Fields.Length];
        for (var i = 0; i < encoders.Length; i++)
        {
            var field = spec.Fields[i];
            var values = field.Shares is null ? Owned(field, pass) : new SharedEncoder(field.Shares);
            encoders[i] = field.Type == FieldType.MultiValue ? new ListEncoder(field.Separator, values) : values;
            if (field.Shares is not null || values is StandardiseEncoder) continue;
            tableOf[field.Name] = tables.Count;
            tables.Add(new Table(field.Name, Rows(values), field.Embedding));
        }

        return new Schema
        {
            Fields = [.. spec.Fields.Select((f, i) => new Field(f.Name, Kind(f), tableOf.GetValueOrDefault(f.Shares ?? f.Name, -1), f.Pooling, f.Role, encoders[i])
            {
                Column = f.Column ?? f.Name,
                Fixed = f.Fixed,
            })],
            Tables = tables.ToImmutable(),
            Levels = [.. spec.Scenario.Select((column, i) => Level(column, pass.Nodes[i]))],
            Tasks = [.. spec.Tasks.Select(t => new TaskInfo(t.Name, GivenIndex(spec.Tasks, t), t.Weight) { Label = t.Label, Mask = t.Mask })],
            UnknownScenario = spec.UnknownScenario,
            Group = spec.Group,
            Weight = spec.Weight,
        };
    }

    /// <summary>Checks that a schema of an earlier import can encode what the specification reads.</summary>
    public static Schema Reuse(Schema schema, DataSpec spec)
    {
        Same("fields", schema.Fields.Select(f => f.Name), spec.Fields.Select(f => f.Name));
        Same("scenario levels", schema.Levels.Select(l => l.Column), spec.Scenario);
        Same("tasks", schema.Tasks.Select(t => t.Name), spec.Tasks.Select(t => t.Name));
        for (var i = 0; i < spec.Fields.Length; i++)
            if (!Agrees(schema, i, spec))
                throw new InputException($"Field '{spec.Fields[i].Name}' is of another type in the configuration than in the model. Use the configuration the model was trained with.");
        return schema with { UnknownScenario = spec.UnknownScenario, Group = spec.Group, Weight = spec.Weight };
    }

    static void Same(string what, IEnumerable<string> trained, IEnumerable<string> configured)
    {
        if (trained.SequenceEqual(configured, StringComparer.Ordinal)) return;
        throw new InputException(
            $"The configuration's {what} ({string.Join(", ", configured)}) are not those of the model ({string.Join(", ", trained)}). " +
            "Use the configuration the model was trained with.");
    }

    static bool Agrees(Schema schema, int index, DataSpec spec)
    {
        var field = spec.Fields[index];
        if (schema.Fields[index].Kind != Kind(field)) return false;
        var owner = field.Shares is { } shares ? spec.Fields.First(f => f.Name == shares) : field;
        return schema.Vocabulary(index) switch
        {
            HashEncoder hash => field.Type != FieldType.Numeric && owner.HashBuckets == hash.Buckets,
            VocabularyEncoder => field.Type != FieldType.Numeric && owner.HashBuckets == 0,
            _ => field.Type == FieldType.Numeric,
        };
    }

    static FieldKind Kind(FieldSpec field) => field.Type switch
    {
        FieldType.MultiValue => FieldKind.Multiple,
        FieldType.Numeric when field.Encoding == NumericEncoding.Standardise => FieldKind.Number,
        _ => FieldKind.Single,
    };

    static FieldEncoder Owned(FieldSpec field, TextPass pass)
    {
        if (field.Type == FieldType.Numeric)
        {
            var statistics = pass.Statistics[field.Name];
            return field.Encoding == NumericEncoding.Standardise
                ? new StandardiseEncoder(statistics.Mean, statistics.Deviation)
                : new BucketEncoder(statistics.QuantileEdges(field.Buckets));
        }

        return field.HashBuckets > 0
            ? new HashEncoder(field.HashBuckets)
            : new VocabularyEncoder([.. pass.Counters[field.Name].Frequent(field.MinCount)]);
    }

    static int Rows(FieldEncoder encoder) => encoder switch
    {
        VocabularyEncoder vocabulary => vocabulary.Values.Length + 1,
        HashEncoder hash => hash.Buckets,
        BucketEncoder buckets => buckets.Missing + 1,
        _ => throw new InvalidOperationException($"{encoder.GetType().Name} has no table."),
    };

    // A missing value is no node: it is an unknown scenario.
    static ScenarioLevel Level(string column, ValueCounter values) =>
        new(column, [.. values.TrainingOrder.Select(values.Text).Where(t => t.Length > 0)]);

    static int GivenIndex(ImmutableArray<TaskSpec> tasks, TaskSpec task)
    {
        for (var i = 0; i < tasks.Length; i++)
            if (tasks[i].Name == task.Given)
                return i;
        return -1;
    }
}
