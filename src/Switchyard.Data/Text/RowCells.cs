using System.Text.Unicode;

namespace Switchyard.Data;

/// <summary>The values of one row, by column, in one reused buffer.</summary>
sealed class RowCells(int columns)
{
    readonly (int Start, int Length)[] _cells = new (int, int)[columns];
    byte[] _bytes = new byte[1024];
    int _end;

    public ReadOnlySpan<byte> this[int column] => _bytes.AsSpan(_cells[column].Start, _cells[column].Length);

    /// <summary>Makes every value a missing one.</summary>
    public void Clear()
    {
        _end = 0;
        Array.Clear(_cells);
    }

    /// <summary>Room behind what is there already; <see cref="Advance"/> keeps what was written to it.</summary>
    public Span<byte> Room(int length)
    {
        if (_bytes.Length - _end < length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _end + length));
        return _bytes.AsSpan(_end, length);
    }

    /// <summary>Adds bytes of the last <see cref="Room"/> to the value of a column that is being written.</summary>
    public void Advance(int column, int length)
    {
        ref var cell = ref _cells[column];
        if (cell.Length == 0) cell.Start = _end;
        cell.Length += length;
        _end += length;
    }

    /// <summary>Adds bytes to the value of a column that is being written.</summary>
    public void Append(int column, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Advance(column, bytes.Length);
    }

    /// <summary>Makes the value that is being written a missing one again.</summary>
    public void Clear(int column)
    {
        _end -= _cells[column].Length;
        _cells[column] = default;
    }

    /// <summary>Every value is valid UTF-8.</summary>
    public bool AreText => Utf8.IsValid(_bytes.AsSpan(0, _end));
}
