using System.Globalization;

namespace Switchyard;

/// <summary>Chooses the split: by days where there are enough, else by user, else by row with identical rows kept together.</summary>
static class SplitFinder
{
    const double Share = 0.1;
    const int EnoughUsers = 20;

    public static void Find(Proposal proposal)
    {
        var time = proposal.Sample.Columns
            .Where(c => c.Traits.Time != TimeFormat.None && ConditionWriting.CanName(c.Name) && proposal.Tasks.All(t => t.Column != c) && 10 * c.Missing < c.Rows)
            .Select(c => (Column: c, Days: Days(c)))
            .OrderByDescending(c => c.Days.Count >= 3).ThenBy(c => c.Column.Distinct).ThenBy(c => c.Column.Index)
            .FirstOrDefault();
        var unit = Unit(proposal);
        if (time.Column is { } column && time.Days.Count >= 3) proposal.Split = ByDay(proposal, column, time.Days);
        else if (time.Column is { } two && time.Days.Count == 2 && unit is not null) proposal.Split = LastDay(two, time.Days, unit);
        else proposal.Split = unit is not null ? ByUnit(unit) : ByRow(proposal);
        if (time.Column is { Missing: > 0 } some && proposal.Split.Note.StartsWith("by time", StringComparison.Ordinal))
            proposal.Unsure.Add($"{some.Missing} sampled rows have no {some.Name} and are in no part");
    }

    static SampleColumn? Unit(Proposal proposal)
    {
        var user = proposal.Sample.Columns.FirstOrDefault(c => ColumnNames.IsUser(c.Name) && c.Distinct >= EnoughUsers && ConditionWriting.CanName(c.Name));
        return user ?? (proposal.Group is { } group && group.Distinct >= EnoughUsers && ConditionWriting.CanName(group.Name) ? group : null);
    }

    /// <summary>Days in order, with their rows.</summary>
    static SortedDictionary<long, long> Days(SampleColumn column)
    {
        var days = new SortedDictionary<long, long>();
        foreach (var code in column.Values)
        {
            var text = column.Text(code);
            var day = column.Traits.Time switch
            {
                TimeFormat.Iso when DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) => date.DayNumber,
                TimeFormat.Iso => -1,
                TimeFormat.CompactDay => DateOnly.ParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture).DayNumber,
                TimeFormat.UnixSeconds => Epoch + (long)Math.Floor(double.Parse(text, CultureInfo.InvariantCulture) / 86_400),
                _ => Epoch + (long)Math.Floor(double.Parse(text, CultureInfo.InvariantCulture) / 86_400_000),
            };
            if (day >= 0) days[day] = days.GetValueOrDefault(day) + column.Count(code);
        }

        return days;
    }

    static int Epoch => new DateOnly(1970, 1, 1).DayNumber;

    static ProposedSplit ByDay(Proposal proposal, SampleColumn column, SortedDictionary<long, long> days)
    {
        // A sample that ends early says nothing about rows per day; then every day of the calendar weighs the same.
        var weighed = proposal.Sample.IsComplete
            ? days.Select(d => (Day: d.Key, Weight: d.Value)).ToList()
            : Calendar(days.Keys.First(), days.Keys.Last());
        if (!proposal.Sample.IsComplete)
            proposal.Unsure.Add($"only a part of the log was read, so the days of the split come from its first and last date; move them, or read more with --sample-rows");
        var total = weighed.Sum(d => d.Weight);
        var test = Cut(weighed, weighed.Count, 2, total);
        var validation = Cut(weighed, test, 1, total);
        var (v, t) = (weighed[validation].Day, weighed[test].Day);
        var name = ConditionWriting.Column(column.Name);
        return new ProposedSplit(
            [$"{name} < {Moment(column, v)}"],
            [$"{name} >= {Moment(column, v)}", $"{name} < {Moment(column, t)}"],
            [$"{name} >= {Moment(column, t)}"],
            false,
            $"by time: {Date(weighed[0].Day)} to {Date(weighed[^1].Day)}, validation from {Date(v)}, test from {Date(t)}");
    }

    static List<(long Day, long Weight)> Calendar(long first, long last)
    {
        // Centuries in a column are broken dates; ten thousand days are enough to cut at.
        var step = Math.Max(1, (last - first) / 10_000);
        var days = new List<(long Day, long Weight)>();
        for (var day = first; day <= last; day += step) days.Add((day, 1));
        return days;
    }

    /// <summary>First day of the smallest run of days before <paramref name="end"/> with a tenth of the rows, leaving <paramref name="keep"/> days before it.</summary>
    static int Cut(List<(long Day, long Weight)> days, int end, int keep, long total)
    {
        long held = 0;
        var at = end;
        while (at > keep && held < Share * total) held += days[--at].Weight;
        return at == end ? end - 1 : at;
    }

    static ProposedSplit LastDay(SampleColumn column, SortedDictionary<long, long> days, SampleColumn unit)
    {
        var name = ConditionWriting.Column(column.Name);
        var last = Moment(column, days.Keys.Last());
        var hash = $"hash({ConditionWriting.Column(unit.Name)}) mod 10";
        return new ProposedSplit(
            [$"{name} < {last}", $"{hash} in [1..9]"], [$"{name} < {last}", $"{hash} == 0"], [$"{name} >= {last}"], false,
            $"by time: the last day tests; validation is a tenth of {unit.Name} on the day before");
    }

    static ProposedSplit ByUnit(SampleColumn unit)
    {
        var hash = $"hash({ConditionWriting.Column(unit.Name)}) mod 10";
        return new ProposedSplit([$"{hash} in [0..7]"], [$"{hash} == 8"], [$"{hash} == 9"], false, $"by {unit.Name}: no column of dates has three days");
    }

    static ProposedSplit ByRow(Proposal proposal)
    {
        proposal.Unsure.Add("there is neither a date nor a user to split by; rows are split at random, which flatters a log that was collected over time");
        return new ProposedSplit(["row mod 10 in [0..7]"], ["row mod 10 == 8"], ["row mod 10 == 9"], true, "by row, identical rows together: there is neither a date nor a user");
    }

    static string Date(long day) => DateOnly.FromDayNumber((int)day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string Moment(SampleColumn column, long day) => column.Traits.Time switch
    {
        TimeFormat.Iso => Date(day),
        TimeFormat.CompactDay => DateOnly.FromDayNumber((int)day).ToString("yyyyMMdd", CultureInfo.InvariantCulture),
        TimeFormat.UnixSeconds => ((day - Epoch) * 86_400).ToString(CultureInfo.InvariantCulture),
        _ => ((day - Epoch) * 86_400_000).ToString(CultureInfo.InvariantCulture),
    };
}
