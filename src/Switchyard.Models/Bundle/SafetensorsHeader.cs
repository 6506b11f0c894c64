using System.Buffers.Binary;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>A tensor to be written: name, dtype (F32, F64, I32 or I64) and shape.</summary>
sealed record SafetensorsTensor(string Name, string Type, long[] Shape)
{
    public long Bytes => Shape.Aggregate((long)SafetensorsHeader.Size(Type), static (n, d) => n * d);
}

/// <summary>A tensor in a safetensors file: bytes [Begin, End) after the header.</summary>
sealed record SafetensorsEntry(string Name, string Type, long[] Shape, long Begin, long End);

/// <summary>
/// The header of a safetensors file: eight bytes with its length (little-endian), then JSON: name → dtype, shape, data_offsets.
/// See docs/bundle-format.md.
/// </summary>
static class SafetensorsHeader
{
    /// <summary>Longest header that the format's own reader accepts.</summary>
    const long MaxLength = 100_000_000;

    const string Metadata = "__metadata__";

    /// <summary>Length and JSON, padded with spaces so that the values start on a multiple of eight.</summary>
    public static byte[] Write(IEnumerable<SafetensorsTensor> tensors)
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[sizeof(ulong)]);
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(Metadata);
            writer.WriteString("format", "switchyard");
            writer.WriteString("layout", "[in, out]");
            writer.WriteEndObject();
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Type);
                writer.WriteStartArray("shape");
                foreach (var d in tensor.Shape) writer.WriteNumberValue(d);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                writer.WriteNumberValue(offset += tensor.Bytes);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        while (stream.Length % 8 != 0) stream.WriteByte((byte)' ');
        var header = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - sizeof(ulong));
        return header;
    }

    /// <summary>Bytes of a value of a dtype.</summary>
    public static int Size(string type) => type.EndsWith("64", StringComparison.Ordinal) ? sizeof(long) : sizeof(int);

    /// <summary>Reads the header from a file's start; everything in it is checked against the file's length before it is believed.</summary>
    /// <param name="stream">The file at its start; left at the first value.</param>
    /// <param name="where">Its name, for messages.</param>
    /// <param name="seen">Receives the bytes as they were read, for the checksum.</param>
    /// <param name="types">The dtypes that are accepted; F32, F64, I32 and I64 can be.</param>
    /// <returns>The tensors in the order of their bytes, which are contiguous and end with the file.</returns>
    /// <exception cref="InputException">The header is malformed.</exception>
    public static SafetensorsEntry[] Read(Stream stream, string where, Action<ReadOnlySpan<byte>> seen, params string[] types)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (stream.Length < prefix.Length) throw Malformed(where, $"it has {stream.Length} bytes, a header needs at least 8");
        stream.ReadExactly(prefix);
        seen(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var rest = stream.Length - prefix.Length;
        if (length > MaxLength || (long)length > rest)
            throw Malformed(where, $"its header claims {length} bytes, {rest} follow (at most {MaxLength} are accepted)");
        var json = new byte[length];
        stream.ReadExactly(json);
        seen(json);
        using var document = BundleJson.ParseObject(json, $"{where}: header");
        var entries = Entries(document, where, types);
        Array.Sort(entries, static (a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end) throw Malformed(where, $"tensor {entry.Name} starts at byte {entry.Begin}, the one before it ends at {end}");
            end = entry.End;
        }

        if (end != rest - (long)length) throw Malformed(where, $"its tensors need {end} bytes, {rest - (long)length} are there");
        return entries;
    }

    static SafetensorsEntry[] Entries(JsonDocument document, string where, string[] types)
    {
        try
        {
            return [.. document.RootElement.EnumerateObject().Where(p => p.Name != Metadata).Select(p => Entry(p, where, types))];
        }
        catch (InvalidOperationException e)
        {
            // A text with half of a surrogate pair.
            throw Malformed(where, $"its header has a text that is none ({e.Message.TrimEnd('.')})");
        }
    }

    static SafetensorsEntry Entry(JsonProperty property, string where, string[] types)
    {
        InputException Bad(string what) => Malformed(where, $"tensor {property.Name} {what}");
        var value = property.Value;
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String)
            throw Bad("has no dtype");
        var name = type.GetString()!;
        if (!types.Contains(name)) throw Bad($"has dtype {name}; only {string.Join(", ", types)} is read");
        var shape = Numbers(value, "shape") ?? throw Bad("has no valid shape");
        var offsets = Numbers(value, "data_offsets");
        if (offsets is not { Length: 2 } || offsets[1] < offsets[0]) throw Bad("has no valid data_offsets");
        var length = shape.Aggregate((Int128)Size(name), static (n, d) => n > long.MaxValue ? n : n * d);
        if (length != offsets[1] - offsets[0])
            throw Bad($"of shape [{string.Join(", ", shape)}] needs {length} bytes, its data_offsets span {offsets[1] - offsets[0]}");
        return new SafetensorsEntry(property.Name, name, shape, offsets[0], offsets[1]);
    }

    static long[]? Numbers(JsonElement tensor, string key)
    {
        if (!tensor.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array) return null;
        var numbers = new long[array.GetArrayLength()];
        var i = 0;
        foreach (var element in array.EnumerateArray())
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out numbers[i]) || numbers[i++] < 0) return null;
        return numbers;
    }

    static InputException Malformed(string where, string what) =>
        new($"{where}: {what}; the file is damaged, save or copy the bundle again.");
}
