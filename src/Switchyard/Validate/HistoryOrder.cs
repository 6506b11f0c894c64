using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// Whether the rows of a user go back in a column that the split compares, although the field's history takes their order for time.
/// Memory grows with the users.
/// </summary>
sealed class HistoryOrder(FieldSpec history, string column)
{
    readonly Utf8Interner _users = new();
    readonly List<double> _latest = [];
    int _of;
    int _column;

    public string Field => history.Name;

    public string Column => column;

    /// <summary>Rows before a row of the same user that stands above them.</summary>
    public long Descents { get; private set; }

    /// <summary>Places of the first of them.</summary>
    public List<string> Examples { get; } = [];

    /// <summary>Finds the columns in a file.</summary>
    public void Bind(Header header) => (_of, _column) = (header.Require(history.History!.Of), header.Require(column));

    public void Add(TextRow row)
    {
        var text = row[_column];
        double time;
        if (TextDate.TryParse(text, out var date)) time = date.Ticks;
        else if (!TextNumber.TryParse(text, out time) || double.IsNaN(time)) return;
        var name = row[_of];
        if (name.IsEmpty) return;
        var user = _users.Add(name);
        if (user == _latest.Count) _latest.Add(time);
        if (time < _latest[user])
        {
            Descents++;
            if (Examples.Count < Problems.Examples) Examples.Add(row.Place);
        }

        _latest[user] = Math.Max(_latest[user], time);
    }
}
