using System.Runtime.ExceptionServices;

namespace Switchyard.Data;

/// <summary>
/// The one pass over the text: filter, part, labels; values as codes into a spool per part; counts of the training rows. One thread reads
/// and filters, several take the columns of what it has read, another writes. Memory grows with the distinct values, never with the rows.
/// </summary>
sealed class TextPass : IDisposable
{
    /// <summary>Rows between two reports of progress.</summary>
    const int ReportRows = 1 << 16;

    readonly DataSpec _spec;
    readonly FieldReader[] _readers;
    readonly HistoryReader[] _histories;
    readonly ImportLanes _lanes;
    readonly int[] _placed = new int[3];
    readonly Utf8Interner[] _groups = [new(), new(), new()];
    BoundSpec? _bound;

    /// <param name="spec">What to read.</param>
    /// <param name="spoolPath">File of a part's spool.</param>
    /// <param name="distinctNumbers">Distinct numbers of a column from which quantiles come from a sample.</param>
    /// <param name="fit">Whether numbers are fitted.</param>
    /// <param name="threads">Threads that take columns, beside the one that reads; 0 = all cores. The result does not depend on it.</param>
    public TextPass(DataSpec spec, Func<Part, string> spoolPath, int distinctNumbers, bool fit, int threads = 0)
    {
        _spec = spec;
        Threads = threads > 0 ? threads : Environment.ProcessorCount;
        var owners = spec.Fields.Where(f => f.Type != FieldType.Numeric && f.Shares is null && f.HashBuckets == 0);
        Counters = owners.ToDictionary(f => f.Name, _ => new ValueCounter(), StringComparer.Ordinal);
        Statistics = spec.Fields.Where(f => fit && f.Type == FieldType.Numeric)
            .ToDictionary(f => f.Name, f => new NumberStatistics(distinctNumbers, quantiles: f.Encoding == NumericEncoding.Buckets), StringComparer.Ordinal);
        Nodes = [.. spec.Scenario.Select(_ => new ValueCounter())];
        _readers = [.. spec.Fields.Select(Reader)];
        _histories = [.. _readers.OfType<HistoryReader>()];
        Labels = new (long, long)[3, spec.Tasks.Length];
        _lanes = Lanes();
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

    /// <summary>Threads that take columns.</summary>
    public int Threads { get; }

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
    public (long Observed, long Positives)[,] Labels { get; }

    public void Run(SourceRows rows, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        using (var reading = new TextReading(_spec, rows, cancellation))
        {
            TextBlock block;
            var reported = 0L;
            do
            {
                block = reading.Next();
                cancellation.ThrowIfCancellationRequested();
                if (reported == 0 || block.RowsRead - reported >= ReportRows) progress?.Report(new ImportProgress(ImportStage.Reading, reported = block.RowsRead, null));
                Take(block);
                if (block.Failure is { } failure) ExceptionDispatchInfo.Throw(failure);
            }
            while (!block.Last);

            (RowsRead, RowsFiltered, RowsInNoPart) = (reading.RowsRead, reading.RowsFiltered, reading.RowsInNoPart);
        }

        RowsUnmatched = rows.UnmatchedRows;
        foreach (var spool in Spools) spool.Flush();
    }

    void Take(TextBlock block)
    {
        if (block.Count == 0) return;
        if (!ReferenceEquals(_bound, block.Bound))
        {
            _bound = block.Bound!;
            foreach (var history in _histories) history.Bind(block.Columns!);
        }

        for (var from = 0; from < block.Count;)
        {
            var to = Place(block, from);
            _lanes.Run(block, from, to);
            for (var p = 0; p < Spools.Length; p++) Spools[p].Advance(_placed[p]);
            from = to;
        }
    }

    /// <summary>Gives rows their places in the spools' blocks, as far as these have room; returns the first row that has none.</summary>
    int Place(TextBlock block, int from)
    {
        Array.Clear(_placed);
        for (var row = from; row < block.Count; row++)
        {
            if (block.Parts[row] is not { } part) continue;
            var rows = Spools[(int)part].Current;
            var at = rows.Count + _placed[(int)part];
            if (at == Blocks.Rows) return row;
            _placed[(int)part]++;
            block.At[row] = at;
            rows.Rows.Values[at] = block.Numbers[row];
        }

        return block.Count;
    }

    /// <summary>
    /// What is done with a row, in the order in which mistakes of a row are reported: histories, fields, levels, labels, weight, group. Fields
    /// that share a vocabulary go together: it numbers values as they come.
    /// </summary>
    ImportLanes Lanes()
    {
        var lanes = new ImportLanes(Threads);
        for (var f = 0; f < _readers.Length; f++)
        {
            var (reader, field, name) = (_readers[f], f, _spec.Fields[f].Shares ?? _spec.Fields[f].Name);
            if (reader is HistoryReader beginning) lanes.OfEveryRow(name, ImportOrder.Begin, (row, _) => beginning.Begin(row));
            lanes.Add(name, ImportOrder.Field, (row, at, part) => reader.Read(row, _bound!.Fields[field], Spools[(int)part].Current.Fields[field], at, part == Part.Train));
            if (reader is HistoryReader ending) lanes.OfEveryRow(name, ImportOrder.End, (row, part) => ending.End(row, part == Part.Train));
        }

        for (var l = 0; l < Nodes.Length; l++)
        {
            var level = l;
            lanes.Add($"level {l}", ImportOrder.Level, (row, at, part) => Spools[(int)part].Current.Levels[level].Values[at] = Nodes[level].Add(row[_bound!.Levels[level]], part == Part.Train));
        }

        for (var t = 0; t < _spec.Tasks.Length; t++)
        {
            var task = t;
            lanes.Add($"task {t}", ImportOrder.Label, (row, at, part) => Spools[(int)part].Current.Labels[task].Values[at] = Label(row, _bound!, part, task));
        }

        if (_spec.Weight is not null) lanes.Add("weight", ImportOrder.Weight, (row, at, part) => Spools[(int)part].Current.Weights!.Values[at] = ReadWeight(row, _bound!.Weight));
        if (_spec.Group is not null) lanes.Add("group", ImportOrder.Group, (row, at, part) => Spools[(int)part].Current.Groups!.Values[at] = GroupOf(row, part));
        return lanes;
    }

    int GroupOf(TextRow row, Part part)
    {
        var group = row[_bound!.Group];
        return group.IsEmpty ? -1 : _groups[(int)part].Add(group);
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
        _lanes.Dispose();
        foreach (var spool in Spools) spool?.Dispose();
    }
}
