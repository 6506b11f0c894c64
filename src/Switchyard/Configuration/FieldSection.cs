using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

/// <summary>The section <c>fields</c>: names, mappings, or mappings for several <c>names</c> with the same settings.</summary>
internal static class FieldSection
{
    static readonly RecordShape Shape = new(typeof(FieldSpec));

    public static ImmutableArray<FieldSpec> Read(ConfigurationNode node)
    {
        var items = node is ListNode list ? list.Items : [node];
        var fields = ImmutableArray.CreateBuilder<FieldSpec>();
        var places = new Dictionary<string, Place>(StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            foreach (var map in Expand(items[i], $"fields[{i}]"))
            {
                var field = (FieldSpec)Shape.Read(map, $"fields[{i}]");
                if (field.Name.Length == 0)
                    throw map.Place.Error($"fields[{i}]: the name is empty.");
                if (!places.TryAdd(field.Name, map.PlaceOf("name")))
                    throw map.PlaceOf("name").Error($"field '{field.Name}' is given twice, first at {places[field.Name]}; remove one, or name it differently and set column.");
                CheckOne(field, map);
                fields.Add(field);
            }
        }

        if (fields.Count == 0)
            throw node.Place.Error("fields: the list is empty; a model needs at least one field.");
        foreach (var field in fields)
            CheckShares(field, fields, places);
        return fields.ToImmutable();
    }

    /// <summary>Refuses what hands the model a label, at its place in the configuration.</summary>
    public static void CheckLabels(DataSpec data, MapNode root)
    {
        if (SpecChecks.LabelLeak(data) is { } leak) throw root.PlaceOf(leak.Key).Error(leak.Message);
    }

    /// <summary>What the schema that an import will make says of these fields to a model's options.</summary>
    public static ImmutableArray<FieldTraits> Traits(ImmutableArray<FieldSpec> fields) =>
    [
        .. fields.Select(field =>
        {
            var owner = fields.FirstOrDefault(f => f.Name == field.Shares) ?? field;
            var kind = field switch
            {
                { Type: FieldType.MultiValue } => FieldKind.Multiple,
                { Type: FieldType.Sequence } => FieldKind.Sequence,
                { Type: FieldType.Numeric, Encoding: NumericEncoding.Standardise } => FieldKind.Number,
                _ => FieldKind.Single,
            };
            return new FieldTraits(field.Name, kind, field.Type != FieldType.Numeric && owner.HashBuckets == 0, kind == FieldKind.Number ? 0 : owner.Embedding);
        }),
    ];

    static IEnumerable<MapNode> Expand(ConfigurationNode node, string path)
    {
        if (node is ScalarNode { IsNull: false } scalar)
            return [new MapNode(scalar.Place, [new MapEntry(new ScalarNode(scalar.Place, "name", plain: true), scalar)])];
        if (node is not MapNode map)
            throw node.Place.Error($"{path}: expected a field name or a mapping with a name, found {node.Describe()}.");
        if (map["names"] is not { } names)
            return [map];
        foreach (var single in (ReadOnlySpan<string>)["name", "column"])
            if (map.Has(single))
                throw map.PlaceOf(single).Error($"{path}: '{single}' and 'names' exclude each other; names gives several fields the same settings.");
        if (names is not ListNode { Items.IsEmpty: false } list)
            throw names.Place.Error($"{path}.names: expected a list of field names, found {names.Describe()}.");
        return list.Items.Select(name => map.Without("names").With(new ScalarNode(name.Place, "name", plain: true), name));
    }

    static void CheckOne(FieldSpec field, MapNode map)
    {
        var isNumeric = field.Type is FieldType.Numeric;
        var isStandardised = isNumeric && field.Encoding is NumericEncoding.Standardise;
        Refuse(isNumeric, "min_count", "a numeric field has no vocabulary");
        Refuse(isNumeric, "hash_buckets", "a numeric field has no vocabulary");
        Refuse(!isNumeric, "encoding", "it belongs to fields of type numeric");
        Refuse(!isNumeric, "buckets", "it belongs to fields of type numeric");
        Refuse(isStandardised, "buckets", "encoding standardise has no buckets");
        Refuse(isStandardised, "embedding", "encoding standardise has no embedding");
        foreach (var key in (ReadOnlySpan<string>)["separator", "pooling"])
            Refuse(field.Type is not (FieldType.MultiValue or FieldType.Sequence), key, "it belongs to fields of type multi-value or sequence");
        foreach (var key in (ReadOnlySpan<string>)["max_length", "order"])
            Refuse(field.Type is not FieldType.Sequence, key, "it belongs to fields of type sequence");
        Refuse(field.HashBuckets > 0, "min_count", "hashed values are not counted; remove it or hash_buckets");
        CheckPosition(field, map);
        if (SpecChecks.History(field) is { } wrong) throw map.PlaceOf(wrong.Key).Error($"field '{field.Name}': {wrong.Message}");

        void Refuse(bool condition, string key, string why)
        {
            // A default written out, as ToYaml does, claims nothing.
            var option = OptionSet.Of(typeof(FieldSpec)).Options.Single(o => o.Key == key);
            if (condition && map.Has(key) && !Equals(option.Property.GetValue(field), option.Default))
                throw map.PlaceOf(key).Error($"field '{field.Name}': {key} has no effect here: {why}.");
        }
    }

    static void CheckPosition(FieldSpec field, MapNode map)
    {
        if (field.Role is FieldRole.Position && field.Fixed is null)
            throw map.PlaceOf("role").Error($"field '{field.Name}': role position needs fixed, the value that stands in when scoring (for example fixed: 1).");
        if (field.Role is not FieldRole.Position && field.Fixed is not null)
            throw map.PlaceOf("fixed").Error($"field '{field.Name}': fixed belongs to role: position; add the role or remove fixed.");
        if (field is { Role: FieldRole.Position, Type: FieldType.Numeric }
            && !double.TryParse(field.Fixed, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            throw map.PlaceOf("fixed").Error($"field '{field.Name}': fixed must be a number, as the field is numeric; found '{field.Fixed}'.");
    }

    static void CheckShares(FieldSpec field, IReadOnlyCollection<FieldSpec> fields, Dictionary<string, Place> places)
    {
        if (field.Shares is not { } name) return;
        var place = places[field.Name];
        var owner = fields.FirstOrDefault(f => f.Name == name)
            ?? throw place.Error($"field '{field.Name}' shares '{name}', which is not a field{Names.Suggest(name, fields.Select(f => f.Name))}");
        if (owner == field)
            throw place.Error($"field '{field.Name}' shares its own table; remove shares.");
        if (owner.Shares is not null)
            throw place.Error($"field '{field.Name}' shares '{name}', which itself shares '{owner.Shares}'; write shares: {owner.Shares}.");
        if (field.Type is FieldType.Numeric || owner.Type is FieldType.Numeric)
            throw place.Error($"field '{field.Name}' shares '{name}': a numeric field has no vocabulary to share.");
    }
}
