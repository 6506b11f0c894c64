using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Switchyard;

/// <summary>Writes nodes as indented JSON; plain scalars become numbers, true, false and null.</summary>
internal static class JsonText
{
    static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="node">What to write.</param>
    /// <param name="whole">False leaves out what <see cref="MapEntry.MayMiss">may be absent</see>.</param>
    public static string Write(ConfigurationNode node, bool whole = true)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            Write(writer, node, whole);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static void Write(Utf8JsonWriter writer, ConfigurationNode node, bool whole)
    {
        switch (node)
        {
            case MapNode map:
                writer.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    if (entry.MayMiss && !whole) continue;
                    writer.WritePropertyName(entry.Key.Text);
                    Write(writer, entry.Value, whole);
                }

                writer.WriteEndObject();
                break;
            case ListNode list:
                writer.WriteStartArray();
                foreach (var item in list.Items) Write(writer, item, whole);
                writer.WriteEndArray();
                break;
            case ScalarNode { Plain: true } scalar when IsLiteral(scalar.Text):
                writer.WriteRawValue(scalar.Text);
                break;
            case ScalarNode scalar:
                writer.WriteStringValue(scalar.Text);
                break;
        }
    }

    // Plain scalars that this product writes are keywords, invariant numbers ("1E-08" is JSON too) and enum names.
    static bool IsLiteral(string text) =>
        text is "null" or "true" or "false" || (text.Length > 0 && (char.IsAsciiDigit(text[^1]) && (char.IsAsciiDigit(text[0]) || text[0] == '-')));
}
