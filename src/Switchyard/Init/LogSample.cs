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
        var sources = options.Sources.Select(path => Source(path, directory)).ToImmutableArray();
        var files = sources.SelectMany(s => SourceFiles.Resolve(s, directory).Select(f => (Source: s, File: f))).ToList();
        LogSample? sample = null;
        foreach (var (source, file) in files)
        {
            var separator = source.Separator ?? SourceFiles.SeparatorFor(source.Path);
            using var rows = CsvRows.Open(file, separator, [], 0);
            sample ??= new LogSample(sources, rows.Header);
            if (!rows.Header.SequenceEqual(sample.Columns.Select(c => c.Name), StringComparer.Ordinal))
                throw new InputException($"{file.Name}: its columns are not those of {files[0].File.Name}. Start one configuration per kind of file, or name only files of one kind.");
            sample.ReadFile(rows, file, separator, RowsOf(options.SampleRows, files.Count, sample.Columns.Length), cancellation);
        }

        if (sample!.Rows == 0) throw new InputException($"{files[0].File.Name} has a header but no row; there is nothing to propose a configuration from.");
        return sample;
    }

    static int RowsOf(int wanted, int files, int columns) => Math.Max(1, Math.Min(wanted, MaximumValues / columns) / files);

    void ReadFile(CsvRows rows, SourceFile file, char separator, int limit, CancellationToken cancellation)
    {
        for (var i = 0; i < limit; i++)
        {
            if (!rows.Read()) return;
            if ((i & 0xFFFF) == 0) cancellation.ThrowIfCancellationRequested();
            Add(rows);
        }

        if (!rows.Read()) return;
        IsComplete = false;
        if (file.Path is { } path && !path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) ReadTail(path, separator, rows.BytesRead);
    }

    /// <summary>The last lines of a plain file, for the range of its dates. Lines that do not parse (a cut inside quotes) are passed over.</summary>
    void ReadTail(string path, char separator, long read)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        stream.Seek(Math.Min(stream.Length, Math.Max(read, stream.Length - TailBytes)), SeekOrigin.Begin);
        while (stream.ReadByte() is not ('\n' or -1))
        {
        }

        try
        {
            using var tail = new CsvRows(stream, path, separator, [.. Columns.Select(c => c.Name)]);
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

    static SourceSpec Source(string path, string directory)
    {
        if (path == SourceFiles.StandardInput) throw new InputException("init reads files, not standard input: the configuration must name them.");
        var source = new SourceSpec { Path = Path.GetFullPath(path, directory) };
        var file = SourceFiles.Resolve(source, directory)[0];
        using var stream = SourceFiles.Open(file);
        return source with { Separator = Sniff(stream, SourceFiles.SeparatorFor(path)) };
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
