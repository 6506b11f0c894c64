using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

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
            for (int q = 0, columns; q < width; q += columns)
            {
                columns = Avx512F.IsSupported && used - q >= Unit ? Unit : 4;
                if (columns == Unit)
                {
                    PackUnit(b + (j + q) * ldb, ldb, k, width, packed + q);
                }
                else
                {
                    PackFour(b + (j + q) * ldb, ldb, k, used - q, width, packed + q);
                }
            }
            packed += (nint)k * width;
        }
    }

    /// <summary>Four columns of a panel from four rows of the transpose, turned in blocks of 4 x 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackFour(float* b, nint ldb, int k, int used, int width, float* packed)
    {
        nint kk = 0;
        if (used >= 4 && Vector128.IsHardwareAccelerated)
        {
            for (; kk <= k - 4; kk += 4)
            {
                Vector128<float> r0 = Vector128.Load(b + kk), r1 = Vector128.Load(b + ldb + kk);
                Vector128<float> r2 = Vector128.Load(b + 2 * ldb + kk), r3 = Vector128.Load(b + 3 * ldb + kk);
                Turn(r0, r1, r2, r3, width, packed + kk * width);
            }
        }
        for (; kk < k; kk++)
        {
            for (var s = 0; s < 4; s++)
            {
                packed[kk * width + s] = s < used ? b[s * ldb + kk] : 0;
            }
        }
    }

    /// <summary>Sixteen columns of a panel from sixteen rows of the transpose, turned in blocks of 16 x 16: a cache line is written once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackUnit(float* b, nint ldb, int k, int width, float* packed)
    {
        nint kk = 0;
        for (; kk <= k - Unit; kk += Unit)
        {
            var row = b + kk;
            var (a0, a1, a2, a3) = TurnLanes(row, ldb);
            var (b0, b1, b2, b3) = TurnLanes(row + 4 * ldb, ldb);
            var (c0, c1, c2, c3) = TurnLanes(row + 8 * ldb, ldb);
            var (d0, d1, d2, d3) = TurnLanes(row + 12 * ldb, ldb);
            var target = packed + kk * width;
            StoreLanes(a0, b0, c0, d0, 4 * width, target);
            StoreLanes(a1, b1, c1, d1, 4 * width, target + width);
            StoreLanes(a2, b2, c2, d2, 4 * width, target + 2 * width);
            StoreLanes(a3, b3, c3, d3, 4 * width, target + 3 * width);
        }
        for (; kk < k; kk++)
        {
            for (var s = 0; s < Unit; s++)
            {
                packed[kk * width + s] = b[s * ldb + kk];
            }
        }
    }

    /// <summary>Four rows of sixteen: lane l of vector j holds column 4 l + j of the four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float> V0, Vector512<float> V1, Vector512<float> V2, Vector512<float> V3) TurnLanes(float* row, nint ld)
    {
        Vector512<float> r0 = Vector512.Load(row), r1 = Vector512.Load(row + ld), r2 = Vector512.Load(row + 2 * ld), r3 = Vector512.Load(row + 3 * ld);
        Vector512<double> low = Avx512F.UnpackLow(r0, r1).AsDouble(), high = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> nextLow = Avx512F.UnpackLow(r2, r3).AsDouble(), nextHigh = Avx512F.UnpackHigh(r2, r3).AsDouble();
        return (Avx512F.UnpackLow(low, nextLow).AsSingle(), Avx512F.UnpackHigh(low, nextLow).AsSingle(),
            Avx512F.UnpackLow(high, nextHigh).AsSingle(), Avx512F.UnpackHigh(high, nextHigh).AsSingle());
    }

    /// <summary>Stores lane l of all four beside each other at l * step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StoreLanes(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, nint step, float* target)
    {
        const byte First = 0x44, Last = 0xee, Even = 0x88, Odd = 0xdd;
        Vector512<float> low = Avx512F.Shuffle4x128(a, b, First), nextLow = Avx512F.Shuffle4x128(c, d, First);
        Vector512<float> high = Avx512F.Shuffle4x128(a, b, Last), nextHigh = Avx512F.Shuffle4x128(c, d, Last);
        Vector512.Store(Avx512F.Shuffle4x128(low, nextLow, Even), target);
        Vector512.Store(Avx512F.Shuffle4x128(low, nextLow, Odd), target + step);
        Vector512.Store(Avx512F.Shuffle4x128(high, nextHigh, Even), target + 2 * step);
        Vector512.Store(Avx512F.Shuffle4x128(high, nextHigh, Odd), target + 3 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Turn(Vector128<float> r0, Vector128<float> r1, Vector128<float> r2, Vector128<float> r3, nint width, float* target)
    {
        // Rows 0 and 2, 1 and 3 interleaved in pairs, then those with each other.
        var (low, high) = (Interleave(r0, r2), Interleave(r1, r3));
        var first = Interleave(low.Lower, high.Lower);
        var second = Interleave(low.Upper, high.Upper);
        Vector128.Store(first.Lower, target);
        Vector128.Store(first.Upper, target + width);
        Vector128.Store(second.Lower, target + 2 * width);
        Vector128.Store(second.Upper, target + 3 * width);
    }

    /// <summary>a0 b0 a1 b1 and a2 b2 a3 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector128<float> Lower, Vector128<float> Upper) Interleave(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported)
        {
            return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        }
        if (AdvSimd.Arm64.IsSupported)
        {
            return (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        }
        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
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
