using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>Softmax, its masked form and its logarithm. Sixteen rows at a time are turned so that a lane is a row: every step is then
/// an operation on whole vectors, and a row's sums run over its columns in ascending order, whatever rows stand beside it.</summary>
public static unsafe partial class Softmax
{
    const int Lanes = VectorLoops.Lanes;

    /// <summary>Columns that a row may choose for them to be listed on the stack; with more, all columns are turned.</summary>
    const int MostListed = 512;

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
                Turned(px + (nint)r * cols, Math.Min(Lanes, rows - r), cols, py + (nint)r * cols, turned);
            }
        }
    }

    /// <summary>Softmax down each of the 16 columns of x [count, 16], in place: the bits of <see cref="Rows"/> of the matrix turned.</summary>
    public static void Columns(Span<float> x, int count)
    {
        Check.Size(count);
        Check.Length(x.Length, (long)count * Lanes);
        if (count == 0)
        {
            return;
        }
        fixed (float* px = x)
        {
            Exponentials(px, count);
        }
    }

    static void Turned(float* x, int rows, int cols, float* y, float* turned)
    {
        Transposition.Turn(x, rows, cols, turned);
        Exponentials(turned, cols);
        Transposition.TurnBack(turned, rows, cols, y);
    }

    /// <summary>Softmax over the columns whose mask is not 0; exactly 0 elsewhere, and in the whole row when no column is left.</summary>
    public static void MaskedRows(ReadOnlySpan<float> x, ReadOnlySpan<float> mask, int rows, int cols, Span<float> y)
    {
        var length = Prepare(rows, cols, Math.Min(x.Length, mask.Length), y.Length);
        if (length == 0)
        {
            return;
        }
        fixed (float* px = x, pm = mask, py = y, turned = Scratch.First(cols * Lanes))
        {
            for (var r = 0; r < rows; r += Lanes)
            {
                var (count, start) = (Math.Min(Lanes, rows - r), (nint)r * cols);
                if (cols >= Lanes && ChosenRows(px + start, pm + start, count, cols, py + start, turned))
                {
                    continue;
                }
                VectorLoops.Map<ExcludeOperator>(px + start, pm + start, py + start, count * cols, 0);
                Turned(py + start, count, cols, py + start, turned);
            }
        }
    }

    /// <summary>Up to 16 rows that chose few of their columns: those alone are turned. What is left out would add 0 to a sum, so that the bits
    /// are the same. False, with nothing written, where a row chose more than half of its columns, or more
    /// than the stack has room for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool ChosenRows(float* x, float* mask, int rows, int cols, float* y, float* turned)
    {
        var chosen = stackalloc int[Lanes];
        var longest = 0;
        for (var r = 0; r < rows; r++)
        {
            chosen[r] = CountChosen(mask + (nint)r * cols, cols);
            longest = Math.Max(longest, chosen[r]);
        }
        if (2 * longest > cols || longest > MostListed)
        {
            return false;
        }
        var columns = stackalloc int[longest * Lanes];
        new Span<float>(turned, longest * Lanes).Fill(float.NegativeInfinity);
        for (var r = 0; r < rows; r++)
        {
            var n = 0;
            for (var k = 0; n < chosen[r]; k += Lanes)
            {
                for (var bits = Chosen(mask + (nint)r * cols, k, cols); bits != 0; bits &= bits - 1)
                {
                    var column = k + BitOperations.TrailingZeroCount(bits);
                    columns[n * Lanes + r] = column;
                    turned[n++ * Lanes + r] = x[(nint)r * cols + column];
                }
            }
        }
        if (longest > 0)
        {
            Exponentials(turned, longest);
        }
        for (var r = 0; r < rows; r++)
        {
            var row = new Span<float>(y + (nint)r * cols, cols);

            // One entry that is no number makes all of them none, as their sum is.
            row.Fill(chosen[r] > 0 && float.IsNaN(turned[r]) ? float.NaN : 0);
            for (var n = 0; n < chosen[r]; n++)
            {
                row[columns[n * Lanes + r]] = turned[n * Lanes + r];
            }
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int CountChosen(float* mask, int cols)
    {
        var count = 0;
        for (var k = 0; k < cols; k += Lanes)
        {
            count += BitOperations.PopCount(Chosen(mask, k, cols));
        }
        return count;
    }

    /// <summary>One bit for each of up to 16 columns from <paramref name="k"/> on: whether it is chosen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Chosen(float* mask, int k, int cols)
    {
        var values = k <= cols - Lanes ? Vector512.Load(mask + k) : VectorLoops.Tail(mask, k, cols);
        return (uint)(~Vector512.Equals(values, Vector512<float>.Zero).ExtractMostSignificantBits() & 0xffff);
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
