using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>C += A' B over blocks of rows. Both operands are packed per block: a tile then reads two short streams
/// instead of one cache line out of every row.</summary>
static unsafe class GemmTransposed
{
    /// <summary>Elements of B per block of rows: 512 KB, half a second-level cache.</summary>
    const int BlockElements = 128 * 1024;

    const int Height = 8;

    public static void Run(float* a, nint lda, int* rows, int count, int from, int to, float* b, nint ldb, int n, float* c, nint ldc)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Lanes512, Vector512<float>>(a, lda, rows, count, from, to, b, ldb, n, c, ldc);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Lanes256, Vector256<float>>(a, lda, rows, count, from, to, b, ldb, n, c, ldc);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Lanes128, Vector128<float>>(a, lda, rows, count, from, to, b, ldb, n, c, ldc);
        }
        else
        {
            Run<Lanes1, float>(a, lda, rows, count, from, to, b, ldb, n, c, ldc);
        }
    }

    static void Run<TLanes, TVector>(float* a, nint lda, int* rows, int count, int from, int to, float* b, nint ldb, int n, float* c, nint ldc)
        where TLanes : ILanes<TVector> where TVector : struct
    {
        var block = Math.Min(count, Math.Clamp(BlockElements / Panels.RoundUp(n), 64, 512));
        fixed (float* strip = Scratch.First(block * Height), panels = Scratch.Second(block * Panels.RoundUp(n)))
        {
            for (var r = 0; r < count; r += block)
            {
                var size = Math.Min(block, count - r);
                Panels.Pack(b + r * ldb, ldb, size, n, panels);
                for (var i = from; i < to; i += Height)
                {
                    var live = Math.Min(Height, to - i);
                    PackStrip(a + i, lda, rows, r, size, live, strip);
                    Strip<TLanes, TVector>(strip, size, live, panels, n, c + i * ldc, ldc);
                }
            }
        }
    }

    /// <summary>Columns i to i + 8 of the block's rows, as [row][8].</summary>
    static void PackStrip(float* a, nint lda, int* rows, int first, int size, int live, float* strip)
    {
        for (var r = 0; r < size; r++, strip += Height)
        {
            var source = a + (rows == null ? first + r : rows[first + r]) * lda;
            if (live == Height)
            {
                Vector256.Store(Vector256.Load(source), strip);
                continue;
            }
            for (var q = 0; q < Height; q++)
            {
                strip[q] = q < live ? source[q] : 0;
            }
        }
    }

    static void Strip<TLanes, TVector>(float* strip, int size, int live, float* panels, int n, float* c, nint ldc)
        where TLanes : ILanes<TVector> where TVector : struct
    {
        var p = new Product { A = strip, LdA = 1, Step = Height, M = live, K = size, N = n, C = c, LdC = ldc };
        for (int j = 0, width; j < n; j += width)
        {
            width = Panels.Next(n - j);
            GemmDriver.Panel<TLanes, TVector, ContinueFinish>(p, 0, live, j, 0, Math.Min(width, n - j), width, panels, width);
            panels += (nint)size * width;
        }
    }
}
