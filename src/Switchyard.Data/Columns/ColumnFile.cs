using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Switchyard.Data;

/// <summary>Where a part lies in a column file.</summary>
sealed record PartBlocks(long Rows, int Groups, ImmutableArray<long> Offsets);

/// <summary>What a column file says of itself, as JSON behind its blocks.</summary>
/// <param name="Specification">Hash of the specification and of the schema that the import started from.</param>
/// <param name="Fingerprint">Hash of what was read; empty where it cannot be read twice.</param>
/// <param name="Schema">The schema that encoded the rows.</param>
/// <param name="Summary">What the import found.</param>
/// <param name="Parts">Where the rows lie.</param>
sealed record ColumnFileInfo(string Specification, string Fingerprint, Schema Schema, ImportSummary Summary, ImmutableArray<PartBlocks> Parts);

/// <summary>
/// The binary file of an import: magic and version, blocks of the three parts one part after the other, the JSON of
/// <see cref="ColumnFileInfo"/>, and a trailer with its place, length and checksum. A file cut short has no trailer.
/// </summary>
static class ColumnFile
{
    public const int Version = 2;

    const ulong Magic = 0x4C4F434459575753; // "SWWYDCOL"
    const int HeaderBytes = 16;
    const int TrailerBytes = 24;

    public static void WriteHeader(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[HeaderBytes];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Version);
        stream.Write(bytes);
    }

    public static void WriteInfo(Stream stream, ColumnFileInfo info)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(info, DataJson.Compact);
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        BinaryPrimitives.WriteInt64LittleEndian(trailer, stream.Position);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[8..], json.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[12..], Blocks.Checksum(json));
        BinaryPrimitives.WriteUInt64LittleEndian(trailer[16..], Magic);
        stream.Write(json);
        stream.Write(trailer);
    }

    /// <summary>How a file that cannot be read is reported.</summary>
    public static InputException Unreadable(string path, Exception e) =>
        new($"The column file {path} cannot be read: {e.Message.TrimEnd('.')}. Import the data again: delete the file and run once more.", e);

    /// <exception cref="InvalidDataException">The file is no column file of this version, or is damaged.</exception>
    public static ColumnFileInfo ReadInfo(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        if (length < HeaderBytes + TrailerBytes) throw new InvalidDataException("it is too short");
        Span<byte> bytes = stackalloc byte[TrailerBytes];
        Blocks.ReadExactly(file, bytes[..HeaderBytes], 0);
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic) throw new InvalidDataException("it is no column file");
        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != Version) throw new InvalidDataException($"its format is {version}, this program reads {Version}");

        Blocks.ReadExactly(file, bytes, length - TrailerBytes);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var size = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]) != Magic || offset < HeaderBytes || size < 0 || offset != length - TrailerBytes - size)
            throw new InvalidDataException("it was cut short");
        var json = new byte[size];
        Blocks.ReadExactly(file, json, offset);
        if (Blocks.Checksum(json) != checksum) throw new InvalidDataException("its description is damaged");
        try
        {
            var info = JsonSerializer.Deserialize<ColumnFileInfo>(json, DataJson.Compact);
            Check(info, offset);
            return info;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or InputException)
        {
            throw new InvalidDataException($"its description cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Nothing is missing, and every block lies before the description.</summary>
    static void Check([NotNull] ColumnFileInfo? info, long end)
    {
        if (info is not { Specification: not null, Fingerprint: not null, Schema: not null, Summary: not null, Parts: { IsDefault: false, Length: 3 } })
            throw new InvalidDataException("its description is not complete");
        SchemaChecks.Check(info.Schema);
        foreach (var part in info.Parts)
        {
            if (part is not { Rows: >= 0, Groups: >= 0, Offsets.IsDefault: false } || part.Offsets.Length != (part.Rows + Blocks.Rows - 1) / Blocks.Rows)
                throw new InvalidDataException("its description contradicts itself");
            foreach (var offset in part.Offsets)
                if (offset < HeaderBytes || offset >= end) throw new InvalidDataException($"no block can begin at byte {offset}");
        }
    }
}
