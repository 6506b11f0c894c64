using System.Runtime.InteropServices;

namespace Switchyard.Training;

/// <summary>An array that a checkpoint holds: how it is called in the file, and where its bytes are in memory, for writing and reading alike.</summary>
abstract class CheckpointArray(string name, string type, long[] shape)
{
    const int PieceValues = 1 << 18;

    public string Name { get; } = name;

    /// <summary>Its dtype in a safetensors file.</summary>
    public string Type { get; } = type;

    public long[] Shape { get; } = shape;

    /// <summary>The bytes of some of its values.</summary>
    public abstract Span<byte> Bytes(int from, int count);

    /// <summary>Number of values.</summary>
    public int Length => (int)Shape.Aggregate(1L, (n, d) => n * d);

    /// <summary>Pieces that cover all values: the bytes of a large table are more than one span can hold.</summary>
    public IEnumerable<(int From, int Count)> Pieces()
    {
        for (var from = 0L; from < Length; from += PieceValues) yield return ((int)from, (int)Math.Min(PieceValues, Length - from));
    }

    public static CheckpointArray Of<T>(string name, T[] values, params long[] shape)
        where T : unmanaged => new CheckpointArray<T>(name, shape.Length == 0 ? [values.Length] : shape, () => values);

    public static CheckpointArray Of<T>(string name, long[] shape, CheckpointValues<T> values)
        where T : unmanaged => new CheckpointArray<T>(name, shape, values);
}

/// <summary>Where the values of an array are, now.</summary>
delegate Span<T> CheckpointValues<T>();

sealed class CheckpointArray<T>(string name, long[] shape, CheckpointValues<T> values) : CheckpointArray(name, TypeName, shape)
    where T : unmanaged
{
    static string TypeName => (typeof(T) == typeof(float) || typeof(T) == typeof(double) ? "F" : "I") + (Marshal.SizeOf<T>() == sizeof(long) ? "64" : "32");

    public override Span<byte> Bytes(int from, int count) => MemoryMarshal.AsBytes(values().Slice(from, count));
}
