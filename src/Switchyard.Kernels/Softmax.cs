namespace Switchyard.Kernels;

/// <summary>Softmax and its masked form over the columns of a row-major [rows, cols] matrix; cols is small, as a gate's number of experts.
/// Exponentials run over the contiguous buffer, sums over a row's columns in ascending order, so a row's bits depend on that row only.</summary>
public static unsafe partial class Softmax
{
    /// <summary>y = softmax of each row of x.</summary>
    public static void Rows(ReadOnlySpan<float> x, int rows, int cols, Span<float> y)
    {
        var length = Prepare(rows, cols, x.Length, y.Length);
        if (length == 0)
        {
            return;
        }
        fixed (float* px = x, py = y)
        {
            for (var r = 0; r < rows; r++)
            {
                var row = px + (nint)r * cols;
                Subtract(row, Max(row, cols), cols, py + (nint)r * cols);
            }
            VectorLoops.Map<ExpOperator>(py, py, length, 0);
            for (var r = 0; r < rows; r++)
            {
                Normalise(py + (nint)r * cols, cols);
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
            for (nint offset = 0; offset < length; offset += cols)
            {
                float* row = px + offset, on = pm + offset, target = py + offset;
                var max = float.NegativeInfinity;
                for (var j = 0; j < cols; j++)
                {
                    max = on[j] != 0 && !(row[j] <= max) ? row[j] : max;
                }
                for (var j = 0; j < cols; j++)
                {
                    target[j] = on[j] != 0 ? row[j] - max : float.NegativeInfinity;
                }
            }
            VectorLoops.Map<ExpOperator>(py, py, length, 0);
            for (var r = 0; r < rows; r++)
            {
                Normalise(py + (nint)r * cols, cols);
            }
        }
    }

    /// <summary>dx += y (dy - sum over the row of dy y), from the forward output y of either softmax.</summary>
    public static void RowsBackward(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, int rows, int cols)
    {
        var length = Prepare(rows, cols, Math.Min(y.Length, dy.Length), dx.Length);
        fixed (float* py = y, pdy = dy, pdx = dx)
        {
            for (nint offset = 0; offset < length; offset += cols)
            {
                float* output = py + offset, gradient = pdy + offset, target = pdx + offset;
                var sum = 0f;
                for (var j = 0; j < cols; j++)
                {
                    sum = MathF.FusedMultiplyAdd(gradient[j], output[j], sum);
                }
                for (var j = 0; j < cols; j++)
                {
                    target[j] = MathF.FusedMultiplyAdd(output[j], gradient[j] - sum, target[j]);
                }
            }
        }
    }

    /// <summary>The largest value; NaN when there is one.</summary>
    static float Max(float* x, int count)
    {
        var max = x[0];
        for (var j = 1; j < count; j++)
        {
            max = x[j] <= max ? max : x[j];
        }
        return max;
    }

    static void Subtract(float* x, float value, int count, float* y)
    {
        for (var j = 0; j < count; j++)
        {
            y[j] = x[j] - value;
        }
    }

    static float Sum(float* x, int count)
    {
        var sum = 0f;
        for (var j = 0; j < count; j++)
        {
            sum += x[j];
        }
        return sum;
    }

    static void Normalise(float* y, int count)
    {
        var sum = Sum(y, count);
        var factor = sum == 0 ? 0 : 1 / sum;
        for (var j = 0; j < count; j++)
        {
            y[j] *= factor;
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
