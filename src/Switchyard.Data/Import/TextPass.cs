namespace Switchyard.Data;

/// <summary>
/// The one pass over the text: filter, part, labels; values as codes into a spool per part; counts of the training rows.
/// Memory grows with the distinct values, never with the rows.
/// </summary>
sealed class TextPass : IDisposable
{
    readonly DataSpec _spec;
    readonly FieldReader[] _readers;
    readonly HistoryReader[] _histories;
    readonly Utf8Interner[] _groups = [new(), new(), new()];

    public TextPass(DataSpec spec, Func<Part, string> spoolPath, int distinctNumbers, bool fit)
    {
        _spec = spec;
        var owners = spec.Fields.Where(f => f.Type != FieldType.Numeric && f.Shares is null && f.HashBuckets == 0);
        Counters = owners.ToDictionary(f => f.Name, _ => new ValueCounter(), StringComparer.Ordinal);
        Statistics = spec.Fields.Where(f => fit && f.Type == FieldType.Numeric)
            .ToDictionary(f => f.Name, f => new NumberStatistics(distinctNumbers, quantiles: f.Encoding == NumericEncoding.Buckets), StringComparer.Ordinal);
        Nodes = [.. spec.Scenario.Select(_ => new ValueCounter())];
        _readers = [.. spec.Fields.Select(Reader)];
        _histories = [.. _readers.OfType<HistoryReader>()];
        var layout = new RowLayout([.. _readers.Select(r => r.Storage)], spec.Scenario.Length, spec.Tasks.Length, spec.Weight is not null, spec.Group is not null);
        Spools = new Spool[3];
        try
        {
            for (var p = Part.Train; p <= Part.Test; p++) Spools[(int)p] = new Spool(spoolPath(p), layout, p == Part.Train ? CountNumbers : null);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Values by the name of the field that owns the vocabulary; hashed fields have none.</summary>
    public Dictionary<string, ValueCounter> Counters { get; }

    /// <summary>Statistics of the numeric fields; none where nothing is fitted.</summary>
    public Dictionary<string, NumberStatistics> Statistics { get; }

    /// <summary>Scenario values, by level.</summary>
    public ValueCounter[] Nodes { get; }

    /// <summary>Rows by part.</summary>
    public Spool[] Spools { get; }

    /// <summary>Distinct groups by part.</summary>
    public int Groups(Part part) => _groups[(int)part].Count;

    public long RowsRead { get; private set; }

    public long RowsFiltered { get; private set; }

    public long RowsInNoPart { get; private set; }

    public long RowsUnmatched { get; private set; }

    /// <summary>Observed and positive labels by part and task.</summary>
    public (long Observed, long Positives)[,] Labels { get; private set; } = new (long, long)[3, 0];

    public void Run(SourceRows rows, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        Labels = new (long, long)[3, _spec.Tasks.Length];
        BoundSpec? bound = null;
        Header? header = null;
        while (rows.Read())
        {
            if (!ReferenceEquals(header, rows.Columns))
            {
                header = rows.Columns;
                bound = new BoundSpec(_spec, header);
                foreach (var history in _histories) history.Bind(header);
            }

            if ((RowsRead++ & 0xFFFF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new ImportProgress(ImportStage.Reading, RowsRead, null));
            }

            if (bound!.Passes(rows)) Take(rows, bound, bound.PartOf(rows, rows.Part));
            else RowsFiltered++;
        }

        RowsUnmatched = rows.UnmatchedRows;
        foreach (var spool in Spools) spool.Flush();
    }

    // A row in no part is still something its user did.
    void Take(TextRow row, BoundSpec bound, Part? part)
    {
        foreach (var history in _histories) history.Begin(row);
        if (part is { } known) Keep(row, bound, known);
        else RowsInNoPart++;
        foreach (var history in _histories) history.End(row, part == Part.Train);
    }

    void Keep(TextRow row, BoundSpec bound, Part part)
    {
        var training = part == Part.Train;
        var spool = Spools[(int)part];
        var block = spool.Current;
        var at = block.Count;
        for (var f = 0; f < _readers.Length; f++) _readers[f].Read(row, bound.Fields[f], block.Fields[f], at, training);
        for (var l = 0; l < Nodes.Length; l++) block.Levels[l].Values[at] = Nodes[l].Add(row[bound.Levels[l]], training);
        for (var t = 0; t < bound.Labels.Length; t++) block.Labels[t].Values[at] = Label(row, bound, part, t);
        if (block.Weights is { } weights) weights.Values[at] = ReadWeight(row, bound.Weight);
        if (block.Groups is { } groups)
        {
            var group = row[bound.Group];
            groups.Values[at] = group.IsEmpty ? -1 : _groups[(int)part].Add(group);
        }

        block.Rows.Values[at] = row.Number;
        spool.Advance();
    }

    // Those of a block of training rows, on the thread that writes it.
    void CountNumbers(RowBuffer rows)
    {
        for (var f = 0; f < _readers.Length; f++)
        {
            if (!Statistics.TryGetValue(_spec.Fields[f].Name, out var statistics)) continue;
            foreach (var number in ((Column<double>)rows.Fields[f]).Values.AsSpan(0, rows.Count))
                if (!double.IsNaN(number))
                    statistics.Add(number);
        }
    }

    byte Label(TextRow row, BoundSpec bound, Part part, int task)
    {
        var label = RowTest.AllHold(bound.Masks[task], row) ? bound.Labels[task].Label(row) : float.NaN;
        if (float.IsNaN(label)) return RowBuffer.NotObserved;
        ref var count = ref Labels[(int)part, task];
        count = (count.Observed + 1, count.Positives + (label > 0 ? 1 : 0));
        return (byte)label;
    }

    static float ReadWeight(TextRow row, int column)
    {
        if (TextNumber.TryParse(row[column], out var weight) && weight >= 0 && float.IsFinite((float)weight)) return (float)weight;
        throw new InputException($"{row.Place}, column '{row.Header[column]}': weight '{row.Text(column)}' is not a number of 0 or more. Correct it or filter the row out.");
    }

    FieldReader Reader(FieldSpec field)
    {
        if (field.Type == FieldType.Numeric) return new NumberReader(field.Name);
        var owner = field.Shares is { } shares ? _spec.Fields.First(f => f.Name == shares) : field;
        var values = new ValueCoder(Counters.GetValueOrDefault(owner.Name), owner.HashBuckets);
        return field switch
        {
            { Type: FieldType.Categorical } => new SingleReader(values),
            { Type: FieldType.MultiValue } => new ListReader(values, field.Separator),
            { History: { } history } => new HistoryReader(new HistoryLog(field.Name, history, field.MaxLength), values, owner == field),
            _ => new SequenceReader(values, field),
        };
    }

    public void Dispose()
    {
        foreach (var spool in Spools) spool?.Dispose();
    }
}
