namespace Switchyard.Kernels;

public static unsafe partial class Softmax
{
    /// <summary>Elements whose exponentials are held at a time: they stay in the first-level cache.</summary>
    const int Chunk = 2048;

    /// <summary>y = log softmax of each row of x.</summary>
    public static void LogRows(ReadOnlySpan<float> x, int rows, int cols, Span<float> y) => LogGroups(x, rows, cols, 1, y);

    /// <summary>dx += dy - e^y sum over the row of dy, from the forward output y of <see cref="LogRows"/>.</summary>
    public static void LogRowsBackward(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, int rows, int cols) =>
        LogGroupsBackward(y, dy, dx, rows, cols, 1);

    /// <summary>Log softmax over the groups, for each row b and column k: y[b, j, k] = x[b, j, k] - log sum over j of e^x[b, j, k]
    /// (AESM2, equation of step 3: over the gates, per expert).</summary>
    /// <param name="x">[rows, groups, cols].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="groups">Members j of a softmax.</param>
    /// <param name="cols">Independent columns k.</param>
    /// <param name="y">The shape of x.</param>
    public static void LogGroups(ReadOnlySpan<float> x, int rows, int groups, int cols, Span<float> y)
    {
        var width = checked(groups * cols);
        var length = Prepare(rows, width, x.Length, y.Length);
        if (length == 0)
        {
            return;
        }
        var block = Math.Max(1, Chunk / width);
        fixed (float* px = x, py = y, exps = Scratch.First(block * width), logs = Scratch.Second(block * cols))
        {
            for (var r = 0; r < rows; r += block)
            {
                var count = Math.Min(block, rows - r);
                float* source = px + (nint)r * width, target = py + (nint)r * width;
                for (var b = 0; b < count; b++)
                {
                    Shift(source + b * width, groups, cols, target + b * width, logs);
                }
                VectorLoops.Map<ExpOperator>(target, exps, count * width, 0);
                for (var b = 0; b < count; b++)
                {
                    SumGroups(exps + b * width, groups, cols, logs + b * cols);
                }
                VectorLoops.Map<LogOperator>(logs, logs, count * cols, 0);
                for (var b = 0; b < count; b++)
                {
                    SubtractGroups(logs + b * cols, groups, cols, target + b * width);
                }
            }
        }
    }

    /// <summary>dx[b, j, k] += dy[b, j, k] - e^y[b, j, k] sum over j' of dy[b, j', k], from the forward output y.</summary>
    public static void LogGroupsBackward(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, int rows, int groups, int cols)
    {
        var width = checked(groups * cols);
        var length = Prepare(rows, width, Math.Min(y.Length, dy.Length), dx.Length);
        if (length == 0)
        {
            return;
        }
        var block = Math.Max(1, Chunk / width);
        fixed (float* py = y, pdy = dy, pdx = dx, exps = Scratch.First(block * width), sums = Scratch.Second(cols))
        {
            for (var r = 0; r < rows; r += block)
            {
                var count = Math.Min(block, rows - r);
                var offset = (nint)r * width;
                VectorLoops.Map<ExpOperator>(py + offset, exps, count * width, 0);
                for (var b = 0; b < count; b++)
                {
                    float* gradient = pdy + offset + b * width, target = pdx + offset + b * width, e = exps + b * width;
                    SumGroups(gradient, groups, cols, sums);
                    for (var j = 0; j < groups; j++)
                    {
                        for (var k = 0; k < cols; k++)
                        {
                            var i = j * cols + k;
                            target[i] += MathF.FusedMultiplyAdd(-e[i], sums[k], gradient[i]);
                        }
                    }
                }
            }
        }
    }

    /// <summary>y[j, k] = x[j, k] - the largest x[., k].</summary>
    static void Shift(float* x, int groups, int cols, float* y, float* max)
    {
        for (var k = 0; k < cols; k++)
        {
            max[k] = x[k];
        }
        for (var i = cols; i < groups * cols; i += cols)
        {
            for (var k = 0; k < cols; k++)
            {
                max[k] = x[i + k] <= max[k] ? max[k] : x[i + k];
            }
        }
        for (var i = 0; i < groups * cols; i += cols)
        {
            for (var k = 0; k < cols; k++)
            {
                y[i + k] = x[i + k] - max[k];
            }
        }
    }

    static void SumGroups(float* x, int groups, int cols, float* sums)
    {
        for (var k = 0; k < cols; k++)
        {
            sums[k] = x[k];
        }
        for (var i = cols; i < groups * cols; i += cols)
        {
            for (var k = 0; k < cols; k++)
            {
                sums[k] += x[i + k];
            }
        }
    }

    static void SubtractGroups(float* logs, int groups, int cols, float* y)
    {
        for (var i = 0; i < groups * cols; i += cols)
        {
            for (var k = 0; k < cols; k++)
            {
                y[i + k] -= logs[k];
            }
        }
    }
}
