using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>Moving rows: gather, scatter, and the weighted combination of expert outputs.</summary>
public static unsafe class Rows
{
    /// <summary>So many gathered rows ahead are asked for.</summary>
    const int Ahead = 8;

    /// <summary>The same of rows that are combined.</summary>
    const int RowsAhead = 3;

    /// <summary>y[i * ldy + j] = x[ids[i] * width + j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(ReadOnlySpan<float> x, int width, ReadOnlySpan<int> ids, Span<float> y, int ldy)
    {
        Check.Size(width);
        Check.RowIds(ids, ids.Length, width, width, x.Length);
        Check.Length(y.Length, Check.Extent(ids.Length, ldy, width));
        fixed (float* px = x, py = y)
        {
            for (var i = 0; i < ids.Length; i++)
            {
                if (i + Ahead < ids.Length)
                {
                    Prefetch.ShortRow(px + (nint)ids[i + Ahead] * width, width);
                }
                Copy(px + (nint)ids[i] * width, py + (nint)i * ldy, width);
            }
        }
    }

    /// <summary>dx[ids[i] * width + j] += dy[i * ldy + j], rows in ascending i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScatterAdd(ReadOnlySpan<float> dy, int ldy, int width, ReadOnlySpan<int> ids, Span<float> dx)
    {
        Check.Size(width);
        Check.RowIds(ids, ids.Length, width, width, dx.Length);
        Check.Length(dy.Length, Check.Extent(ids.Length, ldy, width));
        fixed (float* pdy = dy, pdx = dx)
        {
            for (var i = 0; i < ids.Length; i++)
            {
                var target = pdx + (nint)ids[i] * width;
                VectorLoops.Map<AddOperator>(pdy + (nint)i * ldy, target, target, width, 0);
            }
        }
    }

    /// <summary>y[b, :] = sum over the entries e of row b, in list order, of weight[e] * h[pair[e], :], a fused chain from 0.</summary>
    /// <param name="start">Entries of row b are start[b] to start[b + 1].</param>
    /// <param name="pair">Row of h of each entry.</param>
    /// <param name="weight">Weight of each entry.</param>
    /// <param name="h">[pairs, width].</param>
    /// <param name="width">Columns of h and y.</param>
    /// <param name="fromRow">First row computed.</param>
    /// <param name="toRow">Row behind the last.</param>
    /// <param name="y">[rows, width]; only the rows computed are written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Combine(ReadOnlySpan<int> start, ReadOnlySpan<int> pair, ReadOnlySpan<float> weight, ReadOnlySpan<float> h,
        int width, int fromRow, int toRow, Span<float> y)
    {
        CheckEntries(start, pair, weight.Length, h.Length, width, fromRow, toRow);
        Check.Length(y.Length, (long)toRow * width);
        fixed (float* ph = h, py = y, pw = weight)
        fixed (int* pp = pair)
        {
            for (var b = fromRow; b < toRow; b++)
            {
                for (var e = start[Math.Min(b + RowsAhead, toRow)]; e < start[Math.Min(b + RowsAhead + 1, toRow)]; e++)
                {
                    Prefetch.Row(ph + (nint)pp[e] * width, width);
                }
                CombineRow(pp + start[b], pw + start[b], start[b + 1] - start[b], ph, width, py + (nint)b * width);
            }
        }
    }

    /// <summary>Gradients of <see cref="Combine"/> for the entries e of rows [fromRow, toRow):
    /// dh[pair[e], :] = or += weight[e] * dy[row, :], and dweight[e] = dot(dy[row, :], h[pair[e], :]).</summary>
    /// <param name="start">Entries of row b are start[b] to start[b + 1].</param>
    /// <param name="pair">Row of h of each entry.</param>
    /// <param name="weight">Weight of each entry.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="h">[pairs, width].</param>
    /// <param name="width">Columns of h and dy.</param>
    /// <param name="fromRow">First row.</param>
    /// <param name="toRow">Row behind the last.</param>
    /// <param name="dh">[pairs, width].</param>
    /// <param name="dweight">One value per entry, overwritten.</param>
    /// <param name="accumulate">Whether dh is added to (fused) or overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CombineBackwardValues(ReadOnlySpan<int> start, ReadOnlySpan<int> pair, ReadOnlySpan<float> weight,
        ReadOnlySpan<float> dy, ReadOnlySpan<float> h, int width, int fromRow, int toRow, Span<float> dh, Span<float> dweight, bool accumulate)
    {
        CheckEntries(start, pair, Math.Min(weight.Length, dweight.Length), Math.Min(h.Length, dh.Length), width, fromRow, toRow);
        Check.Length(dy.Length, (long)toRow * width);
        fixed (float* pdy = dy, ph = h, pdh = dh)
        {
            for (var b = fromRow; b < toRow; b++)
            {
                var gradient = pdy + (nint)b * width;
                for (var e = start[Math.Min(b + RowsAhead, toRow)]; e < start[Math.Min(b + RowsAhead + 1, toRow)]; e++)
                {
                    Prefetch.Row(ph + (nint)pair[e] * width, width);
                    Prefetch.Row(pdh + (nint)pair[e] * width, width);
                }
                for (var e = start[b]; e < start[b + 1]; e++)
                {
                    var offset = (nint)pair[e] * width;
                    dweight[e] = Vectors.Dot(gradient, ph + offset, width);
                    if (accumulate)
                    {
                        VectorLoops.Map<AxpyOperator>(gradient, pdh + offset, pdh + offset, width, weight[e]);
                    }
                    else
                    {
                        VectorLoops.Map<ScaleOperator>(gradient, pdh + offset, width, weight[e]);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void CombineRow(int* pair, float* weight, int count, float* h, int width, float* y)
    {
        var j = 0;
        for (; j <= width - VectorLoops.Lanes; j += VectorLoops.Lanes)
        {
            Vector512<float> sum = default;
            for (var e = 0; e < count; e++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(weight[e]), Vector512.Load(h + (nint)pair[e] * width + j), sum);
            }
            Vector512.Store(sum, y + j);
        }
        for (; j < width; j++)
        {
            var sum = 0f;
            for (var e = 0; e < count; e++)
            {
                sum = MathF.FusedMultiplyAdd(weight[e], h[(nint)pair[e] * width + j], sum);
            }
            y[j] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Copy(float* source, float* target, int width)
    {
        // A call into the runtime costs more than the copy at the usual embedding widths.
        var j = 0;
        for (; j <= width - VectorLoops.Lanes; j += VectorLoops.Lanes)
        {
            Vector512.Store(Vector512.Load(source + j), target + j);
        }
        for (; j < width; j++)
        {
            target[j] = source[j];
        }
    }

    static void CheckEntries(ReadOnlySpan<int> start, ReadOnlySpan<int> pair, int weights, int values, int width, int fromRow, int toRow)
    {
        Check.Size(width);
        Check.Size(fromRow);
        Check.Size(toRow - fromRow);
        Check.Length(start.Length, toRow + 1L);
        var (first, last) = (start[fromRow], start[toRow]);
        Check.Size(first);
        Check.Size(last - first);
        for (var b = fromRow; b < toRow; b++)
        {
            Check.Size(start[b + 1] - start[b]);
        }
        Check.Length(weights, last);
        Check.Length(pair.Length, last);
        Check.RowIds(pair[first..last], last - first, width, width, values);
    }
}
