using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>Turns the spools' codes and numbers into ids and writes the column file; a block is written by another thread while the next one is encoded.</summary>
sealed class EncodingPass
{
    readonly Schema _schema;
    readonly TextPass _text;
    readonly RowLayout _layout;
    readonly int[]?[] _ids;
    readonly int[][] _nodes;
    readonly (long Values, long Unknown)[,] _unknownValues;
    readonly UnknownScenarioLog _unknownScenarios = new();
    RowBuffer _block;
    RowBuffer _behind;
    byte[] _scratch = [];

    /// <param name="spec">What was read.</param>
    /// <param name="schema">Gives ids and nodes.</param>
    /// <param name="text">The spools, and the values of their codes.</param>
    public EncodingPass(DataSpec spec, Schema schema, TextPass text)
    {
        _schema = schema;
        _text = text;
        _layout = RowLayout.Of(schema);
        (_block, _behind) = (new RowBuffer(_layout, Blocks.Rows), new RowBuffer(_layout, Blocks.Rows));
        _ids = new int[spec.Fields.Length][];
        Parallel.For(0, _ids.Length, new ParallelOptions { MaxDegreeOfParallelism = text.Threads }, f => _ids[f] = IdsOfCodes(spec.Fields[f], f));
        _nodes = [.. schema.Levels.Select((l, i) => NodesOfCodes(l, text.Nodes[i]))];
        _unknownValues = new (long, long)[schema.Fields.Length, 3];
    }

    /// <summary>Counts per part of rows without a node.</summary>
    public ImmutableArray<UnknownScenarioCount> UnknownScenarios => _unknownScenarios.Counts(_schema.Levels);

    public ImmutableArray<PartBlocks> Run(Stream stream, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var parts = ImmutableArray.CreateBuilder<PartBlocks>(3);
        var total = _text.Spools.Sum(s => s.Count);
        var done = 0L;
        var offsets = ImmutableArray.CreateBuilder<long>();
        using var writing = new BackgroundJob("column writer", () =>
        {
            offsets.Add(stream.Position);
            Blocks.Write(stream, _behind, ref _scratch);
        });
        for (var part = Part.Train; part <= Part.Test; part++)
        {
            var spool = _text.Spools[(int)part];
            foreach (var rows in spool.ReadBlocks())
            {
                cancellation.ThrowIfCancellationRequested();
                Encode(rows, _block, part);
                writing.Finish();
                (_block, _behind) = (_behind, _block);
                writing.Start();
                done += rows.Count;
                progress?.Report(new ImportProgress(ImportStage.Encoding, done, total));
            }

            writing.Finish();
            parts.Add(new PartBlocks(spool.Count, _text.Groups(part), offsets.ToImmutable()));
            offsets.Clear();
        }

        return parts.MoveToImmutable();
    }

    /// <summary>Share of values with id 0, by part; empty for fields without a vocabulary.</summary>
    public ImmutableArray<double> OutOfVocabulary(int field)
    {
        if (_ids[field] is null) return [];
        return [.. Enumerable.Range(0, 3).Select(p => _unknownValues[field, p] is { Values: > 0 } n ? (double)n.Unknown / n.Values : 0)];
    }

    void Encode(RowBuffer rows, RowBuffer block, Part part)
    {
        var count = rows.Count;
        block.Count = count;
        for (var f = 0; f < _schema.Fields.Length; f++) EncodeField(f, rows.Fields[f], block.Fields[f], count, part);
        for (var l = 0; l < _nodes.Length; l++)
        {
            var (codes, nodes) = (rows.Levels[l].Values, block.Levels[l].Values);
            for (var r = 0; r < count; r++)
            {
                nodes[r] = _nodes[l][codes[r]];
                if (nodes[r] < 0) _unknownScenarios.Add(l, part, _text.Nodes[l][codes[r]]);
            }
        }

        for (var t = 0; t < block.Labels.Length; t++) Copy(rows.Labels[t], block.Labels[t], count);
        if (block.Weights is { } weights) Copy(rows.Weights!, weights, count);
        if (block.Groups is { } groups) Copy(rows.Groups!, groups, count);
        Copy(rows.Rows, block.Rows, count);
    }

    void EncodeField(int field, Column from, Column into, int count, Part part)
    {
        switch (from, into)
        {
            case (Column<int> codes, Column<int> ids):
                Map(field, codes.Values.AsSpan(0, count), ids.Values, part);
                break;
            case (ListColumn codes, ListColumn ids):
                codes.Starts.AsSpan(0, count + 1).CopyTo(ids.Starts);
                var length = codes.Starts[count];
                Map(field, codes.Ids.AsSpan(0, length), ids.Reserve(0, length), part);
                break;
            case (Column<double> numbers, Column<int> ids):
                var buckets = (BucketEncoder)_schema.Fields[field].Encoder;
                for (var r = 0; r < count; r++) ids.Values[r] = double.IsNaN(numbers.Values[r]) ? buckets.Missing : buckets.Id(numbers.Values[r]);
                break;
            case (Column<double> numbers, Column<float> scaled):
                var standardise = (StandardiseEncoder)_schema.Fields[field].Encoder;
                for (var r = 0; r < count; r++) scaled.Values[r] = standardise.Scale(numbers.Values[r]);
                break;
            default:
                throw new InvalidOperationException($"Field {_schema.Fields[field].Name}: {from.GetType().Name} cannot become {into.GetType().Name}.");
        }
    }

    void Map(int field, ReadOnlySpan<int> codes, Span<int> ids, Part part)
    {
        if (_ids[field] is not { } map)
        {
            codes.CopyTo(ids);
            return;
        }

        var unknown = 0;
        for (var i = 0; i < codes.Length; i++)
        {
            ids[i] = map[codes[i]];
            if (ids[i] == 0) unknown++;
        }

        ref var n = ref _unknownValues[field, (int)part];
        n = (n.Values + codes.Length, n.Unknown + unknown);
    }

    // Null where the spool holds ids already (hashed) or numbers.
    int[]? IdsOfCodes(FieldSpec field, int index)
    {
        if (field.Type == FieldType.Numeric || _schema.Vocabulary(index) is not VocabularyEncoder vocabulary) return null;
        var values = _text.Counters[field.Shares ?? field.Name];
        var lookup = new ValueLookup(vocabulary);
        var ids = new int[values.Count];
        for (var code = 0; code < ids.Length; code++) ids[code] = lookup.Id(values[code]);
        return ids;
    }

    static int[] NodesOfCodes(ScenarioLevel level, ValueCounter values)
    {
        var lookup = new ValueLookup(new VocabularyEncoder(level.Nodes));
        var nodes = new int[values.Count];
        for (var code = 0; code < nodes.Length; code++) nodes[code] = lookup.Id(values[code]) - 1;
        return nodes;
    }

    static void Copy<T>(Column<T> from, Column<T> into, int count)
        where T : unmanaged => from.Values.AsSpan(0, count).CopyTo(into.Values);
}
