using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Switchyard;

/// <summary>A mapping from dotted keys of a run to values.</summary>
internal sealed class TuneSettingsShape : ValueShape
{
    const string NameKey = "name";

    public override string Accepts => "a mapping from keys of the run to values, for example {training.epochs: 6}";

    public override string Label => "mapping";

    public override object Read(ConfigurationNode node, string path)
    {
        if (node is ScalarNode { IsNull: true }) return TuneSettings.None;
        var map = node as MapNode ?? throw Unexpected(node, path);
        var name = map.Has(NameKey) ? (string)new TextShape().Read(map[NameKey]!, RecordShape.Join(path, NameKey)) : null;
        return new TuneSettings(name, [.. map.Entries.Where(e => e.Key.Text != NameKey).Select(e => new TuneSetting(e.Key.Text, e.Value, e.Key.Place))]);
    }

    public override ConfigurationNode Write(object? value)
    {
        var settings = (TuneSettings)value!;
        ImmutableArray<MapEntry> name = settings.Name is null ? [] : [new MapEntry(Scalars.Plain(NameKey), Scalars.Text(settings.Name))];
        return new MapNode(default, [.. name, .. settings.Items.Select(s => new MapEntry(Scalars.Text(s.Key), s.Value))]);
    }

    public override JsonObject Schema() => new() { ["type"] = "object" };
}

/// <summary>A mapping from dotted keys of a run to what may be drawn for them.</summary>
internal sealed class TuneRangesShape : ValueShape
{
    const string ChoiceKey = "choice";

    public override string Accepts => "a mapping from keys of the run to lists of values or ranges, for example {training.learning_rate: {min: 1e-4, max: 1e-2, log: true}}";

    public override string Label => "mapping";

    public override object Read(ConfigurationNode node, string path)
    {
        if (node is ScalarNode { IsNull: true }) return TuneRanges.None;
        var map = node as MapNode ?? throw Unexpected(node, path);
        return new TuneRanges([.. map.Entries.Select(e => Range(e, $"{path}.{e.Key.Text}"))]);
    }

    /// <summary>Only ranges that were not written are written: the default of an options record.</summary>
    public override ConfigurationNode Write(object? value) => ((TuneRanges)value!).Items.IsEmpty
        ? new MapNode(default, [])
        : throw new ArgumentException("Ranges are read, not written.");

    public override JsonObject Schema()
    {
        var number = JsonSchema.Mapping(OptionSet.Of(typeof(TuneNumberOptions)).Options);
        number["required"] = new JsonArray("min", "max");
        var list = new JsonObject { ["type"] = "array", ["minItems"] = 1 };
        var choice = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject { [ChoiceKey] = list.DeepClone() },
            ["required"] = new JsonArray(ChoiceKey),
        };
        return new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["anyOf"] = new JsonArray(list, choice, number) } };
    }

    static TuneRange Range(MapEntry entry, string path)
    {
        var (key, value) = entry;
        switch (value)
        {
            case ListNode list:
                return Choice(key, list, path);
            case MapNode map when map[ChoiceKey] is { } choice:
                if (map.Entries.Length > 1) throw map.Place.Error($"{path}: choice stands alone; remove {string.Join(", ", map.Entries.Select(e => e.Key.Text).Where(k => k != ChoiceKey))}.");
                return Choice(key, choice as ListNode ?? throw choice.Place.Error($"{path}.{ChoiceKey}: expected a list of values, found {choice.Describe()}."), path);
            case MapNode map:
                return new TuneNumber(key.Text, key.Place, (TuneNumberOptions)new RecordShape(typeof(TuneNumberOptions)).Read(map, path, [ChoiceKey]));
            default:
                throw value.Place.Error($"{path}: expected a list of values, {{min: …, max: …}} or {{choice: […]}}, found {value.Describe()}; a value that all trials have stands under 'set'.");
        }
    }

    static TuneChoice Choice(ScalarNode key, ListNode list, string path)
    {
        if (list.Items.IsEmpty) throw list.Place.Error($"{path}: the list is empty; give at least one value.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (!seen.Add(YamlText.Value(item))) throw item.Place.Error($"{path}: the value {YamlText.Value(item)} is given twice; remove one.");
        }

        return new TuneChoice(key.Text, key.Place, list.Items);
    }
}
