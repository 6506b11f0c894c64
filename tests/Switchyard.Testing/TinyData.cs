using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Testing;

/// <summary>Small schemas and batches with every kind of field; compiled into each test project that needs rows.</summary>
static class TinyData
{
    public const int Users = 80;

    /// <summary>Seven fields over four tables: two share one, one has several values, one a sequence of them, one is a number.</summary>
    public static Schema Schema(int[] levels, int[] given, float[]? weights = null) => new()
    {
        Fields =
        [
            Field("user", FieldKind.Single, 0), Field("item", FieldKind.Single, 1), Field("last_item", FieldKind.Single, 1),
            Field("tags", FieldKind.Multiple, 2), Field("words", FieldKind.Sequence, 3, Pooling.Sum), Field("age", FieldKind.Number, -1),
            Field("brand", FieldKind.Single, 3),
        ],
        Tables = [new Table("user", Users, 4), new Table("item", 17, 3), new Table("tags", 11, 3), new Table("words", 9, 2)],
        Levels = [.. levels.Select((nodes, i) => new ScenarioLevel($"level{i}", [.. Enumerable.Range(0, nodes).Select(n => $"node{n}")]))],
        Tasks = [.. given.Select((g, t) => new TaskInfo($"task{t}", g, weights?[t] ?? 1))],
        UnknownScenario = UnknownScenario.Parent,
    };

    /// <summary>Random rows; where asked, with unknown nodes, unobserved labels and uneven row weights.</summary>
    public static Batch Rows(Schema schema, int rows, ulong seed, double unknown = 0, double unobserved = 0, bool weighted = false)
    {
        var random = new SeededRandom(seed, "rows");
        var batch = new Batch(schema, rows) { Count = rows };
        for (var f = 0; f < schema.Fields.Length; f++) Fill(batch, f, random);
        for (var row = 0; row < rows; row++)
        {
            for (var level = 0; level < schema.Levels.Length; level++)
                batch.Nodes(level)[row] = random.NextDouble() < unknown ? -1 : random.Next(schema.Levels[level].Nodes.Length);
            for (var task = 0; task < schema.Tasks.Length; task++)
                batch.Labels(task)[row] = random.NextDouble() < unobserved ? float.NaN : random.Next(2);
            batch.Weights[row] = weighted ? 0.25f + random.Next(8) / 4f : 1;
            batch.Groups[row] = random.Next(5);
            batch.Rows[row] = row;
        }

        return batch;
    }

    /// <summary>A batch of the given rows of another.</summary>
    public static Batch Pick(Batch from, ReadOnlySpan<int> rows)
    {
        var to = new Batch(from.Schema, rows.Length);
        Copy(from, rows, to);
        return to;
    }

    public static void Copy(Batch from, ReadOnlySpan<int> rows, Batch to)
    {
        var schema = from.Schema;
        to.Count = rows.Length;
        for (var f = 0; f < schema.Fields.Length; f++) CopyField(from, f, rows, to);
        for (var i = 0; i < rows.Length; i++)
        {
            for (var level = 0; level < schema.Levels.Length; level++) to.Nodes(level)[i] = from.Nodes(level)[rows[i]];
            for (var task = 0; task < schema.Tasks.Length; task++) to.Labels(task)[i] = from.Labels(task)[rows[i]];
            (to.Weights[i], to.Groups[i], to.Rows[i]) = (from.Weights[rows[i]], from.Groups[rows[i]], from.Rows[rows[i]]);
        }
    }

    static Field Field(string name, FieldKind kind, int table, Pooling pooling = Pooling.Mean) =>
        new(name, kind, table, pooling, FieldRole.Feature, new VocabularyEncoder(ImmutableArray<string>.Empty));

    static void Fill(Batch batch, int field, SeededRandom random)
    {
        var f = batch.Schema.Fields[field];
        for (var row = 0; row < batch.Count; row++)
        {
            switch (f.Kind)
            {
                case FieldKind.Number:
                    var missing = random.Next(5) == 0;
                    batch.Numbers(field)[2 * row] = missing ? 0 : (float)random.NextNormal();
                    batch.Numbers(field)[2 * row + 1] = missing ? 1 : 0;
                    break;
                case FieldKind.Single:
                    batch.Ids(field)[row] = random.Next(batch.Schema.Tables[f.Table].Rows);
                    break;
                default:
                    var start = batch.Offsets(field)[row];
                    var end = start + random.Next(4);
                    var ids = batch.EnsureIds(field, end);
                    for (var i = start; i < end; i++) ids[i] = random.Next(batch.Schema.Tables[f.Table].Rows);
                    batch.Offsets(field)[row + 1] = end;
                    break;
            }
        }
    }

    static void CopyField(Batch from, int field, ReadOnlySpan<int> rows, Batch to)
    {
        var kind = from.Schema.Fields[field].Kind;
        for (var i = 0; i < rows.Length; i++)
        {
            switch (kind)
            {
                case FieldKind.Number:
                    from.Numbers(field).AsSpan(2 * rows[i], 2).CopyTo(to.Numbers(field).AsSpan(2 * i));
                    break;
                case FieldKind.Single:
                    to.Ids(field)[i] = from.Ids(field)[rows[i]];
                    break;
                default:
                    var source = from.Ids(field).AsSpan(from.Offsets(field)[rows[i]]..from.Offsets(field)[rows[i] + 1]);
                    var start = to.Offsets(field)[i];
                    source.CopyTo(to.EnsureIds(field, start + source.Length).AsSpan(start));
                    to.Offsets(field)[i + 1] = start + source.Length;
                    break;
            }
        }
    }
}

/// <summary>The rows of one batch in order, again in every epoch.</summary>
sealed class RowsSource(Batch rows) : IBatchSource
{
    int _next;

    public Schema Schema => rows.Schema;

    public long RowCount => rows.Count;

    /// <summary>Epochs begun.</summary>
    public int Rewinds { get; private set; }

    public void Rewind(int epoch)
    {
        _next = 0;
        Rewinds++;
    }

    public bool Next(Batch batch, int size)
    {
        var count = Math.Min(size, rows.Count - _next);
        if (count <= 0) return false;
        TinyData.Copy(rows, [.. Enumerable.Range(_next, count)], batch);
        _next += count;
        return true;
    }

    public void Dispose()
    {
    }
}
