using Switchyard.Engine;

namespace Switchyard.Training;

/// <summary>A copy of the dense weights and running statistics at the best validation so far.</summary>
public sealed class BestWeights
{
    Real[] _dense = [];
    Real[][] _buffers = [];

    internal void Mark(ParameterSet parameters)
    {
        if (_dense.Length == 0)
        {
            _dense = new Real[parameters.DenseLength];
            _buffers = [.. parameters.Buffers.Select(b => new Real[b.Values.Length])];
        }

        parameters.DenseValues.CopyTo(_dense);
        for (var i = 0; i < _buffers.Length; i++) parameters.Buffers[i].Values.CopyTo(_buffers[i], 0);
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

    public void Mark()
    {
        _mark++;
        _count = 0;
    }

    /// <summary>Saves a row on its first write since the mark.</summary>
    public void BeforeWrite(int row)
    {
        if (_savedAt[row] == _mark) return;
        _savedAt[row] = _mark;
        if (_count == _rows.Length)
        {
            Array.Resize(ref _rows, Math.Min(table.Rows, Math.Max(1024, 2 * _count)));
            Array.Resize(ref _values, checked(_rows.Length * table.Width));
        }

        _rows[_count] = row;
        table.Row(row).CopyTo(_values.AsSpan(_count * table.Width));
        _count++;
    }

    public void Restore()
    {
        for (var i = 0; i < _count; i++) _values.AsSpan(i * table.Width, table.Width).CopyTo(table.Row(_rows[i]));
        Mark();
    }
}
