using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Switchyard.Kernels;

/// <summary>
/// Asks for memory before it is needed: rows that lie far apart, which the processor cannot foresee. Where there is no such instruction it
/// does nothing.
/// </summary>
public static unsafe class Prefetch
{
    const int LineBytes = 64;

    /// <summary>Asks for values[first .. first + count]; what lies outside the array is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Values<T>(T[] values, int first, int count) where T : unmanaged
    {
        if (!Sse.IsSupported || (uint)first >= (uint)values.Length)
        {
            return;
        }
        // Only a hint: should the collector move the array now, it goes nowhere.
        var start = (byte*)Unsafe.AsPointer(ref values[first]);
        Lines(start, start + (nint)count * sizeof(T));
    }

    /// <summary>Every line that holds a byte of [start, end): a row seldom begins where a line does, and then has one more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Lines(byte* start, byte* end)
    {
        for (var line = (byte*)((nint)start & -LineBytes); line < end; line += LineBytes)
        {
            Sse.Prefetch0(line);
        }
    }

    /// <summary>A long row: where it does not begin with a line, its last is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Row(float* row, nint length)
    {
        if (!Sse.IsSupported)
        {
            return;
        }
        for (nint i = 0; i < length; i += LineBytes / sizeof(float))
        {
            Sse.Prefetch0(row + i);
        }
    }

    /// <summary>The same with the last line, which a short row would feel the lack of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void ShortRow(float* row, nint length)
    {
        if (Sse.IsSupported)
        {
            Lines((byte*)row, (byte*)(row + length));
        }
    }

    /// <summary>One line, into the second-level cache: it is needed soon, not at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Ahead(float* line)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(line);
        }
    }

    /// <summary>Rows of a matrix.</summary>
    internal static void Rows(float* first, nint ld, int rows, int width)
    {
        for (var r = 0; r < rows; r++)
        {
            Row(first + r * ld, width);
        }
    }

    /// <summary>The line of each of some rows that holds a column.</summary>
    internal static void Column(float* column, nint ld, int rows)
    {
        for (var r = 0; r < rows && Sse.IsSupported; r++)
        {
            Sse.Prefetch0(column + r * ld);
        }
    }
}
