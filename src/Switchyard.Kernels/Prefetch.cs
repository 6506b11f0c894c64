using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Switchyard.Kernels;

/// <summary>
/// Asks for memory before it is needed: rows that lie far apart, which the processor cannot foresee. Where there is no such instruction it
/// does nothing.
/// </summary>
public static unsafe class Prefetch
{
    /// <summary>Numbers of a cache line.</summary>
    const int Line = 16;

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
        for (nint i = 0; i < (nint)count * sizeof(T); i += Line * sizeof(float))
        {
            Sse.Prefetch0(start + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Row(float* row, nint length)
    {
        if (!Sse.IsSupported)
        {
            return;
        }
        for (nint i = 0; i < length; i += Line)
        {
            Sse.Prefetch0(row + i);
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
