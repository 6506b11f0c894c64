namespace Switchyard.Serving;

/// <summary>
/// The values of one request and, once scored, its result. Made to be reused: <see cref="Begin"/>, values in any order, a call of
/// <see cref="ScoringQueue.ScoreAsync"/>, results, <see cref="Clear"/>; a warm one allocates nothing. Values are UTF-8 texts as they would
/// stand in a file: a number keeps its digits, true and false are 1 and 0, null is missing (empty). Used by one caller at a time, and
/// by nobody while it is being scored.
/// </summary>
public sealed partial class RankRequest
{
    /// <summary>In place of an item: the whole request.</summary>
    public const int Shared = -1;

    /// <summary>Room that a cleared request keeps, in bytes and in cells; one large request must not take memory for ever.</summary>
    const int KeptBytes = 1 << 18, KeptCells = 1 << 16;

    /// <summary>Cells of a request at most: columns times items, of 8 bytes each.</summary>
    const int MostCells = 1 << 24;

    // Row 0 is what the request shares, row i + 1 is item i; behind the columns stands the id. Start is one more than the place in
    // the bytes, so that 0 is "not given".
    (int Start, int Length)[] _cells = [];
    byte[] _bytes = new byte[1024];
    bool[] _ofItems = [];
    ServedModel? _model;
    RequestColumns? _columns;
    int _width;
    int _end;
    int _ids;
    int _given = int.MaxValue;
    (int Item, int Column, int Start) _list;

    /// <summary>The version that scores it.</summary>
    /// <exception cref="InvalidOperationException">It was not begun.</exception>
    public ServedModel Model => _model ?? throw new InvalidOperationException("The request was not begun.");

    /// <summary>The columns that it may give: those of the model, and behind them what only a store asks for.</summary>
    /// <exception cref="InvalidOperationException">It was not begun.</exception>
    public RequestColumns Columns => _columns ?? throw new InvalidOperationException("The request was not begun.");

    /// <summary>Items so far.</summary>
    public int Items { get; private set; }

    /// <summary>Whether there are items and all of them have an id.</summary>
    public bool HaveIds => Items > 0 && _ids == Items;

    /// <summary>
    /// Values that the value of a field with several may have, empty ones not counted. Each is looked up for every item, so that a long list
    /// of the whole request is much more work than its bytes; a history is cut to its length anyway. Default: 1000.
    /// </summary>
    public int MostValues { get; init; } = 1000;

    /// <summary>When it is too late for an answer, by the queue's clock (<see cref="ScoringQueue.Deadline"/>). Default: never.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>Starts a request to a model, without values.</summary>
    /// <param name="model">Held by a lease of the caller until the request is scored.</param>
    /// <param name="columns">The model's <see cref="ServedModel.Columns"/>, or these with more (<see cref="RequestColumns.With"/>). Default: the model's.</param>
    public void Begin(ServedModel model, RequestColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Clear();
        _model = model;
        _columns = columns ?? model.Columns;
        _width = _columns.Names.Length + 1;
        if (_ofItems.Length < _width) _ofItems = new bool[_width];
        Reserve(0);
    }

    /// <summary>Forgets everything, the model too.</summary>
    public void Clear()
    {
        var used = (Items + 1) * _width;
        if (_cells.Length > KeptCells) _cells = [];
        else Array.Clear(_cells, 0, Math.Min(used, _cells.Length));
        if (_bytes.Length > KeptBytes) _bytes = new byte[1024];
        Array.Clear(_ofItems);
        (_model, _columns, _width, _end, _ids, _given, Items, Deadline) = (null, null, 0, 0, 0, int.MaxValue, 0, long.MaxValue);
        ClearResult();
    }

    /// <summary>Adds an item without values.</summary>
    /// <returns>Its index.</returns>
    /// <exception cref="RequestException">There is no room for so many items with the model's columns.</exception>
    public int AddItem()
    {
        Reserve(Items + 1);
        return Items++;
    }

    /// <summary>Names an item; the name itself is no value of a column.</summary>
    public void SetId(int item, ReadOnlySpan<byte> id)
    {
        ref var cell = ref Cell(item, _width - 1);
        if (cell.Start == 0) _ids++;
        cell = (_end + 1, id.Length);
        Append(id);
    }

    /// <summary>Name of an item; empty without one.</summary>
    public ReadOnlySpan<byte> Id(int item) => Text(Cell(item, _width - 1));

    /// <summary>Gives a value.</summary>
    /// <param name="item">Index of the item, or <see cref="Shared"/>.</param>
    /// <param name="column">Index in the model's <see cref="RequestColumns"/>.</param>
    /// <param name="value">UTF-8 text; empty = missing.</param>
    /// <exception cref="RequestException">The column has a value already.</exception>
    public void Set(int item, int column, ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        Set(item, column, value.Length);
    }

    /// <summary>Room for text that the caller writes itself, for the next <see cref="Set(int, int, int)"/> or <see cref="AddToList(int)"/>.</summary>
    public Span<byte> Room(int length)
    {
        if (_bytes.Length - _end < length) Array.Resize(ref _bytes, (int)Math.Clamp(2L * _bytes.Length, (long)_end + length, Array.MaxLength));
        return _bytes.AsSpan(_end, length);
    }

    /// <summary>Gives the first bytes of the last <see cref="Room"/> as a value.</summary>
    /// <exception cref="RequestException">The column has a value already.</exception>
    public void Set(int item, int column, int length)
    {
        Take(item, column) = (_end + 1, length);
        _end += length;
    }

    /// <summary>Starts a value of several: as the field's text has them, with its separator between them. Empty ones are passed over.</summary>
    /// <exception cref="RequestException">The column has a value already.</exception>
    public void BeginList(int item, int column)
    {
        Take(item, column) = (_end + 1, 0);
        _list = (item, column, _end);
    }

    /// <summary>Adds the first bytes of the last <see cref="Room"/> to the list.</summary>
    /// <exception cref="RequestException">The text contains the field's separator.</exception>
    public void AddToList(int length)
    {
        if (length == 0) return;
        var separator = Columns.Separator(_list.Column);
        if (_bytes.AsSpan(_end, length).Contains(separator)) throw Divided(separator);
        if (_end > _list.Start)
        {
            // The separator goes before what was written.
            Room(length + 1);
            _bytes.AsSpan(_end, length).CopyTo(_bytes.AsSpan(_end + 1));
            _bytes[_end++] = separator;
        }

        _end += length;
        Cell(_list.Item, _list.Column).Length = _end - _list.Start;
    }

    /// <summary>Adds a text to the list.</summary>
    /// <exception cref="RequestException">The text contains the field's separator.</exception>
    public void AddToList(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        AddToList(value.Length);
    }

    /// <summary>Whether a column was given (be it as missing) by the item or for the whole request.</summary>
    public bool IsSet(int item, int column) => Cell(item, column).Start > 0 || Cell(Shared, column).Start > 0;

    /// <summary>Whether an item itself gave the column, or with <see cref="Shared"/> the whole request.</summary>
    public bool IsOwn(int item, int column) => Cell(item, column).Start > 0;

    /// <summary>Says that all that the request gives itself is there: what is set from now on is filled in by others.</summary>
    public void EndGiven()
    {
        // A byte between the two: without it, an empty value at the end would begin where the next one does.
        Room(1);
        _given = ++_end;
    }

    /// <summary>Whether an item's own value of a column, or with <see cref="Shared"/> that of the whole request, was set after <see cref="EndGiven"/>, be it as missing.</summary>
    public bool IsFilledIn(int item, int column) => Cell(item, column).Start > _given;

    /// <summary>Value of a column for an item: its own, else that of the whole request; empty = missing.</summary>
    public ReadOnlySpan<byte> Value(int item, int column)
    {
        var cell = Cell(item, column);
        return Text(cell.Start > 0 ? cell : Cell(Shared, column));
    }

    /// <summary>Whether items give the column themselves, so that its value may differ from item to item.</summary>
    internal bool Varies(int column) => _ofItems[column];

    ref (int Start, int Length) Take(int item, int column)
    {
        ref var cell = ref Cell(item, column);
        if (cell.Start > 0) throw Repeated(item, column, "twice");
        if (item != Shared)
        {
            if (Cell(Shared, column).Start > 0) throw Repeated(item, column, "for the whole request and again by one of its items");
            _ofItems[column] = true;
        }
        else if (_ofItems[column])
        {
            throw Repeated(item, column, "for the whole request and again by one of its items");
        }

        return ref cell;
    }

    RequestException Repeated(int item, int column, string how) =>
        new(RequestError.RepeatedColumn, item, Columns.Names[column], $"Column '{Columns.Names[column]}' is given {how}; give it once.");

    RequestException Divided(byte separator)
    {
        var name = Columns.Names[_list.Column];
        return new(
            RequestError.DividedValue, _list.Item, name,
            $"A value in the list of column '{name}' contains '{(char)separator}', which stands between the field's values; leave it out, or train with another 'separator'.");
    }

    ref (int Start, int Length) Cell(int item, int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)(item + 1), (uint)(Items + 1), nameof(item));
        return ref _cells[((item + 1) * _width) + column];
    }

    ReadOnlySpan<byte> Text((int Start, int Length) cell) => cell.Start > 0 ? _bytes.AsSpan(cell.Start - 1, cell.Length) : default;

    void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _end += bytes.Length;
    }

    void Reserve(int items)
    {
        var needed = (items + 1L) * _width;
        if (needed > MostCells)
        {
            throw new RequestException(
                RequestError.TooManyItems, Shared, "", $"There is no room for more than {(MostCells / _width) - 1} items with the {_width - 1} columns of the model; send fewer at a time.");
        }

        if (_cells.Length < needed) Array.Resize(ref _cells, (int)Math.Clamp(2L * _cells.Length, needed, MostCells));
    }
}
