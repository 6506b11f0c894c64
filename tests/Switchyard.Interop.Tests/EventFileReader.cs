using System.Buffers.Binary;
using System.Text;

namespace Switchyard.Interop.Tests;

/// <summary>An event of a file: of a scalar its tag and value, otherwise what it is.</summary>
sealed record ReadEvent(double WallTime, long Step, string? Version, int? Session, List<(string Tag, float Value)> Scalars);

/// <summary>
/// Reads an event file by the public format alone (TFRecord, the wire format of protocol buffers, the field numbers of event.proto and
/// summary.proto), with nothing of the library that writes it.
/// </summary>
static class EventFileReader
{
    public static List<ReadEvent> Read(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        var events = new List<ReadEvent>();
        while (!bytes.IsEmpty)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            RequireCrc(bytes[..8], BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
            var record = bytes.Slice(12, length);
            RequireCrc(record, BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 + length)..]));
            events.Add(EventOf(record));
            bytes = bytes[(16 + length)..];
        }

        return events;
    }

    static void RequireCrc(ReadOnlySpan<byte> data, uint masked)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }

        crc = ~crc;
        (((crc >> 15) | (crc << 17)) + 0xa282ead8).ShouldBe(masked);
    }

    static ReadEvent EventOf(ReadOnlySpan<byte> bytes)
    {
        var read = new ReadEvent(0, 0, null, null, []);
        while (!bytes.IsEmpty)
        {
            var (field, value) = Next(ref bytes);
            switch (field)
            {
                case 1:
                    read = read with { WallTime = BinaryPrimitives.ReadDoubleLittleEndian(value) };
                    break;
                case 2:
                    read = read with { Step = Number(value) };
                    break;
                case 3:
                    read = read with { Version = Encoding.UTF8.GetString(value) };
                    break;
                case 5:
                    for (var rest = value; !rest.IsEmpty;)
                    {
                        var (number, scalar) = Next(ref rest);
                        number.ShouldBe(1);
                        read.Scalars.Add(ScalarOf(scalar));
                    }

                    break;
                case 7:
                    var session = Next(ref value);
                    session.Number.ShouldBe(1);
                    read = read with { Session = (int)Number(session.Value) };
                    break;
                default:
                    throw new InvalidDataException($"An event has no field {field} that a run writes.");
            }
        }

        return read;
    }

    static (string Tag, float Value) ScalarOf(ReadOnlySpan<byte> bytes)
    {
        var (tag, scalar) = ("", (float?)null);
        while (!bytes.IsEmpty)
        {
            var (field, value) = Next(ref bytes);
            if (field == 1) tag = Encoding.UTF8.GetString(value);
            else if (field == 2) scalar = BinaryPrimitives.ReadSingleLittleEndian(value);
            else throw new InvalidDataException($"A value has no field {field} that a run writes.");
        }

        // A reader that finds no value drops the point, or takes it for another kind.
        return (tag, scalar ?? throw new InvalidDataException($"{tag} has no value."));
    }

    /// <summary>The number and the bytes of the next field.</summary>
    static Field Next(ref ReadOnlySpan<byte> bytes)
    {
        var key = Varint(ref bytes);
        var start = bytes;
        switch (key & 7)
        {
            case 0:
                Varint(ref bytes);
                return new Field((int)(key >> 3), start[..(start.Length - bytes.Length)]);
            case 1:
                bytes = bytes[8..];
                return new Field((int)(key >> 3), start[..8]);
            case 2:
                var length = (int)Varint(ref bytes);
                var value = bytes[..length];
                bytes = bytes[length..];
                return new Field((int)(key >> 3), value);
            case 5:
                bytes = bytes[4..];
                return new Field((int)(key >> 3), start[..4]);
            default:
                throw new InvalidDataException($"There is no wire type {key & 7}.");
        }
    }

    static long Number(ReadOnlySpan<byte> bytes) => (long)Varint(ref bytes);

    static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var number = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var value = bytes[0];
            bytes = bytes[1..];
            number |= (ulong)(value & 0x7f) << shift;
            if (value < 0x80) return number;
        }
    }

    readonly ref struct Field(int number, ReadOnlySpan<byte> value)
    {
        public int Number { get; } = number;

        public ReadOnlySpan<byte> Value { get; } = value;

        public void Deconstruct(out int field, out ReadOnlySpan<byte> bytes)
        {
            field = Number;
            bytes = Value;
        }
    }
}
