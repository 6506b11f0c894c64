using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>
/// The schema of a trained model, grown by what new training rows show. What there is stays as it is: every id, node, bucket edge,
/// mean and deviation. New values come after the old ids, most frequent first; new nodes after the old ones, in order of appearance;
/// the tasks are those of the configuration.
/// </summary>
static class SchemaGrowth
{
    /// <exception cref="InputException">The schema cannot become that of the specification.</exception>
    public static void Check(Schema old, DataSpec spec)
    {
        RequireSameFields(old, spec);
        RequireTasks(old, spec);
    }

    public static Schema Grow(Schema old, DataSpec spec, TextPass text)
    {
        ImmutableArray<Field> fields = [.. old.Fields.Zip(spec.Fields, (field, s) => field with { Column = s.Column ?? s.Name, Encoder = Grow(field.Encoder, s, text) })];
        var grown = old with
        {
            Fields = fields,
            Tables = [.. old.Tables.Select(t => t with { Rows = Rows(fields.First(f => f.Name == t.Name).Encoder) })],
            Levels = [.. old.Levels.Zip(text.Nodes, (level, values) => level with { Nodes = Append(level.Nodes, SchemaFitter.NodesOf(values)) })],
            Tasks = SchemaFitter.TasksOf(spec),
            UnknownScenario = spec.UnknownScenario,
            Group = spec.Group,
            Weight = spec.Weight,
        };
        SchemaFitter.CheckLevels(grown.Levels);
        return grown;
    }

    static FieldEncoder Grow(FieldEncoder encoder, FieldSpec field, TextPass text) => encoder switch
    {
        VocabularyEncoder vocabulary => new VocabularyEncoder(Append(vocabulary.Values, text.Counters[field.Name].Frequent(field.MinCount))),
        ItemsEncoder items => items with { Values = Grow(items.Values, field, text) },
        _ => encoder,
    };

    static int Rows(FieldEncoder encoder) => SchemaFitter.Rows(encoder is ItemsEncoder items ? items.Values : encoder);

    static ImmutableArray<string> Append(ImmutableArray<string> known, IEnumerable<string> values)
    {
        var old = known.ToHashSet(StringComparer.Ordinal);
        return [.. known, .. values.Where(v => !old.Contains(v))];
    }

    static void RequireSameFields(Schema old, DataSpec spec)
    {
        SchemaFitter.Same("fields", old.Fields.Select(f => f.Name), spec.Fields.Select(f => f.Name));
        SchemaFitter.Same("scenario levels", old.Levels.Select(l => l.Column), spec.Scenario);
        SchemaFitter.RequireSameFields(old, spec);
        for (var i = 0; i < spec.Fields.Length; i++)
        {
            var (field, configured) = (old.Fields[i], spec.Fields[i]);
            if (field.HasItems && field.Pooling != configured.Pooling) throw Differs(configured, "pooling");
            if (field.Table >= 0 && configured.Shares is null && old.Tables[field.Table].Width != configured.Embedding) throw Differs(configured, "embedding");
        }
    }

    static InputException Differs(FieldSpec field, string key) =>
        new($"Field '{field.Name}' has another '{key}' in the configuration than in the model. Use that of the model, or train anew without it.");

    // A model keeps its tasks: one that is misspelt would silently be forgotten and another begun.
    static void RequireTasks(Schema old, DataSpec spec)
    {
        foreach (var task in old.Tasks)
        {
            var configured = spec.Tasks.FirstOrDefault(t => t.Name == task.Name)
                ?? throw new InputException(
                    $"The model has a task '{task.Name}', the configuration has none of that name ({string.Join(", ", spec.Tasks.Select(t => t.Name))}). " +
                    "An update adds tasks and keeps all there are: name it, or train anew without the model.");
            var given = task.Given < 0 ? null : old.Tasks[task.Given].Name;
            if (configured.Given != given)
                throw new InputException($"Task '{task.Name}' is given {configured.Given ?? "no task"} in the configuration and {given ?? "no task"} in the model. Use that of the model, or train anew without it.");
        }
    }
}
