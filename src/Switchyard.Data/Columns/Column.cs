using System.Runtime.InteropServices;

namespace Switchyard.Data;

/// <summary>One column of a run of rows, in memory as it lies in the file.</summary>
abstract class Column
{
    /// <summary>Bytes of the first <paramref name="rows"/> rows in the file.</summary>
    public abstract int Size(int rows);

    /// <summary>Writes the first <paramref name="rows"/> rows; <paramref name="bytes"/> has exactly <see cref="Size"/> bytes.</summary>
    public abstract void Write(int rows, Span<byte> bytes);

    /// <summary>Reads <paramref name="rows"/> rows into the column at row <paramref name="at"/>; returns the bytes used, −1 where they cannot be right.</summary>
    public abstract int Read(int at, int rows, ReadOnlySpan<byte> bytes);

    /// <summary>Becomes the rows of <paramref name="from"/> (a column of the same kind) that <paramref name="order"/> names.</summary>
    public abstract void Gather(Column from, ReadOnlySpan<int> order);
}

/// <summary>One value a row.</summary>
sealed class Column<T>(int capacity) : Column
    where T : unmanaged
{
    static readonly int Width = Marshal.SizeOf<T>();

    public readonly T[] Values = new T[capacity];

    public override int Size(int rows) => rows * Width;

    public override void Write(int rows, Span<byte> bytes) => MemoryMarshal.AsBytes(Values.AsSpan(0, rows)).CopyTo(bytes);

    public override int Read(int at, int rows, ReadOnlySpan<byte> bytes)
    {
        var size = Size(rows);
        if (bytes.Length < size) return -1;
        bytes[..size].CopyTo(MemoryMarshal.AsBytes(Values.AsSpan(at, rows)));
        return size;
    }

    public override void Gather(Column from, ReadOnlySpan<int> order)
    {
        var values = ((Column<T>)from).Values;
        var into = Values.AsSpan(0, order.Length);
        for (var r = 0; r < into.Length; r++) into[r] = values[order[r]];
    }
}

/// <summary>Any number of ids a row: those of row r are Ids[Starts[r] .. Starts[r + 1]].</summary>
sealed class ListColumn(int capacity) : Column
{
    public readonly int[] Starts = new int[capacity + 1];

    public int[] Ids = new int[capacity];

    /// <summary>Appends an id to the row being filled; close the row with <see cref="End"/>.</summary>
    public void Add(ref int length, int id)
    {
        if (length == Ids.Length) Array.Resize(ref Ids, 2 * Ids.Length);
        Ids[length++] = id;
    }

    /// <summary>Room for <paramref name="count"/> ids of the row being filled, from <paramref name="start"/>; close the row with <see cref="End"/>.</summary>
    public Span<int> Reserve(int start, int count)
    {
        if (Ids.Length < start + count) Array.Resize(ref Ids, Math.Max(start + count, 2 * Ids.Length));
        return Ids.AsSpan(start, count);
    }

    public void End(int row, int length) => Starts[row + 1] = length;

    public override int Size(int rows) => sizeof(int) * (rows + Starts[rows]);

    public override void Write(int rows, Span<byte> bytes)
    {
        // Ends of rows first, then the ids: the last end says how many there are.
        MemoryMarshal.AsBytes(Starts.AsSpan(1, rows)).CopyTo(bytes);
        MemoryMarshal.AsBytes(Ids.AsSpan(0, Starts[rows])).CopyTo(bytes[(sizeof(int) * rows)..]);
    }

    public override int Read(int at, int rows, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(int) * rows) return -1;
        var ends = MemoryMarshal.Cast<byte, int>(bytes[..(sizeof(int) * rows)]);
        var first = Starts[at];
        var previous = 0;
        for (var r = 0; r < rows; r++)
        {
            if (ends[r] < previous) return -1;
            previous = ends[r];
            Starts[at + r + 1] = first + previous;
        }

        var size = sizeof(int) * (long)previous;
        bytes = bytes[(sizeof(int) * rows)..];
        if (bytes.Length < size) return -1;
        bytes[..(int)size].CopyTo(MemoryMarshal.AsBytes(Reserve(first, previous)));
        return (sizeof(int) * rows) + (int)size;
    }

    public override void Gather(Column from, ReadOnlySpan<int> order)
    {
        var list = (ListColumn)from;
        if (Ids.Length < list.Ids.Length) Array.Resize(ref Ids, list.Ids.Length);
        for (var r = 0; r < order.Length; r++)
        {
            var ids = list.Ids.AsSpan(list.Starts[order[r]]..list.Starts[order[r] + 1]);
            ids.CopyTo(Ids.AsSpan(Starts[r]));
            Starts[r + 1] = Starts[r] + ids.Length;
        }
    }
}
