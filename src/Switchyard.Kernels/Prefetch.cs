using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Switchyard.Kernels;

/// <summary>
/// Asks for memory before it is needed: rows that lie far apart, which the processor cannot foresee. Where there is no such instruction it
/// does nothing.
/// </summary>
static unsafe class Prefetch
{
    /// <summary>Numbers of a cache line.</summary>
    const int Line = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row(float* row, nint length)
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

    /// <summary>The line of each of some rows that holds a column.</summary>
    public static void Column(float* column, nint ld, int rows)
    {
        for (var r = 0; r < rows && Sse.IsSupported; r++)
        {
            Sse.Prefetch0(column + r * ld);
        }
    }
}
