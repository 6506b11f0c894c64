using System.Globalization;
using System.Text;

namespace Switchyard.Data.Tests;

/// <summary>One row of a <see cref="RandomLog"/>.</summary>
sealed record LogRow(string User, string Item, int Time, bool Click, bool Keep, string Part);

/// <summary>
/// A random log: users of very different activity, ties, rows the filter drops, rows in no part, missing users and items; each user's
/// rows in order of time, but not the log's. The seed also chooses how times are written, the length kept and the conditions.
/// </summary>
sealed class RandomLog
{
    readonly int _seed;

    public RandomLog(int seed)
    {
        _seed = seed;
        var random = new Random(seed);
        Length = 1 + random.Next(seed % 3 == 0 ? 2 : 6);
        var clocks = new int[5];
        Rows = new LogRow[80 + random.Next(120)];
        for (var i = 0; i < Rows.Length; i++)
        {
            var user = (int)(clocks.Length * random.NextDouble() * random.NextDouble());
            clocks[user] += random.Next(3) == 0 ? 0 : 1 + random.Next(3);
            Rows[i] = new LogRow(
                user == 4 ? "" : $"u{user}",
                random.Next(12) == 0 ? "" : $"i{random.Next(15)}",
                HasTime ? clocks[user] : i,
                random.Next(2) == 0,
                random.Next(8) > 0,
                random.Next(10) switch { < 5 => "a", < 7 => "b", < 9 => "c", _ => "none" });
        }
    }

    RandomLog(RandomLog from, LogRow[] rows) => (_seed, Length, Rows) = (from._seed, from.Length, rows);

    public LogRow[] Rows { get; }

    /// <summary>Items kept.</summary>
    public int Length { get; }

    /// <summary>Whether there is a column of times; otherwise the order of the rows is the time.</summary>
    public bool HasTime => _seed % 4 > 0;

    public string[] When => (_seed / 4 % 3) switch { 0 => [], 1 => ["click == 1"], _ => ["click == 1", "item not in [i1, i2]"] };

    public RandomLog With(int row, Func<LogRow, LogRow> change)
    {
        var rows = (LogRow[])Rows.Clone();
        rows[row] = change(rows[row]);
        return new RandomLog(this, rows);
    }

    public string Csv(int from, int to)
    {
        var text = new StringBuilder("user,item,time,click,keep,part\n");
        foreach (var row in Rows[from..to])
            text.Append(CultureInfo.InvariantCulture, $"{row.User},{row.Item},{Written(row.Time)},{(row.Click ? 1 : 0)},{(row.Keep ? 1 : 0)},{row.Part}\n");
        return text.ToString();
    }

    /// <summary>By definition: the last items of rows above this one, of the same user, of an earlier time, that pass the filter and the conditions.</summary>
    public IEnumerable<string> Before(int row) => Rows[row].User.Length == 0
        ? []
        : Rows[..row].Where(r => r.User == Rows[row].User && r.Time < Rows[row].Time && r.Keep && r.Item.Length > 0 && Meets(r)).Select(r => r.Item).TakeLast(Length);

    bool Meets(LogRow row) => (_seed / 4 % 3) switch { 0 => true, 1 => row.Click, _ => row.Click && row.Item is not ("i1" or "i2") };

    string Written(int time)
    {
        var start = new DateTime(2018, 11, 7, 0, 0, 0, DateTimeKind.Utc);
        return (_seed % 4) switch
        {
            2 => start.AddDays(time).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            3 => start.AddSeconds(time).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture),
            _ => (time - 20.5).ToString(CultureInfo.InvariantCulture),
        };
    }
}
