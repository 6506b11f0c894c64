using System.IO.Compression;

namespace Switchyard.Data;

/// <summary>One file of a source, or the answer to its query.</summary>
/// <param name="Path">Where to open it; null is standard input, or a database server.</param>
/// <param name="Name">Its name in messages.</param>
/// <param name="Target">The file itself, full and behind links; null where it can be read only once, as a pipe.</param>
sealed record SourceFile(string? Path, string Name, string? Target);

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
        if (source.Path is null) return [new SourceFile(null, source.Name, null)];
        if (source.Path == StandardInput) return [new SourceFile(null, "standard input", null)];
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
        if (info.Exists)
        {
            // A pipe has no length, nor has what /dev/stdin points to; a regular file of no length holds nothing worth remembering.
            var target = Target(info, name);
            return target is { Exists: true, Length: > 0 }
                ? new SourceFile(path, name, target.FullName)
                : new SourceFile(path, name, null);
        }

        if (Directory.Exists(path)) throw new InputException($"Source '{name}' is a folder. Name a file, or a pattern such as '{name}/*.csv'.");
        throw new InputException($"Source '{name}': there is no file {path}. Paths are relative to the configuration file.");
    }

    static FileInfo? Target(FileInfo file, string name)
    {
        try
        {
            return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Source '{name}': the link cannot be followed: {e.Message}", e);
        }
    }

    /// <summary>All files that hold rows, in order; the joined source is not among them.</summary>
    /// <exception cref="InputException">A file is named twice, through whatever path or pattern: its rows would count twice, or stand in two parts.</exception>
    public static IReadOnlyList<(SourceSpec Source, SourceFile File)> OfRows(DataSpec spec, string baseDirectory)
    {
        var files = new List<(SourceSpec Source, SourceFile File)>();
        var first = new Dictionary<string, SourceSpec>(StringComparer.Ordinal);
        foreach (var source in spec.Sources.Where(s => s.JoinOn.IsEmpty))
        {
            foreach (var file in Resolve(source, baseDirectory))
            {
                // Two queries on one database are two sets of rows.
                if (source.Query is null && (file.Target ?? file.Path) is { } path && !first.TryAdd(path, source))
                    throw new InputException($"The file {path} is named by two sources, '{first[path].Path}' and '{source.Path}': its rows would be read twice. Remove it from one of them.");
                files.Add((source, file));
            }
        }

        return files;
    }

    /// <summary>Tab for .tsv and .tsv.gz, comma otherwise.</summary>
    public static char SeparatorFor(string path) =>
        path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tsv.gz", StringComparison.OrdinalIgnoreCase) ? '\t' : ',';

    /// <summary>How the source's text is written: as its format says, or else as its name does.</summary>
    public static SourceFormat FormatOf(SourceSpec source) =>
        source.Format ?? (source.Path is { } path && HasEnding(path, ".jsonl", ".ndjson") ? SourceFormat.Jsonl : SourceFormat.Csv);

    /// <summary>The name is one that SQLite databases commonly have.</summary>
    public static bool IsDatabase(string path) => HasEnding(path, ".db", ".sqlite", ".sqlite3");

    static bool HasEnding(string path, params ReadOnlySpan<string> endings)
    {
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        foreach (var ending in endings)
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

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
