using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Switchyard.Data;

/// <summary>What an import depends on, as hashes: a file is fresh while its fingerprint is the one computed now.</summary>
static class ImportFingerprint
{
    /// <summary>Contents of files up to this size are hashed too; of larger ones, name, length and time of writing must do.</summary>
    const long HashedBytes = 1 << 20;

    /// <summary>Hash of the specification and the frozen schema, if any.</summary>
    public static string OfSpec(DataSpec spec, Schema? schema)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, $"columns {ColumnFile.Version}");
        Add(hash, JsonSerializer.Serialize(spec, DataJson.Compact));
        Add(hash, schema?.Fingerprint() ?? "");
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Hash of the specification and the files it reads; null with standard input, which cannot be read twice.</summary>
    public static string? Of(DataSpec spec, string baseDirectory, Schema? schema)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, OfSpec(spec, schema));
        foreach (var file in spec.Sources.SelectMany(s => SourceFiles.Resolve(s, baseDirectory)))
        {
            if (file.Path is null) return null;
            Add(hash, $"{file.Name}\n{file.Length}\n{file.LastWriteUtcTicks}");
            if (file.Length <= HashedBytes) hash.AppendData(File.ReadAllBytes(file.Path));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Length first, so that two texts cannot run into one another.
    static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
