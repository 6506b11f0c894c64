using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>C += A' B over blocks of rows that stay in the second-level cache. A panel of B is packed to stay in the first-level one, and strips
/// of eight columns of A pass by it. Packing pays only where it is read often, and rows that are gathered: everything else is read in
/// place, which is up to a fifth faster.</summary>
static unsafe class GemmTransposed
{
    /// <summary>Rows per block: a panel of B takes 36 KB, and reading and writing C once per block is a few percent of the work.</summary>
    const int BlockRows = 192;

    /// <summary>Columns of A per block: 384 KB packed, less than half of a second-level cache.</summary>
    const int BlockColumns = 512;

    const int Height = 8;

    /// <summary>Numbers of a cache line: two strips.</summary>
    const int Line = 16;

    /// <summary>So many gathered rows ahead are asked for.</summary>
    const int Ahead = 4;

    /// <summary>Up to so many columns of A a panel of B is read too seldom to be packed first.</summary>
    const int FewColumns = 384;

    /// <summary>Rows of B up to this width lie close enough together to be read in place: further apart, they share too few cache sets.</summary>
    const int NarrowRow = 192;

    /// <summary>Strips a power of two apart would share the cache sets that one row of A is written to.</summary>
    const int StripGap = 16;

    public static void Run(float* a, nint lda, int* rows, int count, int from, int to, float* b, nint ldb, int n, float* c, nint ldc,
        bool overwrite)
    {
        if (n == 1 && ldc == 1 && rows == null)
        {
            // One column, as a tower's last layer has: lanes along C, the column of B broadcast. The factors change places, the chains
            // do not.
            var swapped = new Product { A = b, Step = ldb, M = 1, K = count, B = a + from, N = to - from, C = c + from, LdC = to - from };
            swapped.LdB = lda;
            swapped.Unpacked = true;
            GemmDriver.Run(swapped, overwrite ? Epilogue.Store : Epilogue.Continue);
            return;
        }
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Lanes512, Vector512<float>>(a, lda, rows, count, from, to, b, ldb, n, c, ldc, overwrite);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Lanes256, Vector256<float>>(a, lda, rows, count, from, to, b, ldb, n, c, ldc, overwrite);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Lanes128, Vector128<float>>(a, lda, rows, count, from, to, b, ldb, n, c, ldc, overwrite);
        }
        else
        {
            Run<Lanes1, float>(a, lda, rows, count, from, to, b, ldb, n, c, ldc, overwrite);
        }
    }

    static void Run<TLanes, TVector>(float* a, nint lda, int* rows, int count, int from, int to, float* b, nint ldb, int n, float* c,
        nint ldc, bool overwrite)
        where TLanes : ILanes<TVector> where TVector : struct
    {
        var blockRows = Math.Min(count, BlockRows);
        var blockColumns = Math.Min((to - from + Height - 1) / Height * Height, BlockColumns);
        var strip = blockRows * Height + StripGap;
        var packB = ldb > NarrowRow || to - from > FewColumns;
        Ahead ahead = default;
        fixed (float* strips = Scratch.First(rows == null ? 0 : blockColumns / Height * strip), panel = Scratch.Second(blockRows * Panels.Widest))
        {
            for (var r = 0; r < count; r += blockRows)
            {
                var size = Math.Min(blockRows, count - r);
                for (var i = from; i < to; i += blockColumns)
                {
                    var columns = Math.Min(blockColumns, to - i);
                    for (var q = 0; q < size && rows != null; q++)
                    {
                        if (q + Ahead < size)
                        {
                            Prefetch.Row(a + rows[r + q + Ahead] * lda + i, columns);
                        }
                        PackRow(a + rows[r + q] * lda + i, columns, strips + q * Height, strip);
                    }
                    for (int j = 0, width; j < n; j += width)
                    {
                        width = Panels.Next(n - j);
                        var used = Math.Min(width, n - j);
                        var source = b + r * ldb + j;
                        var packed = packB || used < width;
                        if (packed)
                        {
                            Panels.PackPanel(source, ldb, size, used, width, panel);
                        }
                        var p = new Product { A = strips, LdA = 1, Step = Height, K = size, C = c + i * ldc + j, LdC = ldc };
                        if (rows == null)
                        {
                            p.A = a + r * lda + i;
                            p.Step = lda;
                        }
                        for (var s = 0; s < columns; s += Height)
                        {
                            if (j == 0 && rows == null && s % Line == 0 && s + Line < columns)
                            {
                                Prefetch.Column(p.A + Line, lda, size);
                            }
                            if (s + Height < columns)
                            {
                                Prefetch.Rows(p.C + Height * ldc, ldc, Math.Min(Height, columns - s - Height), used);
                            }
                            var (right, ldRight) = packed ? ((nint)panel, width) : ((nint)source, ldb);
                            var height = Math.Min(Height, columns - s);
                            if (overwrite && r == 0)
                            {
                                GemmDriver.Panel<TLanes, TVector, StoreFinish>(p, 0, height, 0, 0, used, width, (float*)right, ldRight, ref ahead);
                            }
                            else
                            {
                                GemmDriver.Panel<TLanes, TVector, Continued<StoreFinish>>(p, 0, height, 0, 0, used, width, (float*)right, ldRight, ref ahead);
                            }
                            p.A += rows == null ? Height : strip;
                            p.C += Height * ldc;
                        }
                    }
                }
            }
        }
    }

    /// <summary>One row of A into its place in every strip [row][8].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackRow(float* a, int columns, float* strip, nint stripLength)
    {
        var i = 0;
        for (; i <= columns - Height; i += Height)
        {
            Vector256.Store(Vector256.Load(a + i), strip);
            strip += stripLength;
        }
        if (i < columns)
        {
            for (var q = 0; q < Height; q++)
            {
                strip[q] = i + q < columns ? a[i + q] : 0;
            }
        }
    }
}
