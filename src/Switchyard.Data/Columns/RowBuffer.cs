using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>How a field's values are kept in a file.</summary>
enum FieldStorage { Ids, Lists, Float, Double }

/// <summary>Which columns a file has.</summary>
sealed record RowLayout(ImmutableArray<FieldStorage> Fields, int Levels, int Tasks, bool Weight, bool Group)
{
    /// <summary>The layout of a finished file.</summary>
    public static RowLayout Of(Schema schema) => new(
        [.. schema.Fields.Select(f => f.Kind switch
        {
            FieldKind.Single => FieldStorage.Ids,
            FieldKind.Multiple or FieldKind.Sequence => FieldStorage.Lists,
            _ => FieldStorage.Float,
        })],
        schema.Levels.Length,
        schema.Tasks.Length,
        schema.Weight is not null,
        schema.Group is not null);
}

/// <summary>Rows as columns: one block while a file is written, several while it is read.</summary>
sealed class RowBuffer
{
    /// <summary>Label of a row on which a task was not observed.</summary>
    public const byte NotObserved = 255;

    readonly Column[] _all;

    public RowBuffer(RowLayout layout, int capacity)
    {
        Capacity = capacity;
        Fields = [.. layout.Fields.Select(Column (f) => f switch
        {
            FieldStorage.Ids => new Column<int>(capacity),
            FieldStorage.Lists => new ListColumn(capacity),
            FieldStorage.Float => new Column<float>(capacity),
            _ => new Column<double>(capacity),
        })];
        Levels = [.. Enumerable.Range(0, layout.Levels).Select(_ => new Column<int>(capacity))];
        Labels = [.. Enumerable.Range(0, layout.Tasks).Select(_ => new Column<byte>(capacity))];
        Weights = layout.Weight ? new Column<float>(capacity) : null;
        Groups = layout.Group ? new Column<int>(capacity) : null;
        Rows = new Column<long>(capacity);
        _all = [.. Fields, .. Levels, .. Labels, .. new Column?[] { Weights, Groups }.OfType<Column>(), Rows];
    }

    public int Capacity { get; }

    /// <summary>Filled rows.</summary>
    public int Count { get; set; }

    public Column[] Fields { get; }

    public Column<int>[] Levels { get; }

    public Column<byte>[] Labels { get; }

    public Column<float>? Weights { get; }

    public Column<int>? Groups { get; }

    public Column<long> Rows { get; }

    /// <summary>Bytes of all rows in a file.</summary>
    public int Size => checked(_all.Sum(c => c.Size(Count)));

    public void Write(Span<byte> bytes)
    {
        foreach (var column in _all)
        {
            var size = column.Size(Count);
            column.Write(Count, bytes[..size]);
            bytes = bytes[size..];
        }
    }

    /// <summary>Appends the rows of a block; false where its bytes cannot be right.</summary>
    public bool Append(int rows, ReadOnlySpan<byte> bytes)
    {
        if (rows > Capacity - Count) return false;
        foreach (var column in _all)
        {
            var used = column.Read(Count, rows, bytes);
            if (used < 0) return false;
            bytes = bytes[used..];
        }

        Count += rows;
        return bytes.IsEmpty;
    }

    /// <summary>
    /// Becomes the rows of another buffer in the order named. Column after column: one column stays in the cache while its rows are
    /// picked at random, which picking whole rows would not allow.
    /// </summary>
    public void Gather(RowBuffer from, ReadOnlySpan<int> order)
    {
        for (var c = 0; c < _all.Length; c++) _all[c].Gather(from._all[c], order);
        Count = order.Length;
    }
}
