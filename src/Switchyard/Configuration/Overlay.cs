namespace Switchyard;

/// <summary>Lays the changes of a variant over a configuration.</summary>
internal static class Overlay
{
    /// <param name="root">The configuration.</param>
    /// <param name="changes">A mapping, of which mappings are merged into those of the configuration and everything else takes the place of
    /// what is there; its own keys may be paths (<c>model.experts</c>). Or the name of an architecture, or a list of overrides <c>path=value</c>.
    /// A model with another name replaces the whole section.</param>
    /// <param name="environment">Looks up environment variables.</param>
    public static ConfigurationNode Apply(MapNode root, ConfigurationNode changes, Func<string, string?> environment)
    {
        switch (changes)
        {
            case ScalarNode { IsNull: true }:
                return root;
            case ScalarNode model:
                return root.With(Scalars.Plain("model"), Merge(root["model"], model, "model"));
            case ListNode list:
                ConfigurationNode node = root;
                foreach (var item in list.Items)
                {
                    node = item is ScalarNode { IsNull: false } text
                        ? Override.Apply(node, text.Text, environment)
                        : throw item.Place.Error($"expected an override path=value, for example training.learning_rate=0.01, found {item.Describe()}.");
                }

                return node;
            default:
                ConfigurationNode changed = root;
                foreach (var (key, value) in ((MapNode)changes).Entries)
                {
                    changed = key.Text.AsSpan().ContainsAny('.', '[')
                        ? Override.Set(changed, key.Text, value, key.Place)
                        : ((MapNode)changed).With(key, Merge(((MapNode)changed)[key.Text], value, key.Text));
                }

                return changed;
        }
    }

    static ConfigurationNode Merge(ConfigurationNode? under, ConfigurationNode over, string walked)
    {
        if (walked == "model" && NameOf(over) is { } name && NameOf(under) is { } before)
        {
            if (name != before) return over;
            if (over is ScalarNode) return under!;
        }

        if (over is not MapNode changes || Override.Open(under, walked, over.Place) is not MapNode map) return over;
        foreach (var (key, value) in changes.Entries) map = map.With(key, Merge(map[key.Text], value, RecordShape.Join(walked, key.Text)));
        return map;
    }

    static string? NameOf(ConfigurationNode? model) => model switch
    {
        ScalarNode { IsNull: false } name => name.Text,
        MapNode map => (map["name"] as ScalarNode)?.Text,
        _ => null,
    };
}
