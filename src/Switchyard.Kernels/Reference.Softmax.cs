using System.Numerics;

namespace Switchyard.Kernels;

public static partial class Reference
{
    /// <summary><see cref="Softmax.Rows"/>.</summary>
    public static void SoftmaxRows<T>(ReadOnlySpan<T> x, int rows, int cols, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        Span<T> all = new T[rows * cols];
        all.Fill(T.One);
        SoftmaxMaskedRows(x, all, rows, cols, y);
    }

    /// <summary><see cref="Softmax.Columns"/>.</summary>
    public static void SoftmaxColumns<T>(Span<T> x, int count) where T : IBinaryFloatingPointIeee754<T>
    {
        var column = new T[count];
        for (var lane = 0; lane < VectorLoops.Lanes; lane++)
        {
            for (var i = 0; i < count; i++)
            {
                column[i] = x[i * VectorLoops.Lanes + lane];
            }
            SoftmaxRows<T>(column, 1, count, column);
            for (var i = 0; i < count; i++)
            {
                x[i * VectorLoops.Lanes + lane] = column[i];
            }
        }
    }

    /// <summary><see cref="Softmax.MaskedRows"/>.</summary>
    public static void SoftmaxMaskedRows<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> mask, int rows, int cols, Span<T> y)
        where T : IBinaryFloatingPointIeee754<T>
    {
        for (var r = 0; r < rows; r++)
        {
            var max = T.NegativeInfinity;
            for (var i = r * cols; i < (r + 1) * cols; i++)
            {
                max = mask[i] != T.Zero ? T.Max(max, x[i]) : max;
            }
            var sum = T.Zero;
            for (var i = r * cols; i < (r + 1) * cols; i++)
            {
                y[i] = mask[i] != T.Zero ? T.Exp(x[i] - max) : T.Zero;
                sum += y[i];
            }
            for (var i = r * cols; i < (r + 1) * cols; i++)
            {
                y[i] = sum == T.Zero ? T.Zero : y[i] / sum;
            }
        }
    }

    /// <summary><see cref="Softmax.RowsBackward"/>.</summary>
    public static void SoftmaxRowsBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rows, int cols)
        where T : IBinaryFloatingPointIeee754<T>
    {
        for (var r = 0; r < rows; r++)
        {
            var sum = T.Zero;
            for (var i = r * cols; i < (r + 1) * cols; i++)
            {
                sum += dy[i] * y[i];
            }
            for (var i = r * cols; i < (r + 1) * cols; i++)
            {
                dx[i] += y[i] * (dy[i] - sum);
            }
        }
    }

    /// <summary><see cref="Softmax.LogRows"/>.</summary>
    public static void SoftmaxLogRows<T>(ReadOnlySpan<T> x, int rows, int cols, Span<T> y) where T : IBinaryFloatingPointIeee754<T> =>
        SoftmaxLogGates(x, rows, cols, 1, y);

    /// <summary><see cref="Softmax.LogRowsBackward"/>.</summary>
    public static void SoftmaxLogRowsBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rows, int cols)
        where T : IBinaryFloatingPointIeee754<T> =>
        SoftmaxLogGatesBackward(y, dy, dx, rows, cols, 1);

    /// <summary><see cref="Softmax.LogGates"/>.</summary>
    public static void SoftmaxLogGates<T>(ReadOnlySpan<T> x, int rows, int groups, int cols, Span<T> y)
        where T : IBinaryFloatingPointIeee754<T>
    {
        for (var b = 0; b < rows; b++)
        {
            for (var k = 0; k < cols; k++)
            {
                var max = T.NegativeInfinity;
                for (var j = 0; j < groups; j++)
                {
                    max = T.Max(max, x[(b * groups + j) * cols + k]);
                }
                var sum = T.Zero;
                for (var j = 0; j < groups; j++)
                {
                    sum += T.Exp(x[(b * groups + j) * cols + k] - max);
                }
                for (var j = 0; j < groups; j++)
                {
                    y[(b * groups + j) * cols + k] = x[(b * groups + j) * cols + k] - max - T.Log(sum);
                }
            }
        }
    }

    /// <summary><see cref="Softmax.LogGatesBackward"/>.</summary>
    public static void SoftmaxLogGatesBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rows, int groups, int cols)
        where T : IBinaryFloatingPointIeee754<T>
    {
        for (var b = 0; b < rows; b++)
        {
            for (var k = 0; k < cols; k++)
            {
                var sum = T.Zero;
                for (var j = 0; j < groups; j++)
                {
                    sum += dy[(b * groups + j) * cols + k];
                }
                for (var j = 0; j < groups; j++)
                {
                    var i = (b * groups + j) * cols + k;
                    dx[i] += dy[i] - T.Exp(y[i]) * sum;
                }
            }
        }
    }
}
