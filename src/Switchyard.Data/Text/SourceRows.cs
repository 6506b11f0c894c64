namespace Switchyard.Data;

/// <summary>All rows of a run's sources: file after file, with the joined columns behind the file's own.</summary>
sealed class SourceRows : TextRow, IDisposable
{
    readonly IReadOnlyList<(SourceSpec Source, SourceFile File)> _files;
    readonly ListSeparators _lists;
    readonly JoinTable? _join;
    readonly KeyBuffer _keys = new();
    readonly CancellationTokenSource _stop;
    RowReader? _rows;
    Header? _columns;
    string[]? _first;
    int[] _keyColumns = [];
    int _ownColumns;
    int _next;
    int _match = -1;
    long _number = -1;

    public SourceRows(DataSpec spec, string baseDirectory, CancellationToken cancellation)
    {
        _files = SourceFiles.OfRows(spec, baseDirectory);
        if (_files.Count > 1 && spec.Fields.FirstOrDefault(f => f.History is { Time: null }) is { } untimed)
            throw new InputException(
                $"Field '{untimed.Name}': its history has no 'time', so the order of the rows counts as time, but they come from {_files.Count} files " +
                $"({string.Join(", ", _files.Take(3).Select(f => f.File.Name))}{(_files.Count > 3 ? ", …" : "")}). Name the column that holds the time of a row under 'time'.");
        _lists = ListSeparators.Of(spec);
        if (spec.Sources.FirstOrDefault(s => !s.JoinOn.IsEmpty) is { } joined)
        {
            _join = new JoinTable(joined, baseDirectory, _lists, cancellation);
            ContentHash = _join.ContentHash;
        }

        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>Columns of the current file and the join; a new object whenever a file with other columns begins.</summary>
    public Header Columns => _columns ?? throw new InvalidOperationException("Read a row first.");

    /// <summary>Part that the current file's source names.</summary>
    public Part? Part { get; private set; }

    public long UnmatchedRows { get; private set; }

    /// <summary>Hash of what the sources that nothing else tells of have given so far; null where there are none.</summary>
    public byte[]? ContentHash { get; private set; }

    public override IReadOnlyList<string> Header => Columns.Names;

    public override int OwnColumns => _ownColumns;

    public override string File => _rows!.File;

    public override long Line => _rows!.Line;

    public override long Number => _number;

    public override ReadOnlySpan<byte> this[int column]
    {
        get
        {
            if (column < _ownColumns) return _rows![column];
            return _match < 0 ? default : _join!.Value(_match, column - _ownColumns);
        }
    }

    internal override string? Mistake(int column) =>
        column < _ownColumns ? _rows!.Mistake(column) : _match < 0 ? null : _join!.Mistake(_match, column - _ownColumns);

    /// <summary>Moves to the next row of any file; false at the end.</summary>
    public bool Read()
    {
        while (true)
        {
            if (_rows is null)
            {
                if (_next == _files.Count) return false;
                OpenNext();
            }

            if (_rows!.Read()) break;
            ContentHash = ImportFingerprint.Joined(ContentHash, _rows.ContentHash);
            _rows.Dispose();
            _rows = null;
        }

        _number++;
        if (_join is not null)
        {
            _match = _join.Find(_keys.Key(_rows, _keyColumns));
            if (_match < 0) UnmatchedRows++;
        }

        return true;
    }

    void OpenNext()
    {
        var (source, file) = _files[_next++];
        _rows = RowReader.Open(source, file, _number + 1, _lists, cancellation: _stop.Token);
        Part = source.Part;
        string[] names = [.. _rows.Header];
        _ownColumns = names.Length;
        if (_join is not null)
        {
            _rows.Columns.RequireAll(_join.On.Select(c => (c, "a key of the join")));
            _keyColumns = [.. _join.On.Select(_rows.Columns.Require)];
            string[] clash = [.. _join.Columns.Intersect(names, StringComparer.Ordinal)];
            if (clash.Length > 0)
                throw new InputException(
                    $"{file.Name}: the joined source has columns of the same name: {string.Join(", ", clash)}. Rename or drop them in one of the two, or add them to join_on.");
            names = [.. names, .. _join.Columns];
        }

        _first ??= names[.._ownColumns];
        if (_columns is null || !_columns.Names.SequenceEqual(names, StringComparer.Ordinal))
            _columns = new Header(names, file.Name, _rows.Columns.Hint) { OwnColumns = _ownColumns, FirstFile = _first };
    }

    /// <summary>Ends a <see cref="Read"/> that waits for a database, on another thread; no row can be read after it.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _rows?.Dispose();
        _stop.Dispose();
    }
}
