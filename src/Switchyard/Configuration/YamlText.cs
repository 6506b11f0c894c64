using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Switchyard;

/// <summary>Writes nodes as YAML: the upper levels as blocks, everything below on one line.</summary>
internal static class YamlText
{
    // Sections, the lists in them, and one line an item: as a person would write it.
    const int BlockLevels = 2;

    static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(MapNode root)
    {
        var text = new StringBuilder();
        Block(text, root, 0);
        return text.ToString();
    }

    static void Block(StringBuilder text, MapNode map, int level)
    {
        foreach (var (key, value) in map.Entries)
        {
            text.Append(' ', 2 * level).Append(Key(key)).Append(':');
            if (level + 1 < BlockLevels && value is MapNode { Entries.IsEmpty: false } inner)
            {
                text.Append('\n');
                Block(text, inner, level + 1);
            }
            else if (level + 1 < BlockLevels && value is ListNode list && list.Items.Any(i => i is MapNode))
            {
                text.Append('\n');
                foreach (var item in list.Items)
                    text.Append(' ', 2 * (level + 1)).Append("- ").Append(Flow(item)).Append('\n');
            }
            else
            {
                text.Append(' ').Append(Flow(value)).Append('\n');
            }
        }
    }

    /// <summary>One value on one line.</summary>
    public static string Value(ConfigurationNode node) => Flow(node);

    static string Flow(ConfigurationNode node) => node switch
    {
        ListNode list => $"[{string.Join(", ", list.Items.Select(Flow))}]",
        MapNode map => $"{{{string.Join(", ", map.Entries.Select(e => $"{Key(e.Key)}: {Flow(e.Value)}"))}}}",
        ScalarNode scalar => Scalar(scalar),
        _ => throw new ArgumentException($"{node.GetType().Name} cannot be written."),
    };

    static string Scalar(ScalarNode scalar) => scalar.Plain || IsWord(scalar.Text) ? scalar.Text : Quoted(EnvironmentText.Escape(scalar.Text));

    // Variables are expanded in values only.
    static string Key(ScalarNode key) => key.Plain || IsWord(key.Text) ? key.Text : Quoted(key.Text);

    static string Quoted(string text) => JsonSerializer.Serialize(text, Quoting);

    static bool IsWord(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/')
        && text is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n");
}
