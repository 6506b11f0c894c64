using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

public static unsafe partial class Softmax
{
    /// <summary>Elements whose exponentials are held at a time: they stay in the first-level cache.</summary>
    const int Chunk = 2048;

    /// <summary>y = log softmax of each row of x [rows, cols].</summary>
    public static void LogRows(ReadOnlySpan<float> x, int rows, int cols, Span<float> y) => LogGates(x, rows, cols, 1, y);

    /// <summary>dx += dy - e^y sum over the row of dy, from the forward output y of <see cref="LogRows"/>.</summary>
    public static void LogRowsBackward(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, int rows, int cols) =>
        LogGatesBackward(y, dy, dx, rows, cols, 1);

    /// <summary>Log softmax over the gates, for each row b and column k: y[b, j, k] = x[b, j, k] - log sum over j of e^x[b, j, k]
    /// (AESM2's gates: over the gates, per expert).</summary>
    /// <param name="x">[rows, gates, cols].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="gates">Members j of a softmax.</param>
    /// <param name="cols">Independent columns k.</param>
    /// <param name="y">The shape of x.</param>
    public static void LogGates(ReadOnlySpan<float> x, int rows, int gates, int cols, Span<float> y)
    {
        var width = checked(gates * cols);
        if (Prepare(rows, width, x.Length, y.Length) == 0)
        {
            return;
        }
        if (cols % Lanes == 0)
        {
            LogWideGates(x, rows, gates, cols, y);
            return;
        }
        fixed (float* px = x, py = y, turned = Scratch.First(width * Lanes))
        {
            for (var r = 0; r < rows; r += Lanes)
            {
                var count = Math.Min(Lanes, rows - r);
                Transposition.Turn(px + (nint)r * width, count, width, turned);
                for (var k = 0; k < cols; k++)
                {
                    Logarithms(turned + k * Lanes, turned + k * Lanes, gates, cols * Lanes);
                }
                Transposition.TurnBack(turned, count, width, py + (nint)r * width);
            }
        }
    }

    /// <summary>Sixteen columns of a row stand side by side already: nothing has to be turned, and a lane computes the same bits.</summary>
    static void LogWideGates(ReadOnlySpan<float> x, int rows, int gates, int cols, Span<float> y)
    {
        fixed (float* px = x, py = y)
        {
            for (var r = 0; r < rows; r++)
            {
                var start = (nint)r * gates * cols;
                for (var k = 0; k < cols; k += Lanes)
                {
                    Logarithms(px + start + k, py + start + k, gates, cols);
                }
            }
        }
    }

    /// <summary>dx[b, j, k] += dy[b, j, k] - e^y[b, j, k] sum over j' of dy[b, j', k], from the forward output y.</summary>
    public static void LogGatesBackward(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, int rows, int gates, int cols)
    {
        var width = checked(gates * cols);
        var length = Prepare(rows, width, Math.Min(y.Length, dy.Length), dx.Length);
        if (length == 0)
        {
            return;
        }
        if (cols % Lanes == 0)
        {
            fixed (float* py = y, pdy = dy, pdx = dx)
            {
                for (var row = 0; row < length; row += width)
                {
                    for (var k = 0; k < cols; k += Lanes)
                    {
                        WideBackward(py + row + k, pdy + row + k, pdx + row + k, gates, cols);
                    }
                }
            }
            return;
        }
        var chunk = Math.Max(1, Chunk / width) * width;
        fixed (float* py = y, pdy = dy, pdx = dx, exps = Scratch.First(chunk))
        {
            for (var start = 0; start < length; start += chunk)
            {
                var end = Math.Min(start + chunk, length);
                VectorLoops.Map<ExpOperator>(py + start, exps, end - start, 0);
                for (var row = start; row < end; row += width)
                {
                    RowBackward(exps + (row - start), pdy + row, pdx + row, gates, cols);
                }
            }
        }
    }

    /// <summary>Sixteen columns side by side. Most columns have no gradient, for a row chose few of them: sixteen without are left as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void WideBackward(float* y, float* dy, float* dx, int gates, int stride)
    {
        Vector512<float> sum = default, any = default;
        for (var i = 0; i < gates; i++)
        {
            var gradient = Vector512.Load(dy + i * stride);
            sum += gradient;
            any |= gradient;
        }
        if (Vector512.EqualsAll(any, Vector512<float>.Zero))
        {
            return;
        }
        for (var i = 0; i < gates; i++)
        {
            var e = VectorMath.Exp(Vector512.Load(y + i * stride));
            var gradient = Vector512.FusedMultiplyAdd(-e, sum, Vector512.Load(dy + i * stride));
            Vector512.Store(Vector512.Load(dx + i * stride) + gradient, dx + i * stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void RowBackward(float* exps, float* dy, float* dx, int gates, int cols)
    {
        for (var k = 0; k < cols; k++)
        {
            var sum = 0f;
            for (var i = k; i < gates * cols; i += cols)
            {
                sum += dy[i];
            }
            for (var i = k; i < gates * cols; i += cols)
            {
                dx[i] += MathF.FusedMultiplyAdd(-exps[i], sum, dy[i]);
            }
        }
    }

    /// <summary>Log softmax over vectors <paramref name="stride"/> floats apart; y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Logarithms(float* x, float* y, int count, int stride)
    {
        var max = Max(x, count, stride);
        Vector512<float> sum = default;
        for (var i = 0; i < count; i++)
        {
            var shifted = Vector512.Load(x + i * stride) - max;
            Vector512.Store(shifted, y + i * stride);
            sum += VectorMath.Exp(shifted);
        }
        var log = VectorMath.Log(sum);
        for (var i = 0; i < count; i++)
        {
            Vector512.Store(Vector512.Load(y + i * stride) - log, y + i * stride);
        }
    }
}
