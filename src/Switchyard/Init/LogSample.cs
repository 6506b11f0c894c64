using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Rows of a log held as one code per value: the first rows of every file, and the last ones of a plain file too long for them.</summary>
sealed class LogSample
{
    /// <summary>Values held at most; a wide log is sampled with fewer rows.</summary>
    const int MaximumValues = 40_000_000;

    const int TailBytes = 1 << 18;

    LogSample(ImmutableArray<SourceSpec> sources, IReadOnlyList<string> columns)
    {
        Sources = sources;
        Columns = [.. columns.Select((name, index) => new SampleColumn(name, index))];
    }

    /// <summary>The sources as the configuration will name them, paths absolute.</summary>
    public ImmutableArray<SourceSpec> Sources { get; }

    public ImmutableArray<SampleColumn> Columns { get; }

    public int Rows { get; private set; }

    /// <summary>Every row of every file is in the sample.</summary>
    public bool IsComplete { get; private set; } = true;

    public SampleColumn? Find(string name) => Columns.FirstOrDefault(c => c.Name == name);

    public static LogSample Read(InitOptions options, CancellationToken cancellation)
    {
        if (options.SampleRows < 1) throw new InputException($"--sample-rows {options.SampleRows}: at least one row must be looked at.");
        var directory = Directory.GetCurrentDirectory();
        var sources = options.Sources.Select(path => Source(path, options.Query, directory)).ToImmutableArray();
        var files = sources.SelectMany(s => SourceFiles.Resolve(s, directory).Select(f => (Source: s, File: f))).ToList();
        LogSample? sample = null;
        foreach (var (source, file) in files)
        {
            using var rows = RowReader.Open(source, file, 0, ListSeparators.None, cancellation: cancellation);
            sample ??= new LogSample(sources, rows.Header);
            if (!rows.Header.SequenceEqual(sample.Columns.Select(c => c.Name), StringComparer.Ordinal))
                throw new InputException($"{file.Name}: its columns are not those of {files[0].File.Name}. Start one configuration per kind of file, or name only files of one kind.");
            sample.ReadFile(rows, source, file, RowsOf(options.SampleRows, files.Count, sample.Columns.Length), cancellation);
        }

        if (sample!.Rows == 0) throw new InputException($"{files[0].File.Name} has a header but no row; there is nothing to propose a configuration from.");
        return sample;
    }

    static int RowsOf(int wanted, int files, int columns) => Math.Max(1, Math.Min(wanted, MaximumValues / columns) / files);

    void ReadFile(RowReader rows, SourceSpec source, SourceFile file, int limit, CancellationToken cancellation)
    {
        for (var i = 0; i < limit; i++)
        {
            if (!rows.Read()) return;
            if ((i & 0xFFFF) == 0) cancellation.ThrowIfCancellationRequested();
            Add(rows);
        }

        if (!rows.Read()) return;
        IsComplete = false;
        if (source.Query is null && file.Path is { } path && !path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) ReadTail(source, path, rows.BytesRead);
    }

    /// <summary>The last lines of a plain file, for the range of its dates. Lines that do not parse (a cut inside quotes) are passed over.</summary>
    void ReadTail(SourceSpec source, string path, long read)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        stream.Seek(Math.Min(stream.Length, Math.Max(read, stream.Length - TailBytes)), SeekOrigin.Begin);
        while (stream.ReadByte() is not ('\n' or -1))
        {
        }

        try
        {
            var columns = Columns.Select(c => c.Name);
            using var tail = RowReader.Read(stream, source with { Columns = [.. columns] }, path, 0, ListSeparators.None);
            while (tail.Read()) Add(tail);
        }
        catch (InputException)
        {
            // The head of the file is enough; what was read of the tail stays.
        }
    }

    void Add(TextRow row)
    {
        foreach (var column in Columns) column.Add(row[column.Index]);
        Rows++;
    }

    static SourceSpec Source(string path, string? query, string directory)
    {
        if (path == SourceFiles.StandardInput) throw new InputException("init reads files, not standard input: the configuration must name them.");
        var source = new SourceSpec { Path = Path.GetFullPath(path, directory) };
        if (query is not null || SourceFiles.IsDatabase(path)) return source with { Query = query ?? WholeTable(source, path, directory) };
        if (SourceFiles.FormatOf(source) == SourceFormat.Jsonl) return source;
        var file = SourceFiles.Resolve(source, directory)[0];
        using var stream = SourceFiles.Open(file);
        return source with { Separator = Sniff(stream, SourceFiles.SeparatorFor(path)) };
    }

    /// <summary>All rows of a database with one table.</summary>
    static string WholeTable(SourceSpec source, string path, string directory)
    {
        const string tables = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name";
        var names = new List<string>();
        using var rows = RowReader.Open(source with { Query = tables }, directory);
        while (rows.Read()) names.Add(rows.Text(0));
        if (names.Count == 1) return $"SELECT * FROM \"{names[0].Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        throw new InputException($"{path} has {(names.Count == 0 ? "no table" : $"the tables {string.Join(", ", names)}")}; say with --query which rows to read.");
    }

    /// <summary>The separator of a header line that does not have the expected one; null where it has.</summary>
    static char? Sniff(Stream stream, char expected)
    {
        var header = new byte[1 << 14];
        int length;
        try
        {
            length = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            // Opening the file to read its rows says what is wrong with it.
            return null;
        }

        var line = header.AsSpan(0, length);
        if (line.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var end) line = line[..end];
        if (line.Contains((byte)expected)) return null;
        foreach (var other in ",;\t|")
            if (line.Contains((byte)other))
                return other;
        return null;
    }
}
