using System.Buffers.Binary;
using Switchyard.Data;

namespace Switchyard.Robustness.Tests;

/// <summary>
/// A damaged column file: opened and read, in order and shuffled. In two cases of three the checksums are made to agree, so that damage
/// reaches what lies behind them.
/// </summary>
sealed class ColumnFileTarget : FuzzTarget
{
    const int TrailerBytes = 24;
    const int BlockHeaderBytes = 16;

    readonly byte[] _sound;
    readonly long[] _blocks;
    readonly int _description;

    public ColumnFileTarget()
    {
        Scratch.Write("rows.csv", Samples.Rows(400));
        var spec = RunConfiguration.Parse(Samples.Configuration, "run.yaml", Scratch.Folder).Data;
        using var data = Importer.Import(spec, Scratch.Folder, Scratch.Place("cache"));
        _sound = File.ReadAllBytes(data.Path);
        using var file = File.OpenHandle(data.Path);
        _blocks = [.. ColumnFile.ReadInfo(file).Parts.SelectMany(p => p.Offsets)];
        _description = (int)BinaryPrimitives.ReadInt64LittleEndian(_sound.AsSpan(^TrailerBytes));
    }

    public override IReadOnlyList<string> Words => ["null", "[]", "\"offsets\":[-1]", "\"rows\":", "9223372036854775807", "{\"a\":", "[[[[[[[[", "\"parts\":[]"];

    public override bool Try(Mutator mutator)
    {
        var path = Scratch.Place("damaged.columns");
        File.WriteAllBytes(path, Damaged(mutator));
        try
        {
            using var data = Dataset.Open(path);
            foreach (var part in Enum.GetValues<Part>())
            {
                Read(data, part, null);
                Read(data, part, new ShuffleOptions { BufferRows = 4096 });
            }

            return true;
        }
        catch (InputException e)
        {
            return e.Message.Contains(path, StringComparison.Ordinal) ? false : throw new FindingException($"the file is not named: {e.Message}");
        }
    }

    static void Read(Dataset data, Part part, ShuffleOptions? shuffle)
    {
        using var source = data.Open(part, shuffle);
        var batch = new Batch(data.Schema, 128);
        var rows = 0L;
        while (source.Next(batch, 128)) rows += batch.Count;
        if (rows != data.Rows(part)) throw new FindingException($"{rows} rows of {data.Rows(part)} were read, and nothing was said");
    }

    byte[] Damaged(Mutator mutator)
    {
        switch (mutator.Below(3))
        {
            case 0:
                return mutator.Mutate(_sound);
            case 1:
                // The description, with its length and checksum.
                var json = mutator.Mutate(_sound[_description..^TrailerBytes]);
                var trailer = _sound[^TrailerBytes..];
                BinaryPrimitives.WriteInt32LittleEndian(trailer.AsSpan(8), json.Length);
                BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(12), Blocks.Checksum(json));
                return [.. _sound[.._description], .. json, .. trailer];
            default:
                // The bytes of a block, with their checksum; where they grow, they run into what follows.
                var bytes = (byte[])_sound.Clone();
                var block = (int)_blocks[mutator.Below(_blocks.Length)];
                var size = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(block + 8));
                var payload = bytes.AsSpan(block + BlockHeaderBytes, size);
                var damaged = mutator.Mutate(payload.ToArray());
                var kept = Math.Min(size, damaged.Length);
                damaged.AsSpan(0, kept).CopyTo(payload);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(block + 8), kept);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(block + 12), Blocks.Checksum(payload[..kept]));
                return bytes;
        }
    }
}
