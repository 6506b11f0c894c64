using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Replaces one value of a configuration: <c>training.seed=2</c>. The value is YAML.</summary>
internal static class Override
{
    /// <exception cref="InputException">The text is no override, or its path leads through a value that has no keys.</exception>
    public static ConfigurationNode Apply(ConfigurationNode root, string text, Func<string, string?> environment)
    {
        var place = new Place($"--set {text}", 0, 0);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var path = equals < 0 ? [] : Steps(text[..equals]);
        if (path.Length == 0 || path.Any(p => p.Length == 0))
            throw place.Error("an override is written path=value, for example training.seed=2 or model={name: mmoe, experts: 6}.");
        // To YAML a lone '-' is the empty item of a list; here it is standard input.
        var value = text[(equals + 1)..].Trim() == "-"
            ? new ScalarNode(place, "-", plain: true)
            : YamlReader.Read(text[(equals + 1)..], place.Source, hasLines: false, environment);
        return Set(root, path, value, place, "");
    }

    /// <summary>The same with a value that is read already.</summary>
    /// <param name="root">The configuration.</param>
    /// <param name="key">Dotted key.</param>
    /// <param name="value">The value.</param>
    /// <param name="place">Where the key was written.</param>
    /// <exception cref="InputException">The key is no path, or leads through a value that has no keys.</exception>
    public static ConfigurationNode Set(ConfigurationNode root, string key, ConfigurationNode value, Place place)
    {
        var path = Steps(key);
        if (path.Any(p => p.Length == 0))
            throw place.Error($"'{key}' is not a key; write section.key, for example training.learning_rate.");
        return Set(root, path, value, place, "");
    }

    // fields[0].min_count and fields.0.min_count are the same path.
    static string[] Steps(string path) =>
        path.Trim().Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');

    static ConfigurationNode Set(ConfigurationNode? node, ReadOnlySpan<string> path, ConfigurationNode value, Place place, string walked)
    {
        if (path.Length == 0) return value;
        var step = path[0];
        var next = RecordShape.Join(walked, step);
        switch (Open(node, walked, place))
        {
            case MapNode map:
                return map.With(new ScalarNode(place, step, plain: true), Set(map[step], path[1..], value, place, next));
            case ListNode list when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < list.Items.Length:
                return list.With(i, Set(list.Items[i], path[1..], value, place, next));
            case ListNode list:
                throw place.Error($"{walked} is a list of {list.Items.Length}; '{step}' is not an index from 0 to {list.Items.Length - 1}.");
            case var other:
                throw place.Error($"{walked} is {other.Describe()}, which has no '{step}'; replace it as a whole: --set {walked}={{{step}: …}}.");
        }
    }

    /// <summary>Short forms are opened, so that a path reaches into them: model: aesm2, tasks: {click: click}.</summary>
    public static ConfigurationNode Open(ConfigurationNode? node, string walked, Place place) => node switch
    {
        null or ScalarNode { IsNull: true } => new MapNode(place, []),
        ScalarNode name when walked == "model" => new MapNode(name.Place, [new MapEntry(Scalars.Plain("name"), name)]),
        ScalarNode label when walked.StartsWith("tasks.", StringComparison.Ordinal) =>
            new MapNode(label.Place, [new MapEntry(Scalars.Plain("label"), label)]),
        ScalarNode name when walked.StartsWith("fields.", StringComparison.Ordinal) =>
            new MapNode(name.Place, [new MapEntry(Scalars.Plain("name"), name)]),
        _ => node,
    };
}
