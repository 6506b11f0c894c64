using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>Softmax, its masked form and its logarithm. Sixteen rows at a time are turned so that a lane is a row: every step is then
/// an operation on whole vectors, and a row's sums run over its columns in ascending order, whatever rows stand beside it.</summary>
public static unsafe partial class Softmax
{
    const int Lanes = VectorLoops.Lanes;

    /// <summary>y = softmax of each row of x [rows, cols].</summary>
    public static void Rows(ReadOnlySpan<float> x, int rows, int cols, Span<float> y)
    {
        if (Prepare(rows, cols, x.Length, y.Length) == 0)
        {
            return;
        }
        fixed (float* px = x, py = y, turned = Scratch.First(cols * Lanes))
        {
            for (var r = 0; r < rows; r += Lanes)
            {
                var count = Math.Min(Lanes, rows - r);
                Transposition.Turn(px + (nint)r * cols, count, cols, turned);
                Exponentials(turned, cols);
                Transposition.TurnBack(turned, count, cols, py + (nint)r * cols);
            }
        }
    }

    /// <summary>Softmax over the columns whose mask is not 0; exactly 0 elsewhere, and in the whole row when no column is left.</summary>
    public static void MaskedRows(ReadOnlySpan<float> x, ReadOnlySpan<float> mask, int rows, int cols, Span<float> y)
    {
        var length = Prepare(rows, cols, Math.Min(x.Length, mask.Length), y.Length);
        if (length == 0)
        {
            return;
        }
        fixed (float* px = x, pm = mask, py = y)
        {
            VectorLoops.Map<ExcludeOperator>(px, pm, py, length, 0);
        }
        Rows(y, rows, cols, y);
    }

    /// <summary>dx += y (dy - sum over the row of dy y), from the forward output y of either softmax. Rows of 16 columns and more sum in
    /// the order of <see cref="Vectors.Dot(ReadOnlySpan{float}, ReadOnlySpan{float})"/>.</summary>
    public static void RowsBackward(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, int rows, int cols)
    {
        var length = Prepare(rows, cols, Math.Min(y.Length, dy.Length), dx.Length);
        fixed (float* py = y, pdy = dy, pdx = dx)
        {
            for (nint offset = 0; offset < length; offset += cols)
            {
                RowBackward(py + offset, pdy + offset, pdx + offset, cols);
            }
        }
    }

    readonly struct ExcludeOperator : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Apply(Vector512<float> x, Vector512<float> mask, Vector512<float> scale) =>
            Vector512.ConditionalSelect(Vector512.Equals(mask, Vector512<float>.Zero), Vector512.Create(float.NegativeInfinity), x);
    }

    /// <summary>Softmax over the vectors of <paramref name="x"/>, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Exponentials(float* x, int count)
    {
        var max = Max(x, count, Lanes);
        Vector512<float> sum = default;
        for (var i = 0; i < count; i++)
        {
            var e = VectorMath.Exp(Vector512.Load(x + i * Lanes) - max);
            Vector512.Store(e, x + i * Lanes);
            sum += e;
        }
        var empty = Vector512.Equals(sum, Vector512<float>.Zero);
        var factor = Vector512.ConditionalSelect(empty, Vector512<float>.Zero, Vector512<float>.One / sum);
        for (var i = 0; i < count; i++)
        {
            Vector512.Store(Vector512.Load(x + i * Lanes) * factor, x + i * Lanes);
        }
    }

    /// <summary>The largest value of each lane; NaN when there is one; 0 where all are minus infinity, so that
    /// subtracting it leaves minus infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Max(float* x, int count, int stride)
    {
        var max = Vector512.Load(x);
        for (var i = 1; i < count; i++)
        {
            var value = Vector512.Load(x + i * stride);
            max = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(value, max), max, value);
        }
        var none = Vector512.Equals(max, Vector512.Create(float.NegativeInfinity));
        return Vector512.ConditionalSelect(none, Vector512<float>.Zero, max);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void RowBackward(float* y, float* dy, float* dx, int cols)
    {
        var j = 0;
        var sum = 0f;
        if (cols >= Lanes)
        {
            sum = Vectors.Dot(dy, y, cols);
            var all = Vector512.Create(sum);
            for (; j <= cols - Lanes; j += Lanes)
            {
                var gradient = Vector512.Load(dy + j) - all;
                Vector512.Store(Vector512.FusedMultiplyAdd(Vector512.Load(y + j), gradient, Vector512.Load(dx + j)), dx + j);
            }
        }
        else
        {
            for (var i = 0; i < cols; i++)
            {
                sum = MathF.FusedMultiplyAdd(dy[i], y[i], sum);
            }
        }
        for (; j < cols; j++)
        {
            dx[j] = MathF.FusedMultiplyAdd(y[j], dy[j] - sum, dx[j]);
        }
    }

    static int Prepare(int rows, int cols, int input, int output)
    {
        Check.Size(rows);
        Check.Size(cols);
        var length = checked(rows * cols);
        Check.Length(input, length);
        Check.Length(output, length);
        return length;
    }
}
