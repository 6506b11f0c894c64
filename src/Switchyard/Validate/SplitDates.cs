using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Days (or numbers) of a column that the split compares, by part.</summary>
sealed class SplitDates(string column)
{
    readonly SortedDictionary<string, long[]> _days = new(StringComparer.Ordinal);
    readonly ValueCounts _counts = new(0);
    readonly Dictionary<double, int> _numbers = [];

    public string Column => column;

    /// <summary>Columns whose order or whose date the split's conditions look at.</summary>
    public static IEnumerable<string> ColumnsOf(SplitSpec split) => split.Train.Concat(split.Validation).Concat(split.Test)
        .Select(c => c.Node).SelectMany<ConditionNode, string>(node => node switch
        {
            ConditionNode.Compare { Operator: not (Comparison.Equal or Comparison.NotEqual) } n => [n.Column],
            ConditionNode.Compare n when TextDate.Is(Encoding.UTF8.GetBytes(n.Value)) => [n.Column],
            ConditionNode.In n when n.Values.Any(v => TextDate.Is(Encoding.UTF8.GetBytes(v))) => [n.Column],
            _ => [],
        }).Distinct(StringComparer.Ordinal);

    public void Add(ReadOnlySpan<byte> text, Part part)
    {
        if (TextDate.Is(text))
        {
            var day = Encoding.ASCII.GetString(text[..10]);
            if (!_days.TryGetValue(day, out var rows)) _days.Add(day, rows = new long[3]);
            rows[(int)part]++;
        }
        else if (TextNumber.TryParse(text, out var number))
        {
            if (!_numbers.TryGetValue(number, out var code)) _numbers.Add(number, code = _numbers.Count);
            _counts.Add(code, part, []);
        }
    }

    /// <summary>Rows of a part on days after the first day of the test rows, with the part's last and the test's first day; null where time runs forwards.</summary>
    public (long Rows, string Last, string FirstTest)? LaterThanTest(Part part)
    {
        if (_days.Count > 0 && _numbers.Count > 0) return null;
        return _numbers.Count > 0
            ? Later([.. _numbers.OrderBy(n => n.Key).Select(n => (n.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), _counts.Rows(n.Value, part), _counts.Rows(n.Value, Part.Test)))])
            : Later([.. _days.Select(d => (d.Key, d.Value[(int)part], d.Value[(int)Part.Test]))]);
    }

    static (long Rows, string Last, string FirstTest)? Later(List<(string Day, long Rows, long Test)> days)
    {
        var first = days.FindIndex(d => d.Test > 0);
        if (first < 0) return null;
        var later = days.Skip(first + 1).Where(d => d.Rows > 0).ToList();
        return later.Count == 0 ? null : (later.Sum(d => d.Rows), later[^1].Day, days[first].Day);
    }
}
