using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Switchyard.Data;

/// <summary>
/// A block of rows in a file: magic, rows, payload bytes, CRC-32C of the payload (each 32 bits, little endian), then column after column.
/// </summary>
static class Blocks
{
    /// <summary>Rows of every block but the last of a part.</summary>
    public const int Rows = 4096;

    const int HeaderBytes = 16;
    const uint Magic = 0x314B4C42; // "BLK1"

    /// <summary>Writes the buffer's rows as one block.</summary>
    public static void Write(Stream stream, RowBuffer rows, ref byte[] scratch)
    {
        var size = rows.Size;
        if (scratch.Length < HeaderBytes + size) scratch = new byte[HeaderBytes + size];
        var payload = scratch.AsSpan(HeaderBytes, size);
        rows.Write(payload);
        BinaryPrimitives.WriteUInt32LittleEndian(scratch, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(scratch.AsSpan(4), rows.Count);
        BinaryPrimitives.WriteInt32LittleEndian(scratch.AsSpan(8), size);
        BinaryPrimitives.WriteUInt32LittleEndian(scratch.AsSpan(12), Checksum(payload));
        stream.Write(scratch, 0, HeaderBytes + size);
    }

    /// <summary>Reads the block at <paramref name="offset"/> behind the rows already in the buffer; returns the offset behind it.</summary>
    /// <exception cref="InvalidDataException">The bytes are no block or were changed.</exception>
    public static long Append(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, RowBuffer rows, ref byte[] scratch)
    {
        if (scratch.Length < HeaderBytes) scratch = new byte[HeaderBytes];
        ReadExactly(file, scratch.AsSpan(0, HeaderBytes), offset);
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(scratch);
        var count = BinaryPrimitives.ReadInt32LittleEndian(scratch.AsSpan(4));
        var size = BinaryPrimitives.ReadInt32LittleEndian(scratch.AsSpan(8));
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(scratch.AsSpan(12));
        if (magic != Magic || count is < 0 or > Rows || size < 0 || size > RandomAccess.GetLength(file) - offset)
            throw new InvalidDataException($"no block at byte {offset}");
        if (scratch.Length < size) scratch = new byte[size];
        ReadExactly(file, scratch.AsSpan(0, size), offset + HeaderBytes);
        if (Checksum(scratch.AsSpan(0, size)) != checksum || !rows.Append(count, scratch.AsSpan(0, size)))
            throw new InvalidDataException($"the block at byte {offset} is damaged");
        return offset + HeaderBytes + size;
    }

    public static void ReadExactly(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(file, bytes, offset);
            if (read == 0) throw new InvalidDataException("it ends too early");
            bytes = bytes[read..];
            offset += read;
        }
    }

    /// <summary>CRC-32C, eight bytes a step.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, word);
        foreach (var b in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
