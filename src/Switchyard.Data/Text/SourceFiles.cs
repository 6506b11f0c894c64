using System.IO.Compression;

namespace Switchyard.Data;

/// <summary>One file of a source; a null path is standard input.</summary>
sealed record SourceFile(string? Path, string Name, long Length, long LastWriteUtcTicks);

/// <summary>Finds and opens the files behind a source's path.</summary>
static class SourceFiles
{
    public const string StandardInput = "-";

    // Without it the runtime takes a .gz that was cut short for a whole one, and the rows behind the cut are silently missing.
    static SourceFiles()
    {
        const string strict = "System.IO.Compression.UseStrictValidation";
        if (!AppContext.TryGetSwitch(strict, out _)) AppContext.SetSwitch(strict, true);
    }

    /// <summary>The files of a source: one, those of a pattern in ordinal order, or standard input.</summary>
    public static IReadOnlyList<SourceFile> Resolve(SourceSpec source, string baseDirectory)
    {
        if (source.Path == StandardInput) return [new SourceFile(null, "standard input", 0, 0)];
        var full = Path.GetFullPath(source.Path, baseDirectory);
        if (!source.Path.Contains('*', StringComparison.Ordinal)) return [Describe(full, source.Path)];

        var directory = Path.GetDirectoryName(full)!;
        if (directory.Contains('*', StringComparison.Ordinal))
            throw new InputException($"Source '{source.Path}': * may stand in the file name only, not in a folder.");
        if (!Directory.Exists(directory))
            throw new InputException($"Source '{source.Path}': there is no folder {directory}. Paths are relative to the configuration file.");
        string[] files = [.. Directory.EnumerateFiles(directory, Path.GetFileName(full)).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new InputException($"Source '{source.Path}': no file in {directory} matches {Path.GetFileName(full)}.");
        return [.. files.Select(f => Describe(f, Path.GetRelativePath(baseDirectory, f)))];
    }

    static SourceFile Describe(string path, string name)
    {
        var info = new FileInfo(path);
        if (info.Exists) return new SourceFile(path, name, info.Length, info.LastWriteTimeUtc.Ticks);
        if (Directory.Exists(path)) throw new InputException($"Source '{name}' is a folder. Name a file, or a pattern such as '{name}/*.csv'.");
        throw new InputException($"Source '{name}': there is no file {path}. Paths are relative to the configuration file.");
    }

    /// <summary>Tab for .tsv and .tsv.gz, comma otherwise.</summary>
    public static char SeparatorFor(string path) =>
        path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tsv.gz", StringComparison.OrdinalIgnoreCase) ? '\t' : ',';

    /// <summary>The file's bytes, unpacked where its name ends in .gz.</summary>
    public static Stream Open(SourceFile file)
    {
        if (file.Path is null) return Console.OpenStandardInput();
        try
        {
            var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            return file.Path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file.Name} cannot be opened: {e.Message}", e);
        }
    }
}
