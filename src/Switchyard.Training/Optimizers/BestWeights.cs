using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Training;

/// <summary>A copy of the dense weights and running statistics at the best validation so far.</summary>
public sealed class BestWeights
{
    Real[] _dense = [];
    Real[][] _buffers = [];

    internal void Mark(ParameterSet parameters)
    {
        Allocate(parameters);
        parameters.DenseValues.CopyTo(_dense);
        for (var i = 0; i < _buffers.Length; i++) parameters.Buffers[i].Values.CopyTo(_buffers[i], 0);
    }

    /// <summary>What a checkpoint holds of it, once there is a best.</summary>
    internal IEnumerable<CheckpointArray> Arrays(ParameterSet parameters)
    {
        Allocate(parameters);
        return [CheckpointArray.Of("best.dense", _dense), .. _buffers.Select((b, i) => CheckpointArray.Of($"best.buffer.{parameters.Buffers[i].Name}", b))];
    }

    void Allocate(ParameterSet parameters)
    {
        if (_buffers.Length > 0 || _dense.Length > 0) return;
        _dense = new Real[parameters.DenseLength];
        _buffers = [.. parameters.Buffers.Select(b => new Real[b.Values.Length])];
    }

    internal void Restore(ParameterSet parameters)
    {
        _dense.CopyTo(parameters.DenseValues);
        for (var i = 0; i < _buffers.Length; i++) _buffers[i].CopyTo(parameters.Buffers[i].Values, 0);
    }
}

/// <summary>
/// The rows of a table as they were at the last mark, kept only for rows written since: marking a table of ten million rows
/// costs nothing, and no pass over it is ever made.
/// </summary>
sealed class TableHistory(EmbeddingTable table)
{
    readonly int[] _savedAt = new int[table.Rows];
    int[] _rows = [];
    Real[] _values = [];
    int _mark;
    int _count;

    /// <summary>Rows saved since the mark.</summary>
    public int Count => _count;

    public void Mark()
    {
        _mark++;
        _count = 0;
    }

    /// <summary>Announces a <see cref="BeforeWrite"/>.</summary>
    public void Ask(int row) => Prefetch.Values(_savedAt, row, 1);

    /// <summary>Saves a row on its first write since the mark.</summary>
    public void BeforeWrite(int row)
    {
        if (_savedAt[row] == _mark) return;
        _savedAt[row] = _mark;
        if (_count == _rows.Length) Grow((int)Math.Min(table.Rows, Math.Max(1024, 2L * _count)));
        _rows[_count] = row;
        table.Row(row).CopyTo(_values.AsSpan(_count * table.Width));
        _count++;
    }

    /// <summary>What a checkpoint holds of it, once there is a mark.</summary>
    public IEnumerable<CheckpointArray> Arrays() =>
    [
        CheckpointArray.Of($"table.{table.Name}.best_rows", [_count], () => _rows.AsSpan(0, _count)),
        CheckpointArray.Of($"table.{table.Name}.best_values", [_count, table.Width], () => _values.AsSpan(0, _count * table.Width)),
    ];

    /// <summary>Makes room for the rows of a checkpoint.</summary>
    public void Prepare(int count)
    {
        if (_rows.Length < count) Grow(count);
        _count = count;
    }

    /// <summary>The rows of a checkpoint have been read: they count as saved since the mark.</summary>
    public void Loaded()
    {
        _mark++;
        foreach (var row in _rows.AsSpan(0, _count)) _savedAt[row] = _mark;
    }

    void Grow(int rows)
    {
        Array.Resize(ref _rows, rows);
        Array.Resize(ref _values, checked(rows * table.Width));
    }

    public void Restore()
    {
        for (var i = 0; i < _count; i++) _values.AsSpan(i * table.Width, table.Width).CopyTo(table.Row(_rows[i]));
        Mark();
    }
}
