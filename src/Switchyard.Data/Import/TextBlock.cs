namespace Switchyard.Data;

/// <summary>
/// Some rows of one file that passed the filter, with copies of the values that the import keeps, so that the next rows can be read while
/// these are worked on. Reused.
/// </summary>
sealed class TextBlock
{
    /// <summary>Most rows of a block.</summary>
    public const int Rows = 4096;

    /// <summary>Bytes of values after which a block is full, however few its rows are.</summary>
    const int EnoughBytes = 1 << 20;

    const int NotCopied = -1;

    readonly Dictionary<(int Row, int Column), string> _mistakes = [];
    int[] _ends = [];
    int[] _places = [];
    byte[] _bytes = [];
    int _width;

    public int Count { get; private set; }

    public bool Full => Count == Rows || End > EnoughBytes;

    /// <summary>The specification bound to the file's columns.</summary>
    public BoundSpec? Bound { get; private set; }

    public Header? Columns { get; private set; }

    public string File { get; private set; } = "";

    /// <summary>Part of every row; null for none.</summary>
    public Part?[] Parts { get; } = new Part?[Rows];

    public long[] Lines { get; } = new long[Rows];

    public long[] Numbers { get; } = new long[Rows];

    /// <summary>Place of every row in its part's block of the spool.</summary>
    public int[] At { get; } = new int[Rows];

    /// <summary>What ended the reading behind the last row; null where nothing did.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether no row follows.</summary>
    public bool Last { get; set; }

    /// <summary>Rows read so far, those that did not pass the filter among them.</summary>
    public long RowsRead { get; set; }

    int End => Count == 0 ? 0 : _ends[(Count * _width) - 1];

    /// <summary>Empties the block for rows of a file.</summary>
    public void Begin(BoundSpec? bound, Header? columns, string file)
    {
        (Count, Bound, File, Failure, Last) = (0, bound, file, null, false);
        _mistakes.Clear();
        if (ReferenceEquals(columns, Columns) || bound is null || columns is null) return;
        Columns = columns;
        _places = new int[columns.Names.Count];
        Array.Fill(_places, NotCopied);
        _width = 0;
        foreach (var column in bound.Kept) _places[column] = _width++;
        if (_ends.Length < Rows * _width) _ends = new int[Rows * _width];
    }

    /// <summary>Copies a row.</summary>
    public void Add(TextRow row, Part? part)
    {
        var (end, cell) = (End, Count * _width);
        foreach (var column in Bound!.Kept)
        {
            if (row.Mistake(column) is { } mistake) _mistakes[(Count, column)] = mistake;
            else
            {
                var value = row[column];
                if (_bytes.Length < end + value.Length) Array.Resize(ref _bytes, Math.Max(end + value.Length, Math.Max(2 * _bytes.Length, EnoughBytes)));
                value.CopyTo(_bytes.AsSpan(end));
                end += value.Length;
            }

            _ends[cell++] = end;
        }

        (Parts[Count], Lines[Count], Numbers[Count]) = (part, row.Line, row.Number);
        Count++;
    }

    public string? Mistake(int row, int column) => _mistakes.Count == 0 ? null : _mistakes.GetValueOrDefault((row, column));

    public ReadOnlySpan<byte> Value(int row, int column)
    {
        var place = _places[column];
        if (place == NotCopied) throw new InvalidOperationException($"Column '{Columns!.Names[column]}' is not among those that the import keeps.");
        var cell = (row * _width) + place;
        var start = cell == 0 ? 0 : _ends[cell - 1];
        return _bytes.AsSpan(start, _ends[cell] - start);
    }
}

/// <summary>A row of a block.</summary>
sealed class BlockRow : TextRow
{
    TextBlock _block = new();
    int _row;

    public override IReadOnlyList<string> Header => _block.Columns!.Names;

    public override int OwnColumns => _block.Columns!.OwnColumns;

    public override string File => _block.File;

    public override long Line => _block.Lines[_row];

    public override long Number => _block.Numbers[_row];

    public override ReadOnlySpan<byte> this[int column] => _block.Mistake(_row, column) is { } mistake ? throw new InputException(mistake) : _block.Value(_row, column);

    internal override string? Mistake(int column) => _block.Mistake(_row, column);

    public void Move(TextBlock block, int row) => (_block, _row) = (block, row);
}
