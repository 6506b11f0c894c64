using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Switchyard.Data;

/// <summary>What an import depends on, as hashes: a file is fresh while its fingerprint is the one computed now.</summary>
static class ImportFingerprint
{
    /// <summary>Files up to this size are hashed whole; of larger ones path, length, time of writing and three blocks must do.</summary>
    const long HashedBytes = 1 << 20;

    const int BlockBytes = 1 << 16;

    /// <summary>Hash of the specification and the frozen schema, if any.</summary>
    public static string OfSpec(DataSpec spec, Schema? schema)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, $"columns {ColumnFile.Version}");
        Add(hash, JsonSerializer.Serialize(spec, DataJson.Compact));
        Add(hash, schema?.Fingerprint() ?? "");
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Hash of the specification and the files it reads; null with standard input and pipes, which cannot be read twice.</summary>
    public static string? Of(DataSpec spec, string baseDirectory, Schema? schema)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, OfSpec(spec, schema));
        foreach (var file in spec.Sources.SelectMany(s => SourceFiles.Resolve(s, baseDirectory)))
        {
            if (file.Target is null) return null;
            Add(hash, $"{file.Target}\n{file.Length}\n{file.LastWriteUtcTicks}");
            AddContent(hash, file.Target, file.Name, file.Length);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static void AddContent(IncrementalHash hash, string path, string name, long length)
    {
        try
        {
            using var file = File.OpenHandle(path);
            if (length <= HashedBytes)
            {
                AddBlock(hash, file, 0, (int)length);
                return;
            }

            AddBlock(hash, file, 0, BlockBytes);
            AddBlock(hash, file, (length - BlockBytes) / 2, BlockBytes);
            AddBlock(hash, file, length - BlockBytes, BlockBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{name} cannot be opened: {e.Message}", e);
        }
    }

    static void AddBlock(IncrementalHash hash, SafeFileHandle file, long offset, int length)
    {
        var bytes = new byte[length];
        var read = 0;
        while (read < length && RandomAccess.Read(file, bytes.AsSpan(read), offset + read) is > 0 and var more) read += more;
        hash.AppendData(bytes, 0, read);
    }

    // Length first, so that two texts cannot run into one another.
    static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
