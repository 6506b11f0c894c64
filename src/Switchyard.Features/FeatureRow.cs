using System.Runtime.InteropServices;
using System.Text;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>The values that a store has for one key, as UTF-8 text. It never changes, so a cache and many requests may share it.</summary>
public sealed class FeatureRow
{
    // The end of every value, 4 bytes each, and the values behind them: one array a row.
    readonly byte[] _data;
    readonly int _columns;

    FeatureRow(byte[] data, int columns)
    {
        _data = data;
        _columns = columns;
    }

    /// <summary>The row of a key that the store does not know: every value is missing.</summary>
    public static FeatureRow Unknown() => new([], 0);

    /// <summary>A row of given values.</summary>
    /// <param name="values">One per column of the entity; null or empty = missing.</param>
    public static FeatureRow Of(IReadOnlyList<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var cells = new RowCells(values.Count);
        for (var i = 0; i < values.Count; i++) cells.Append(i, Encoding.UTF8.GetBytes(values[i] ?? ""));
        return From(cells, 0, values.Count);
    }

    /// <summary>Value of a column; empty = missing.</summary>
    public ReadOnlySpan<byte> this[int column]
    {
        get
        {
            if (_columns == 0) return default;
            var ends = MemoryMarshal.Cast<byte, int>(_data.AsSpan(0, _columns * sizeof(int)));
            var start = column == 0 ? _columns * sizeof(int) : ends[column - 1];
            return _data.AsSpan(start, ends[column] - start);
        }
    }

    /// <summary>The store has the key.</summary>
    public bool IsKnown => _columns > 0;

    /// <summary>When it was read, in the ticks of the cache's clock.</summary>
    internal long ReadAt { get; set; }

    internal int Bytes => _data.Length;

    /// <summary>Copies values of the row that is being read.</summary>
    internal static FeatureRow From(RowCells cells, int first, int columns)
    {
        var length = columns * sizeof(int);
        for (var i = 0; i < columns; i++) length += cells[first + i].Length;
        var data = new byte[length];
        var ends = MemoryMarshal.Cast<byte, int>(data.AsSpan(0, columns * sizeof(int)));
        var end = columns * sizeof(int);
        for (var i = 0; i < columns; i++)
        {
            cells[first + i].CopyTo(data.AsSpan(end));
            ends[i] = end += cells[first + i].Length;
        }

        return new FeatureRow(data, columns);
    }
}
