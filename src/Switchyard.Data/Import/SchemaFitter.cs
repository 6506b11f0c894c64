using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Data;

/// <summary>Freezes what the training rows showed into a schema.</summary>
static class SchemaFitter
{
    const int MaxLeaves = 1_000_000;

    public static Schema Fit(DataSpec spec, TextPass pass)
    {
        var tables = ImmutableArray.CreateBuilder<Table>();
        var tableOf = new Dictionary<string, int>(StringComparer.Ordinal);
        var encoders = new FieldEncoder[spec.Fields.Length];
        for (var i = 0; i < encoders.Length; i++)
        {
            var field = spec.Fields[i];
            var values = field.Shares is null ? Owned(field, pass) : new SharedEncoder(field.Shares);
            encoders[i] = field.Type switch
            {
                FieldType.MultiValue => new ListEncoder(field.Separator, values),
                FieldType.Sequence => new SequenceEncoder(field.Separator, field.Order, field.MaxLength, field.History, values),
                _ => values,
            };
            if (field.Shares is not null || values is StandardiseEncoder) continue;
            tableOf[field.Name] = tables.Count;
            tables.Add(new Table(field.Name, Rows(values), field.Embedding));
        }

        var schema = new Schema
        {
            Fields = [.. spec.Fields.Select((f, i) => new Field(f.Name, Kind(f), tableOf.GetValueOrDefault(f.Shares ?? f.Name, -1), f.Pooling, f.Role, encoders[i])
            {
                Column = f.Column ?? f.Name,
                Fixed = f.Fixed,
                Side = f.Side,
            })],
            Tables = tables.ToImmutable(),
            Levels = [.. spec.Scenario.Select((column, i) => new ScenarioLevel(column, [.. NodesOf(pass.Nodes[i])]))],
            Tasks = TasksOf(spec),
            UnknownScenario = spec.UnknownScenario,
            Group = spec.Group,
            Weight = spec.Weight,
        };
        CheckLevels(schema.Levels);
        foreach (var field in schema.Fields) CheckFixed(schema, field);
        return schema;
    }

    /// <summary>Refuses a tree without leaves, or with more than tables and gates per leaf can have.</summary>
    public static void CheckLevels(ImmutableArray<ScenarioLevel> levels)
    {
        var leaves = 1.0;
        foreach (var level in levels)
        {
            if (level.Nodes.IsEmpty)
                throw new InputException($"The scenario column '{level.Column}' is empty in every training row, so it has no node. Remove it from 'scenario', or correct the column.");
            leaves *= level.Nodes.Length;
        }

        if (leaves <= MaxLeaves) return;
        throw new InputException(
            $"The scenario columns {string.Join(", ", levels.Select(l => $"'{l.Column}' ({l.Nodes.Length.ToString(CultureInfo.InvariantCulture)} values)"))} have more than " +
            $"{MaxLeaves.ToString(CultureInfo.InvariantCulture)} combinations. Scenarios are few and hold many rows each; make a column with many values a field instead.");
    }

    /// <summary>Refuses a position whose fixed value is none that training knows: every score would be that of an unseen position.</summary>
    static void CheckFixed(Schema schema, Field field)
    {
        if (field.Role != FieldRole.Position || schema.Vocabulary(schema.Fields.IndexOf(field)) is not VocabularyEncoder vocabulary || vocabulary.Values.Contains(field.Fixed!)) return;
        throw new InputException(
            $"Field '{field.Name}': the training rows have no value '{field.Fixed}' in column '{field.Column}' (or too few), so it cannot stand in when scoring. " +
            $"Set 'fixed' to one they have: {string.Join(", ", vocabulary.Values.Take(10).Select(v => $"'{v}'"))}{(vocabulary.Values.Length > 10 ? ", …" : "")}.");
    }

    /// <summary>Checks that a schema of an earlier import can encode what the specification reads.</summary>
    public static Schema Reuse(Schema schema, DataSpec spec)
    {
        Same("fields", schema.Fields.Select(f => f.Name), spec.Fields.Select(f => f.Name));
        Same("scenario levels", schema.Levels.Select(l => l.Column), spec.Scenario);
        Same("tasks", schema.Tasks.Select(t => t.Name), spec.Tasks.Select(t => t.Name));
        for (var i = 0; i < spec.Tasks.Length; i++)
            if (schema.Tasks[i].Given != GivenIndex(spec.Tasks, spec.Tasks[i]))
                throw new InputException($"Task '{spec.Tasks[i].Name}' is given another task in the configuration than in the model. Use the configuration the model was trained with.");
        RequireSameFields(schema, spec);
        return schema with { UnknownScenario = spec.UnknownScenario, Group = spec.Group, Weight = spec.Weight };
    }

    /// <summary>Refuses fields that the schema's encoders were not made for; their names are known to agree.</summary>
    public static void RequireSameFields(Schema schema, DataSpec spec)
    {
        for (var i = 0; i < spec.Fields.Length; i++)
            if (Difference(schema.Fields[i], spec.Fields[i]) is { } what)
                throw new InputException($"Field '{spec.Fields[i].Name}' has another '{what}' in the configuration than in the model. Use the configuration the model was trained with.");
        for (var i = 0; i < spec.Fields.Length; i++)
            if (!Agrees(schema, i, spec))
                throw new InputException($"Field '{spec.Fields[i].Name}' is of another type in the configuration than in the model. Use the configuration the model was trained with.");
    }

    /// <summary>Tasks whose label or mask is another in the configuration than in the schema.</summary>
    public static ImmutableArray<string> OtherLabels(Schema schema, DataSpec spec) =>
    [
        .. schema.Tasks.Join(spec.Tasks, t => t.Name, t => t.Name, (trained, configured) => (First: trained, Second: configured), StringComparer.Ordinal)
            .Where(t => t.First.Label is not null && (t.First.Label != t.Second.Label || !t.First.Mask.SequenceEqual(t.Second.Mask)))
            .Select(t => $"task '{t.First.Name}': the configuration's label is {Written(t.Second.Label, t.Second.Mask)}, the model was trained on {Written(t.First.Label!, t.First.Mask)}"),
    ];

    static string Written(Condition label, ImmutableArray<Condition> mask) => mask.IsEmpty ? $"'{label}'" : $"'{label}' where {string.Join(", ", mask.Select(m => $"'{m}'"))}";

    public static void Same(string what, IEnumerable<string> trained, IEnumerable<string> configured)
    {
        if (trained.SequenceEqual(configured, StringComparer.Ordinal)) return;
        throw new InputException(
            $"The configuration's {what} ({string.Join(", ", configured)}) are not those of the model ({string.Join(", ", trained)}). " +
            "Use the configuration the model was trained with.");
    }

    // The key that differs; types and vocabularies are compared by Agrees.
    static string? Difference(Field trained, FieldSpec field)
    {
        if (trained.Role != field.Role) return "role";
        if (trained.Fixed != field.Fixed) return "fixed";
        if (trained.Side != field.Side) return "side";
        var items = trained.Encoder as ItemsEncoder;
        if (items is not null && trained.Kind == Kind(field) && items.Separator != field.Separator) return "separator";
        if (items is SequenceEncoder sequence && field.Type == FieldType.Sequence)
        {
            if (sequence.MaxLength != field.MaxLength) return "max_length";
            if (sequence.Order != field.Order) return "order";
            if (sequence.History != field.History) return "history";
        }

        return ((items?.Values ?? trained.Encoder) as SharedEncoder)?.Field != field.Shares ? "shares" : null;
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
        FieldType.Sequence => FieldKind.Sequence,
        FieldType.Numeric when field.Encoding == NumericEncoding.Standardise => FieldKind.Number,
        _ => FieldKind.Single,
    };

    static FieldEncoder Owned(FieldSpec field, TextPass pass)
    {
        if (field.Type == FieldType.Numeric)
        {
            var statistics = pass.Statistics[field.Name];
            if (field.Encoding == NumericEncoding.Standardise)
            {
                return double.IsFinite(statistics.Mean) && double.IsFinite(statistics.Deviation)
                    ? new StandardiseEncoder(statistics.Mean, statistics.Deviation)
                    : throw new InputException($"Field '{field.Name}': the numbers in column '{field.Column ?? field.Name}' are too large to standardise. Scale them down, or use 'encoding: buckets'.");
            }

            var edges = statistics.QuantileEdges(field.Buckets);
            return edges.All(double.IsFinite)
                ? new BucketEncoder(edges)
                : throw new InputException($"Field '{field.Name}': the numbers in column '{field.Column ?? field.Name}' lie too far apart to cut into buckets. Scale them down.");
        }

        return field.HashBuckets > 0
            ? new HashEncoder(field.HashBuckets)
            : new VocabularyEncoder([.. pass.Counters[field.Name].Frequent(field.MinCount)]);
    }

    public static int Rows(FieldEncoder encoder) => encoder switch
    {
        VocabularyEncoder vocabulary => vocabulary.Values.Length + 1,
        HashEncoder hash => hash.Buckets,
        BucketEncoder buckets => buckets.Missing + 1,
        _ => throw new InvalidOperationException($"{encoder.GetType().Name} has no table."),
    };

    /// <summary>Nodes that the training rows show. A missing value is none: it is an unknown scenario.</summary>
    public static IEnumerable<string> NodesOf(ValueCounter values) => values.TrainingOrder.Select(values.Text).Where(t => t.Length > 0);

    public static ImmutableArray<TaskInfo> TasksOf(DataSpec spec) =>
        [.. spec.Tasks.Select(t => new TaskInfo(t.Name, GivenIndex(spec.Tasks, t), t.Weight) { Label = t.Label, Mask = t.Mask })];

    static int GivenIndex(ImmutableArray<TaskSpec> tasks, TaskSpec task)
    {
        for (var i = 0; i < tasks.Length; i++)
            if (tasks[i].Name == task.Given)
                return i;
        return -1;
    }
}
