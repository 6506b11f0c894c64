using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// One pass over all rows of a run, read as the import reads them, that counts what the checks need and goes on after a row that
/// training would refuse. Memory grows with the distinct values, not with the rows.
/// </summary>
sealed class DataScan
{
    /// <summary>After this many unusable rows the file is taken for one of another kind.</summary>
    const int MaximumProblems = 10_000;

    readonly DataSpec _spec;
    readonly int[] _parents;
    readonly float[] _labels;
    readonly KeyBuffer _keys = new();
    readonly Utf8Interner _leafNames = new();
    readonly Utf8Interner _groupNames = new();
    readonly List<byte> _groupParts = [];

    public DataScan(DataSpec spec)
    {
        _spec = spec;
        var tasks = spec.Tasks.Length;
        _labels = new float[tasks];
        _parents = [.. spec.Tasks.Select(t => t.Given is { } given ? spec.Tasks.Select(o => o.Name).ToList().IndexOf(given) : -1)];
        Fields = [.. spec.Fields.Select(f => new FieldProfile(f, tasks))];
        Levels = [.. spec.Scenario.Select(s => new FieldProfile(new FieldSpec { Name = s }, 0))];
        Leaves = new ValueCounts(tasks);
        Totals = new ValueCounts(tasks);
        Dates = [.. SplitDates.ColumnsOf(spec.Split).Select(c => new SplitDates(c))];
        HistoryOrders = [.. spec.Fields.Where(f => f.History is { Time: null }).SelectMany(f => Dates.Select(d => new HistoryOrder(f, d.Column)))];
        Orphans = new long[tasks];
    }

    public FieldProfile[] Fields { get; }

    public FieldProfile[] Levels { get; }

    /// <summary>By leaf scenario; the code is that of <see cref="LeafName"/>.</summary>
    public ValueCounts Leaves { get; }

    /// <summary>One value: all rows.</summary>
    public ValueCounts Totals { get; }

    public SplitDates[] Dates { get; }

    /// <summary>One for every history without a time and column of <see cref="Dates"/>.</summary>
    public HistoryOrder[] HistoryOrders { get; }

    public RepeatCounter Repeats { get; } = new();

    public List<string> RepeatExamples { get; } = [];

    public Problems Problems { get; } = new();

    /// <summary>Rows by task whose label is 1 although the label the task is given is 0.</summary>
    public long[] Orphans { get; }

    public long RowsRead { get; private set; }

    public long RowsFiltered { get; private set; }

    public long RowsInNoPart { get; private set; }

    public long RowsUnmatched { get; private set; }

    /// <summary>Why not all rows were read; null where they were.</summary>
    public string? Stopped { get; private set; }

    public int Groups => _groupNames.Count;

    public string LeafName(int code) =>
        string.Join('/', _leafNames.Text(code).Split((char)Fnv1a64.Joint).Select(n => n.Length == 0 ? "(missing)" : n));

    /// <summary>Groups with rows in both parts.</summary>
    public IEnumerable<string> GroupsIn(Part one, Part other) => Enumerable.Range(0, Groups)
        .Where(g => (_groupParts[g] >> (int)one & 1) == 1 && (_groupParts[g] >> (int)other & 1) == 1)
        .Select(_groupNames.Text);

    public void Run(string baseDirectory, IProgress<ImportProgress> progress, CancellationToken cancellation)
    {
        using var rows = new SourceRows(_spec, baseDirectory, cancellation);
        BoundSpec? bound = null;
        Header? header = null;
        var dates = Array.Empty<int>();
        while (Next(rows))
        {
            if (!ReferenceEquals(header, rows.Columns))
            {
                header = rows.Columns;
                bound = new BoundSpec(_spec, header);
                foreach (var field in Fields) field.Bind(header);
                foreach (var order in HistoryOrders) order.Bind(header);
                dates = [.. Dates.Select(d => rows.Columns.Require(d.Column))];
            }

            if ((RowsRead++ & 0xFFFF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress.Report(new ImportProgress(ImportStage.Reading, RowsRead, null));
            }

            if (Passes(rows, bound!) && !Take(rows, bound!, dates)) break;
            if (Problems.Count < MaximumProblems) continue;
            Stopped = $"after {MaximumProblems:N0} unusable rows, at {rows.Place}";
            break;
        }

        RowsUnmatched = rows.UnmatchedRows;
    }

    bool Next(SourceRows rows)
    {
        try
        {
            return rows.Read();
        }
        catch (InputException e) when (RowsRead > 0)
        {
            // A ragged row or an open quote: what comes after it cannot be trusted.
            return Unreadable(e);
        }
    }

    // False: reading ends here.
    bool Unreadable(InputException e)
    {
        Problems.Add("unreadable", "", e.Message);
        Stopped = "at the unreadable row";
        return false;
    }

    bool Passes(SourceRows row, BoundSpec bound)
    {
        try
        {
            if (bound.Passes(row)) return true;
            RowsFiltered++;
        }
        catch (InputException e)
        {
            Problems.Add("split", "", e.Message);
        }

        return false;
    }

    // False where a value that is asked for cannot be read.
    bool Take(SourceRows row, BoundSpec bound, int[] dates)
    {
        foreach (var order in HistoryOrders) order.Add(row);
        foreach (var field in Fields) Try(static (f, r) => f.Begin(r), field, row);
        if (PartOf(row, bound) is { } part)
        {
            try
            {
                Keep(row, bound, dates, part);
            }
            catch (InputException e)
            {
                return Unreadable(e);
            }
        }

        foreach (var field in Fields) Try(static (f, r) => f.End(r), field, row);
        return true;
    }

    void Try(Action<FieldProfile, TextRow> step, FieldProfile field, SourceRows row)
    {
        try
        {
            step(field, row);
        }
        catch (InputException e)
        {
            Problems.Add("history", field.Field.Name, e.Message);
        }
    }

    Part? PartOf(SourceRows row, BoundSpec bound)
    {
        try
        {
            var part = bound.PartOf(row, row.Part);
            if (part is null) RowsInNoPart++;
            return part;
        }
        catch (InputException e)
        {
            Problems.Add("split", "", e.Message);
            return null;
        }
    }

    void Keep(SourceRows row, BoundSpec bound, int[] dates, Part part)
    {
        for (var t = 0; t < _labels.Length; t++) _labels[t] = Label(row, bound, t);
        for (var t = 0; t < _labels.Length; t++)
            if (_parents[t] >= 0 && _labels[t] > 0 && _labels[_parents[t]] == 0)
                Orphans[t]++;
        Totals.Add(0, part, _labels);
        for (var f = 0; f < Fields.Length; f++)
        {
            if (!Fields[f].Add(row, bound.Fields[f], part, _labels))
                Problems.Add("number", Fields[f].Field.Name, $"{row.Place}: '{row.Text(bound.Fields[f])}'");
        }

        for (var l = 0; l < Levels.Length; l++) Levels[l].Add(row, bound.Levels[l], part, []);
        if (Levels.Length > 0) Leaves.Add(_leafNames.Add(_keys.Key(row, bound.Levels)), part, _labels);
        for (var d = 0; d < dates.Length; d++) Dates[d].Add(row[dates[d]], part);
        if (bound.Weight >= 0 && !(TextNumber.TryParse(row[bound.Weight], out var weight) && weight >= 0))
            Problems.Add("weight", _spec.Weight!, $"{row.Place}: '{row.Text(bound.Weight)}'");
        if (bound.Group >= 0 && !row[bound.Group].IsEmpty)
        {
            var group = _groupNames.Add(row[bound.Group]);
            if (group == _groupParts.Count) _groupParts.Add(0);
            _groupParts[group] |= (byte)(1 << (int)part);
        }

        var hash = Fnv1a64.Empty;
        for (var i = 0; i < row.OwnColumns; i++)
        {
            if (row.Mistake(i) is null) hash.Add(row[i]);
            hash.Add(Fnv1a64.Joint);
        }

        if (Repeats.Add(hash.Value, part) && RepeatExamples.Count < Problems.Examples) RepeatExamples.Add(row.Place);
    }

    float Label(TextRow row, BoundSpec bound, int task)
    {
        try
        {
            return RowTest.AllHold(bound.Masks[task], row) ? bound.Labels[task].Label(row) : float.NaN;
        }
        catch (InputException e)
        {
            Problems.Add("label", _spec.Tasks[task].Name, e.Message);
            return float.NaN;
        }
    }
}
