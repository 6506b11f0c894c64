using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>Column panels of B: 48, 32 or 16 wide, each stored as [k][width], missing columns filled with 0.
/// A panel fills whole registers of every width, so the layout does not depend on the machine.</summary>
static unsafe class Panels
{
    /// <summary>Columns come in units of 16 floats: one 512-bit register.</summary>
    public const int Unit = 16;

    /// <summary>The widest panel, and the scratch tile's row.</summary>
    public const int Widest = 48;

    public static int RoundUp(int n) => checked(n + Unit - 1) / Unit * Unit;

    /// <summary>Width of the next panel when <paramref name="left"/> columns remain: 48 where possible, and never a lone 16
    /// behind a 48, because one vector per row is too few chains to hide the latency of a multiply-add.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(int left) => ((left + Unit - 1) / Unit) switch
    {
        1 => 16,
        2 or 4 => 32,
        _ => 48,
    };

    public static void Pack(float* b, nint ldb, int k, int n, float* packed)
    {
        for (int j = 0, width; j < n; j += width)
        {
            width = Next(n - j);
            PackPanel(b + j, ldb, k, Math.Min(width, n - j), width, packed);
            packed += (nint)k * width;
        }
    }

    public static void PackTransposed(float* b, nint ldb, int k, int n, float* packed)
    {
        for (int j = 0, width; j < n; j += width)
        {
            width = Next(n - j);
            var used = Math.Min(width, n - j);
            // Eight source rows at a time: their cache lines stay while the panel's rows are filled.
            for (var q = 0; q < width; q += 8)
            {
                var live = Math.Clamp(used - q, 0, 8);
                for (nint kk = 0; kk < k; kk++)
                {
                    var target = packed + kk * width + q;
                    var source = b + (j + q) * ldb + kk;
                    for (var s = 0; s < live; s++)
                    {
                        target[s] = source[s * ldb];
                    }
                    for (var s = live; s < 8; s++)
                    {
                        target[s] = 0;
                    }
                }
            }
            packed += (nint)k * width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackPanel(float* b, nint ldb, int k, int used, int width, float* packed)
    {
        for (nint kk = 0; kk < k; kk++, b += ldb, packed += width)
        {
            var full = used / Unit * Unit;
            for (var j = 0; j < full; j += Unit)
            {
                Vector512.Store(Vector512.Load(b + j), packed + j);
            }
            for (var j = full; j < width; j++)
            {
                packed[j] = j < used ? b[j] : 0;
            }
        }
    }
}
