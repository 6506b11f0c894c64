using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Switchyard.Data;

/// <summary>What an import reads, as a hash: a column file of the same specification is fresh while its fingerprint is the one computed now.</summary>
/// <param name="files">Hash of the files.</param>
/// <param name="readsOnce">One of the sources is standard input or a pipe, which cannot be read twice.</param>
/// <param name="asksServer">One of the sources is a database server, of which only the rows themselves tell whether they have changed.</param>
sealed class ImportFingerprint(string files, bool readsOnce, bool asksServer)
{
    /// <summary>Files up to this size are hashed whole; of larger ones path, length, time of writing and three blocks must do.</summary>
    const long HashedBytes = 1 << 20;

    const int BlockBytes = 1 << 16;

    /// <summary>Hash of the specification and of the schema to start from (<see cref="KnownSchema.Text"/>; empty for none).</summary>
    public static string OfSpec(DataSpec spec, string baseDirectory, string known)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, $"columns {ColumnFile.Version}");
        Add(hash, JsonSerializer.Serialize(spec.Located(baseDirectory), DataJson.Compact));
        Add(hash, known);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What can be known before a row is read; null where that is not enough.</summary>
    public string? BeforeReading => readsOnce || asksServer ? null : files;

    /// <summary>The fingerprint once the rows are read; empty where they cannot be read twice.</summary>
    /// <param name="content">Hash of what a database server has answered.</param>
    public string AfterReading(byte[]? content) => readsOnce ? "" : content is null ? files : Convert.ToHexStringLower(Joined(Convert.FromHexString(files), content)!);

    /// <summary>Looks at the files. How their rows are encoded is not in it, so that rows read again with another schema are known as the same.</summary>
    public static ImportFingerprint Of(DataSpec spec, string baseDirectory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var readsOnce = false;
        foreach (var source in spec.Sources.Where(s => s.Connection is null))
        {
            foreach (var file in SourceFiles.Resolve(source, baseDirectory))
            {
                readsOnce |= file.Target is null;
                if (file.Target is not { } target) continue;
                AddFile(hash, new FileInfo(target), file.Name);
                // What a SQLite database was told last may still stand beside it.
                if (source.Query is not null && new FileInfo(target + "-wal") is { Exists: true, Length: > 0 } log) AddFile(hash, log, file.Name);
            }
        }

        return new ImportFingerprint(Convert.ToHexStringLower(hash.GetHashAndReset()), readsOnce, spec.Sources.Any(s => s.Connection is not null));
    }

    /// <summary>Hash of two hashes, either of which may not be there.</summary>
    public static byte[]? Joined(byte[]? first, byte[]? second) => (first, second) switch
    {
        (null, _) => second,
        (_, null) => first,
        _ => SHA256.HashData([.. first, .. second]),
    };

    static void AddFile(IncrementalHash hash, FileInfo file, string name)
    {
        Add(hash, $"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}");
        AddContent(hash, file.FullName, name, file.Length);
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
