using System.Security.Cryptography;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Training;

/// <summary>The arrays of a checkpoint in one safetensors file. They are written from and read into the places they are used at: no second copy.</summary>
static class CheckpointFile
{
    public const string Name = "state.safetensors";

    /// <summary>Writes the arrays and forces them to the disk.</summary>
    /// <returns>Size and SHA-256 of the file.</returns>
    public static (long Bytes, string Sha256) Write(string path, IReadOnlyList<CheckpointArray> arrays)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        Put(SafetensorsHeader.Write(arrays.Select(a => new SafetensorsTensor(a.Name, a.Type, a.Shape))));
        foreach (var array in arrays)
        {
            foreach (var (from, count) in array.Pieces()) Put(array.Bytes(from, count));
        }

        stream.Flush(flushToDisk: true);
        return (stream.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));

        void Put(ReadOnlySpan<byte> bytes)
        {
            stream.Write(bytes);
            hash.AppendData(bytes);
        }
    }

    /// <summary>Reads the whole file once, so that nothing in memory changes before it is known to be sound.</summary>
    /// <exception cref="InvalidDataException">It is not what was written.</exception>
    public static void Verify(string path, long bytes, string sha256)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length != bytes) throw new InvalidDataException($"{Name} has {stream.Length} bytes instead of {bytes}");
        if (Convert.ToHexStringLower(SHA256.HashData(stream)) != sha256) throw new InvalidDataException($"the SHA-256 of {Name} is wrong");
    }

    /// <summary>Fills the arrays from a verified file.</summary>
    /// <exception cref="InputException">It holds other arrays; none was filled then.</exception>
    public static void Read(string path, IReadOnlyList<CheckpointArray> arrays)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        var entries = SafetensorsHeader.Read(stream, path, static _ => { }, "F32", "F64", "I32", "I64");
        var wanted = arrays.Where(a => a.Length > 0).ToArray();
        entries = [.. entries.Where(e => e.End > e.Begin)];
        var different = wanted.Length == entries.Length
            ? wanted.Zip(entries).Where(p => p.First.Name != p.Second.Name || p.First.Type != p.Second.Type || !p.First.Shape.SequenceEqual(p.Second.Shape)).Select(p => p.First.Name).FirstOrDefault()
            : $"{entries.Length} arrays instead of {wanted.Length}";
        if (different is not null) throw new InputException($"{path} does not fit this model ({different}); remove the folder of the checkpoints and train anew.");
        foreach (var array in wanted)
        {
            foreach (var (from, count) in array.Pieces()) stream.ReadExactly(array.Bytes(from, count));
        }
    }
}
