using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Switchyard.Interop;

/// <summary>TFRecord: every record with its length and masked CRC-32C of both, little endian.</summary>
static class RecordFraming
{
    const int CrcBytes = sizeof(uint);
    const uint Mask = 0xa282ead8;

    /// <summary>Writes a record.</summary>
    public static void Write(IBufferWriter<byte> to, ReadOnlySpan<byte> record)
    {
        var all = to.GetSpan(sizeof(ulong) + CrcBytes + record.Length + CrcBytes);
        var length = all[..sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(all[sizeof(ulong)..], Masked(length));
        record.CopyTo(all[(sizeof(ulong) + CrcBytes)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(all[(sizeof(ulong) + CrcBytes + record.Length)..], Masked(record));
        to.Advance(sizeof(ulong) + CrcBytes + record.Length + CrcBytes);
    }

    // A checksum of bytes that hold their own checksum is degenerate, so it is turned and shifted.
    static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + Mask;
    }
}
