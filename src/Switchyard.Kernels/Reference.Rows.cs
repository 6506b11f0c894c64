using System.Numerics;

namespace Switchyard.Kernels;

public static partial class Reference
{
    /// <summary><see cref="Rows.Gather"/>.</summary>
    public static void RowsGather<T>(ReadOnlySpan<T> x, int width, ReadOnlySpan<int> ids, Span<T> y, int ldy)
        where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < ids.Length; i++)
        {
            for (var j = 0; j < width; j++)
            {
                y[i * ldy + j] = x[ids[i] * width + j];
            }
        }
    }

    /// <summary><see cref="Rows.ScatterAdd"/>.</summary>
    public static void RowsScatterAdd<T>(ReadOnlySpan<T> dy, int ldy, int width, ReadOnlySpan<int> ids, Span<T> dx)
        where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < ids.Length; i++)
        {
            for (var j = 0; j < width; j++)
            {
                dx[ids[i] * width + j] += dy[i * ldy + j];
            }
        }
    }

    /// <summary><see cref="Rows.Combine"/>.</summary>
    public static void RowsCombine<T>(ReadOnlySpan<int> start, ReadOnlySpan<int> pair, ReadOnlySpan<T> weight, ReadOnlySpan<T> h, int width,
        int fromRow, int toRow, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var b = fromRow; b < toRow; b++)
        {
            for (var j = 0; j < width; j++)
            {
                var sum = T.Zero;
                for (var e = start[b]; e < start[b + 1]; e++)
                {
                    sum = T.FusedMultiplyAdd(weight[e], h[pair[e] * width + j], sum);
                }
                y[b * width + j] = sum;
            }
        }
    }

    /// <summary><see cref="Rows.CombineBackwardValues"/>.</summary>
    public static void RowsCombineBackwardValues<T>(ReadOnlySpan<int> start, ReadOnlySpan<int> pair, ReadOnlySpan<T> weight,
        ReadOnlySpan<T> dy, ReadOnlySpan<T> h, int width, int fromRow, int toRow, Span<T> dh, Span<T> dweight, bool accumulate)
        where T : IBinaryFloatingPointIeee754<T>
    {
        for (var b = fromRow; b < toRow; b++)
        {
            var gradient = dy.Slice(b * width, width);
            for (var e = start[b]; e < start[b + 1]; e++)
            {
                dweight[e] = VectorsDot(gradient, h.Slice(pair[e] * width, width));
                for (var j = 0; j < width; j++)
                {
                    ref var target = ref dh[pair[e] * width + j];
                    target = accumulate ? T.FusedMultiplyAdd(weight[e], gradient[j], target) : weight[e] * gradient[j];
                }
            }
        }
    }
}
