using System.Runtime.InteropServices;

namespace Switchyard.Data;

/// <summary>
/// The newest items of every user before the row at hand, from the rows shown so far. Items of the row's own time wait until a later
/// one, so that neither the row itself nor a row of the same time is ever its past. For every row, in order: <see cref="Begin"/>, then
/// <see cref="CopyTo"/>, then <see cref="Add"/> where <see cref="Adds"/>. Memory grows with users × length, never with the rows.
/// </summary>
sealed class HistoryLog(string field, HistorySpec spec, int length)
{
    readonly Utf8Interner _users = new();
    readonly List<Past> _pasts = [];
    readonly ItemRings _rings = new(length);
    TimeKind _kind;
    int _of;
    int _time;
    RowTest[] _when = [];
    int _user = -1;
    long _rows;

    enum TimeKind { Unknown, Number, Date, Timestamp }

    /// <summary>Column of the item in the current file.</summary>
    public int Item { get; private set; }

    /// <summary>Items before the row that <see cref="Begin"/> was given.</summary>
    public int Count => _user < 0 ? 0 : _pasts[_user].Known.Count;

    /// <summary>Finds the columns in a file; called before its first row.</summary>
    public void Bind(Header header)
    {
        _of = header.Require(spec.Of);
        Item = header.Require(spec.Item);
        _time = spec.Time is { } time ? header.Require(time) : -1;
        _when = RowTest.Bind(spec.When, header, new SplitSpec());
    }

    /// <summary>Turns to the next row.</summary>
    /// <exception cref="InputException">Its time cannot be read, or lies before that of an earlier row of the user.</exception>
    public void Begin(TextRow row)
    {
        _user = -1;
        _rows++;
        var name = row[_of];
        if (TextNumber.IsMissing(name)) return;
        var time = TimeOf(row);
        var user = _users.Add(name);
        if (user == _pasts.Count) _pasts.Add(new Past { Time = time });
        ref var past = ref CollectionsMarshal.AsSpan(_pasts)[user];
        if (time < past.Time)
        {
            throw new InputException(
                $"{row.Place}, column '{spec.Time}': '{row.Text(_time)}' lies before the time of an earlier row of {spec.Of} '{row.Text(_of)}' ({past.Place}), " +
                $"and field '{field}' is built from the log in its order. Sort the rows by '{spec.Time}'.");
        }

        if (time > past.Time) _rings.Move(ref past.Waiting, ref past.Known);
        (past.Time, past.File, past.Line, past.Number) = (time, row.File, row.Line, row.Number);
        _user = user;
    }

    /// <summary>Copies the <see cref="Count"/> items before the row, oldest first.</summary>
    public void CopyTo(Span<int> codes)
    {
        if (_user >= 0) _rings.CopyTo(_pasts[_user].Known, codes);
    }

    /// <summary>Whether the row adds its item to its user's history.</summary>
    public bool Adds(TextRow row) => _user >= 0 && !TextNumber.IsMissing(row[Item]) && RowTest.AllHold(_when, row);

    /// <summary>Adds the row's item, for rows of a later time.</summary>
    public void Add(int code) => _rings.Add(ref CollectionsMarshal.AsSpan(_pasts)[_user].Waiting, code);

    // A number in the order of times. Without a time column that of the row in the order shown: its own is the caller's.
    long TimeOf(TextRow row)
    {
        if (_time < 0) return _rows;
        var text = row[_time];
        var (kind, order) =
            TextNumber.TryParse(text, out var number) ? (TimeKind.Number, Order(number))
            : TextDate.TryParse(text, out var date) ? (date.IsDay ? TimeKind.Date : TimeKind.Timestamp, date.Ticks)
            : throw new InputException(
                $"{row.Place}, column '{spec.Time}': {(TextNumber.IsMissing(text) ? "the time is missing" : $"'{row.Text(_time)}' is neither a number nor a date (yyyy-MM-dd) nor a timestamp")}, " +
                $"and field '{field}' is built from the log by it. Correct the value, or leave the row out with 'filter'.");
        if (_kind == TimeKind.Unknown) _kind = kind;
        // A date alone among timestamps does not say whether it is before or after those of its day.
        return kind == _kind
            ? order
            : throw new InputException(
                $"{row.Place}, column '{spec.Time}': '{row.Text(_time)}' is a {Name(kind)}, but the rows before have {Name(_kind)}s, and field '{field}' is built from the log by them. " +
                "Write all times alike.");
    }

    static string Name(TimeKind kind) => kind switch { TimeKind.Number => "number", TimeKind.Date => "date", _ => "timestamp" };

    // The bits of a double, with those of negative numbers reversed, ascend as the numbers do; −0 and 0 are one time.
    static long Order(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return bits < 0 ? bits ^ long.MaxValue : bits;
    }

    /// <summary>What one user did: items before <c>Time</c>, items at it, and where its last row stood.</summary>
    struct Past
    {
        public ItemRing Known;
        public ItemRing Waiting;
        public long Time;
        public string File;
        public long Line;
        public long Number;

        public readonly string Place => Line > 0 ? $"{File}, line {Line}" : $"{File}, row {Number + 1}";
    }
}
