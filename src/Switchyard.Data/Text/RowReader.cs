namespace Switchyard.Data;

/// <summary>
/// Rows of one file, or of one database query, one after another. Whatever the kind, a value is UTF-8 text and empty where it is
/// missing, so that the same table gives the same rows from all of them.
/// </summary>
public abstract class RowReader : TextRow, IDisposable
{
    private protected RowReader(string name, long firstNumber)
    {
        File = name;
        FirstNumber = firstNumber;
    }

    /// <summary>Name of the file or query in messages.</summary>
    public sealed override string File { get; }

    public sealed override IReadOnlyList<string> Header => Columns.Names;

    public sealed override long Number => FirstNumber + RowsRead - 1;

    /// <summary>Column names and where each stands.</summary>
    internal abstract Header Columns { get; }

    /// <summary>Bytes of (unpacked) text read so far; 0 where the rows do not come from text.</summary>
    public virtual long BytesRead => 0;

    /// <summary>SHA-256 of everything read so far, where nothing else tells whether the rows have changed; null for files.</summary>
    internal virtual byte[]? ContentHash => null;

    /// <summary>Number of the first row, for a source of several files.</summary>
    private protected long FirstNumber { get; }

    /// <summary>Rows read so far, the current one included.</summary>
    private protected long RowsRead { get; set; }

    /// <summary>Moves to the next row; false at the end.</summary>
    /// <exception cref="InputException">The row cannot be read; the message names its place.</exception>
    public abstract bool Read();

    public abstract void Dispose();

    /// <summary>Opens a file by its name, as the configuration would ('-' is standard input).</summary>
    /// <exception cref="InputException">It cannot be opened.</exception>
    public static RowReader Open(string path) => Open(new SourceSpec { Path = path }, Directory.GetCurrentDirectory());

    /// <summary>Opens a source that is one file or one query.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="baseDirectory">Folder that relative paths start from.</param>
    /// <param name="schema">The model that is to read the rows: lists are written with its fields' separators. Default: with |.</param>
    /// <param name="cancellation">Ends a query that keeps its rows waiting.</param>
    /// <exception cref="InputException">It cannot be opened.</exception>
    public static RowReader Open(SourceSpec source, string baseDirectory, Schema? schema = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(baseDirectory);
        if (SourceChecks.Mistake(source) is { } mistake) throw new InputException($"Source '{source.Name}': {mistake}");
        var files = SourceFiles.Resolve(source, baseDirectory);
        if (files.Count > 1) throw new InputException($"Source '{source.Name}' is {files.Count} files; one is expected here.");
        return schema is null
            ? Open(source, files[0], 0, ListSeparators.None, cancellation: cancellation)
            : Open(source, files[0], 0, ListSeparators.Of(schema), InputColumns(schema), cancellation);
    }

    /// <summary>Opens one file of a source, or its query.</summary>
    /// <param name="source">How the file is to be read.</param>
    /// <param name="file">The file.</param>
    /// <param name="firstNumber">Number of its first row.</param>
    /// <param name="lists">Characters to put between the items of a list.</param>
    /// <param name="known">Columns of JSON Lines even where no row has them; null for none.</param>
    /// <param name="cancellation">Ends a query that keeps its rows waiting.</param>
    internal static RowReader Open(
        SourceSpec source,
        SourceFile file,
        long firstNumber,
        ListSeparators lists,
        IReadOnlyList<string>? known = null,
        CancellationToken cancellation = default)
    {
        if (source.Connection is { } connection) return PostgresRows.Open(connection, source.Query!, file.Name, firstNumber, lists, cancellation);
        if (source.Query is { } query) return new SqliteRows(file.Path!, query, file.Name, firstNumber, cancellation);
        var stream = SourceFiles.Open(file);
        try
        {
            return Read(stream, source, file.Name, firstNumber, lists, known);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    // Without its own column, a history is built from the rows.
    static string[] InputColumns(Schema schema) =>
        [.. schema.Fields.Where(f => f.Encoder is not SequenceEncoder { History: not null }).Select(f => f.Column).Concat(schema.Levels.Select(l => l.Column)).Distinct(StringComparer.Ordinal)];

    /// <summary>Reads text as a source says.</summary>
    internal static RowReader Read(Stream stream, SourceSpec source, string name, long firstNumber, ListSeparators lists, IReadOnlyList<string>? known = null) =>
        SourceFiles.FormatOf(source) == SourceFormat.Jsonl
            ? new JsonRows(stream, name, source.Columns, firstNumber, lists, known ?? [])
            : new CsvRows(stream, name, source.Separator ?? SourceFiles.SeparatorFor(source.Path!), source.Columns, firstNumber);

    /// <summary>What to say where a file cannot be read to its end.</summary>
    private protected InputException Unreadable(Exception e) => e is InvalidDataException
        ? new InputException($"{File}, after row {RowsRead}: the file is damaged or no gzip file ({e.Message}).", e)
        : new InputException($"{File}, after row {RowsRead}: {e.Message}", e);
}
