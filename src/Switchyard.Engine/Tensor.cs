namespace Switchyard.Engine;

/// <summary>Handle to a [Rows × Cols] row-major matrix owned by a <see cref="Graph"/>; valid until the graph's next reset.</summary>
public readonly record struct Tensor(int Id, int Rows, int Cols)
{
    /// <summary>Number of elements.</summary>
    public int Length => Rows * Cols;
}

/// <summary>A stretch of an array; what kernels see as a span. Kept as a struct so that parallel bodies can carry it.</summary>
public readonly struct Block<T>(T[] array, int offset, int length)
{
    public int Length => length;

    public Span<T> Span => array.AsSpan(offset, length);

    public Span<T> Slice(int start, int count) => Span.Slice(start, count);
}
