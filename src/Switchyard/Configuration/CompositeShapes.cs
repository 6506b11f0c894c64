using System.Collections;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace Switchyard;

/// <summary>A value that may be absent.</summary>
internal sealed class NullableShape(ValueShape inner) : ValueShape
{
    public ValueShape Inner => inner;

    public override string Accepts => inner.Accepts;

    public override string Label => inner.Label;

    public override object? Read(ConfigurationNode node, string path) => node is ScalarNode { IsNull: true } ? null : inner.Read(node, path);

    public override ConfigurationNode Write(object? value) => value is null ? Scalars.Plain("null") : inner.Write(value);

    public override JsonObject Schema() => new() { ["anyOf"] = new JsonArray(inner.Schema(), new JsonObject { ["type"] = "null" }) };
}

/// <summary>A list; a single value stands for a list of one.</summary>
internal sealed class ListShape(Type type, ValueShape element) : ValueShape
{
    public ValueShape Element => element;

    public override string Accepts => $"a list, each item {element.Accepts}";

    public override string Label => element is RecordShape ? "list of mappings" : $"list of {element.Label}";

    public override object Read(ConfigurationNode node, string path)
    {
        var items = node switch
        {
            ListNode list => list.Items,
            ScalarNode { IsNull: true } => [],
            _ => [node],
        };
        return Collect(items.Select((item, i) => element.Read(item, node is ListNode ? $"{path}[{i}]" : path)).ToList());
    }

    public override ConfigurationNode Write(object? value) =>
        new ListNode(default, [.. ((IEnumerable)value!).Cast<object?>().Select(element.Write)]);

    public override JsonObject Schema() =>
        new() { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "array", ["items"] = element.Schema() }, element.Schema()) };

    object Collect(List<object?> values)
    {
        var itemType = type.IsArray ? type.GetElementType()! : type.GetGenericArguments()[0];
        var array = Array.CreateInstance(itemType, values.Count);
        for (var i = 0; i < values.Count; i++) array.SetValue(values[i], i);
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(ImmutableArray<>)) return array;
        return typeof(ImmutableArray).GetMethods()
            .Single(m => m.Name == nameof(ImmutableArray.Create) && m.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(itemType)
            .Invoke(null, [array])!;
    }
}

/// <summary>A mapping onto an options record.</summary>
internal sealed class RecordShape(Type type) : ValueShape
{
    public Type Type => type;

    public override string Accepts => $"a mapping with the keys {string.Join(", ", OptionSet.Of(type).Options.Select(o => o.Key))}";

    public override string Label => "mapping";

    public override object Read(ConfigurationNode node, string path) => Read(node, path, []);

    /// <param name="node">The mapping; no value stands for an empty one.</param>
    /// <param name="path">Dotted path of the mapping, for messages; empty at the root.</param>
    /// <param name="also">Keys that the caller reads itself: they are accepted here and passed over.</param>
    public object Read(ConfigurationNode node, string path, ReadOnlySpan<string> also)
    {
        var map = node switch
        {
            MapNode m => m,
            ScalarNode { IsNull: true } => new MapNode(node.Place, []),
            _ => throw Unexpected(node, path),
        };
        var options = OptionSet.Of(type);
        RefuseUnknownKeys(map, path, options, also);
        var record = Activator.CreateInstance(type)!;
        foreach (var option in options.Options)
        {
            if (also.Contains(option.Key)) continue;
            if (map[option.Key] is { } value)
                option.Property.SetValue(record, option.Shape.Read(value, Join(path, option.Key)));
            else if (option.Required)
                throw map.Place.Error($"{(path.Length > 0 ? path + ": " : "")}key '{option.Key}' is missing; it needs {option.Shape.Accepts}.");
        }

        Validate(record, map, path);
        return record;
    }

    public override ConfigurationNode Write(object? value) => new MapNode(
        default,
        [.. OptionSet.Of(type).Options
            .Select(o => (Option: o, Value: o.Property.GetValue(value)))
            .Where(o => o.Value is not null || o.Option.Default is not null)
            .Select(o => new MapEntry(Scalars.Plain(o.Option.Key), o.Option.Shape.Write(o.Value)) { MayMiss = o.Option.Later && Equals(o.Value, o.Option.Default) })]);

    public override JsonObject Schema() => JsonSchema.Mapping(OptionSet.Of(type).Options);

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    static void RefuseUnknownKeys(MapNode map, string path, OptionSet options, ReadOnlySpan<string> also)
    {
        var known = also.ToArray().Concat(options.Options.Select(o => o.Key)).Distinct().ToArray();
        foreach (var (key, _) in map.Entries)
        {
            if (known.Contains(key.Text)) continue;
            var where = path.Length > 0 ? $" in {path}" : "";
            throw key.Place.Error($"unknown key '{key.Text}'{where}{Names.Suggest(key.Text, known)} Known keys: {string.Join(", ", known)}.");
        }
    }

    // Rules between several options (K ≤ n) are stated by the record itself through IValidatableObject.
    static void Validate(object record, MapNode map, string path)
    {
        if (record is not IValidatableObject rules) return;
        foreach (var broken in rules.Validate(new ValidationContext(record)))
        {
            var key = broken.MemberNames.Select(Names.Snake).FirstOrDefault(map.Has);
            var place = key is null ? map.Place : map.PlaceOf(key);
            var name = key ?? broken.MemberNames.Select(Names.Snake).FirstOrDefault();
            throw place.Error($"{(name is null ? path : Join(path, name))}: {broken.ErrorMessage}");
        }
    }
}
