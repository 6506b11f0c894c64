using System.Buffers.Binary;
using System.Security.Cryptography;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Size and SHA-256 (hex) of a weight file.</summary>
readonly record struct WeightDigest(long Bytes, string Sha256);

/// <summary>The weights of a model in a safetensors file. Values stream through one buffer, so tables of any size need no second copy.</summary>
static class WeightFile
{
    public const string Name = "weights.safetensors";

    const string Type = "F32";

    const int ChunkValues = 1 << 16;

    /// <summary>Writes all weights and forces them to the disk.</summary>
    public static WeightDigest Write(string path, ParameterSet set)
    {
        var tensors = WeightTensor.All(set);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        void Put(ReadOnlySpan<byte> bytes)
        {
            stream.Write(bytes);
            hash.AppendData(bytes);
        }

        Put(SafetensorsHeader.Write(tensors.Select(t => new SafetensorsTensor(t.Name, Type, t.Shape))));
        var buffer = new byte[ChunkValues * sizeof(float)];
        foreach (var tensor in tensors)
        {
            ReadOnlySpan<Real> left = tensor.Values(set);
            while (left.Length > 0)
            {
                var count = Math.Min(left.Length, ChunkValues);
                for (var i = 0; i < count; i++) BinaryPrimitives.WriteSingleLittleEndian(buffer.AsSpan(i * sizeof(float)), (float)left[i]);
                Put(buffer.AsSpan(0, count * sizeof(float)));
                left = left[count..];
            }
        }

        stream.Flush(flushToDisk: true);
        return new WeightDigest(stream.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>
    /// Fills a deferred set. Names and shapes are compared before anything is allocated, so that the memory a damaged or foreign
    /// file can claim is bounded by its size.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="set">Declarations of the model.</param>
    /// <param name="expected">Size and checksum that the manifest gives.</param>
    /// <param name="model">Name of the architecture, for messages.</param>
    /// <param name="cancellation">Ends it before the next chunk; the set is then of no use.</param>
    /// <exception cref="InputException">The file is truncated, malformed, damaged or of another model.</exception>
    public static void Read(string path, ParameterSet set, WeightDigest expected, string model, CancellationToken cancellation = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        if (stream.Length != expected.Bytes)
            throw Damaged($"{stream.Length} bytes, manifest.json says {expected.Bytes}");
        var entries = SafetensorsHeader.Read(stream, path, hash.AppendData, Type);
        var tensors = WeightTensor.All(set).ToDictionary(t => t.Name, StringComparer.Ordinal);
        CompareNames(entries, tensors, path, model);
        set.Allocate();
        var buffer = new byte[Math.Min(ChunkValues * sizeof(float), stream.Length)];
        foreach (var entry in entries)
        {
            var left = tensors[entry.Name].Values(set);
            while (left.Length > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(left.Length, buffer.Length / sizeof(float));
                var bytes = buffer.AsSpan(0, count * sizeof(float));
                stream.ReadExactly(bytes);
                hash.AppendData(bytes);
                for (var i = 0; i < count; i++) left[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
                left = left[count..];
            }
        }

        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != expected.Sha256)
            throw Damaged($"SHA-256 is {found}, manifest.json says {expected.Sha256}");
        set.Touch();

        InputException Damaged(string what) => new($"{path}: {what}; the file is damaged or not of this bundle, copy the bundle again.");
    }

    static void CompareNames(SafetensorsEntry[] entries, Dictionary<string, WeightTensor> tensors, string path, string model)
    {
        var found = entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
        var problems = new List<string>();
        void Add(string what, IEnumerable<string> names)
        {
            var all = names.Order(StringComparer.Ordinal).ToArray();
            if (all.Length == 0) return;
            problems.Add($"{all.Length} {what} ({string.Join(", ", all.Take(10))}{(all.Length > 10 ? $", and {all.Length - 10} more" : "")})");
        }

        Add("missing", tensors.Keys.Where(n => !found.ContainsKey(n)));
        Add("unexpected", found.Keys.Where(n => !tensors.ContainsKey(n)));
        Add(
            "mis-shaped",
            tensors.Values.Where(t => found.TryGetValue(t.Name, out var e) && !e.Shape.AsSpan().SequenceEqual(t.Shape))
                .Select(t => $"{t.Name}: [{string.Join(", ", found[t.Name].Shape)}] in the file, [{string.Join(", ", t.Shape)}] in the model"));
        if (problems.Count > 0)
        {
            throw new InputException(
                $"{path}: the weights do not fit model {model} of manifest.json: {string.Join("; ", problems)}; both files must come from one bundle.");
        }
    }
}
