using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>Elementwise operations and fixed-order reductions over spans of equal length. An element's bits depend on its inputs
/// only, never on its place in the span.</summary>
public static unsafe class Vectors
{
    /// <summary>y += x.</summary>
    public static void Add(ReadOnlySpan<float> x, Span<float> y)
    {
        Check.Same(y.Length, x.Length);
        fixed (float* px = x, py = y)
        {
            VectorLoops.Map<AddOperator>(px, py, py, x.Length, 0);
        }
    }

    /// <summary>y += alpha x, fused.</summary>
    public static void Axpy(float alpha, ReadOnlySpan<float> x, Span<float> y)
    {
        Check.Same(y.Length, x.Length);
        fixed (float* px = x, py = y)
        {
            VectorLoops.Map<AxpyOperator>(px, py, py, x.Length, alpha);
        }
    }

    /// <summary>x = alpha x.</summary>
    public static void Scale(float alpha, Span<float> x)
    {
        fixed (float* px = x)
        {
            VectorLoops.Map<ScaleOperator>(px, px, x.Length, alpha);
        }
    }

    /// <summary>y = x.</summary>
    public static void Copy(ReadOnlySpan<float> x, Span<float> y)
    {
        Check.Same(y.Length, x.Length);
        x.CopyTo(y);
    }

    /// <summary>y = max(0, x); NaN stays NaN.</summary>
    public static void Relu(ReadOnlySpan<float> x, Span<float> y)
    {
        Check.Same(y.Length, x.Length);
        fixed (float* px = x, py = y)
        {
            VectorLoops.Map<ReluOperator>(px, py, x.Length, 0);
        }
    }

    /// <summary>dx += dy where the forward output y is above 0.</summary>
    public static void ReluBackward(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        Check.Same(dy.Length, y.Length);
        Check.Same(dx.Length, y.Length);
        fixed (float* py = y, pdy = dy, pdx = dx)
        {
            VectorLoops.MapInto<ReluBackwardOperator>(py, pdy, pdx, y.Length);
        }
    }

    /// <summary>dy = 0 where the forward output y is not above 0.</summary>
    public static void MaskRelu(ReadOnlySpan<float> y, Span<float> dy)
    {
        Check.Same(dy.Length, y.Length);
        fixed (float* py = y, pdy = dy)
        {
            VectorLoops.Map<MaskReluOperator>(py, pdy, pdy, y.Length, 0);
        }
    }

    /// <summary>z = x y.</summary>
    public static void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z)
    {
        Check.Same(y.Length, x.Length);
        Check.Same(z.Length, x.Length);
        fixed (float* px = x, py = y, pz = z)
        {
            VectorLoops.Map<MultiplyOperator>(px, py, pz, x.Length, 0);
        }
    }

    /// <summary>z += x y, fused.</summary>
    public static void MultiplyAdd(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z)
    {
        Check.Same(y.Length, x.Length);
        Check.Same(z.Length, x.Length);
        fixed (float* px = x, py = y, pz = z)
        {
            VectorLoops.MapInto<MultiplyAddOperator>(px, py, pz, x.Length);
        }
    }

    /// <summary>y = e^x within 2 ulp; a result that would be denormal is 0.</summary>
    public static void Exp(ReadOnlySpan<float> x, Span<float> y)
    {
        Check.Same(y.Length, x.Length);
        fixed (float* px = x, py = y)
        {
            VectorLoops.Map<ExpOperator>(px, py, x.Length, 0);
        }
    }

    /// <summary>y = natural logarithm of x within 2 ulp; a denormal counts as 0.</summary>
    public static void Log(ReadOnlySpan<float> x, Span<float> y)
    {
        Check.Same(y.Length, x.Length);
        fixed (float* px = x, py = y)
        {
            VectorLoops.Map<LogOperator>(px, py, x.Length, 0);
        }
    }

    /// <summary>y = 1 / (1 + e^-x).</summary>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y)
    {
        Check.Same(y.Length, x.Length);
        fixed (float* px = x, py = y)
        {
            VectorLoops.Map<SigmoidOperator>(px, py, x.Length, 0);
        }
    }

    /// <summary>Sum of x^2 in double precision: 16 chains, element i in chain i mod 16, then a tree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(ReadOnlySpan<float> x)
    {
        Vector512<double> low = default, high = default;
        fixed (float* px = x)
        {
            var i = 0;
            for (; i <= x.Length - VectorLoops.Lanes; i += VectorLoops.Lanes)
            {
                AddSquares(Vector512.Load(px + i), ref low, ref high);
            }
            if (i < x.Length)
            {
                AddSquares(VectorLoops.Tail(px, i, x.Length), ref low, ref high);
            }
        }
        var eight = low + high;
        var four = eight.GetLower() + eight.GetUpper();
        return four.GetElement(0) + four.GetElement(2) + (four.GetElement(1) + four.GetElement(3));
    }

    /// <summary>Sum in double precision of the x whose mask is not 0, and how many there are: 16 chains, element i in chain i mod 16, then a
    /// tree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumWhere(ReadOnlySpan<float> x, ReadOnlySpan<float> mask, out int count)
    {
        Check.Same(mask.Length, x.Length);
        Vector512<double> low = default, high = default;
        Vector512<int> counts = default;
        fixed (float* px = x, pmask = mask)
        {
            var i = 0;
            for (; i <= x.Length - VectorLoops.Lanes; i += VectorLoops.Lanes)
            {
                AddWhere(Vector512.Load(px + i), Vector512.Load(pmask + i), ref low, ref high, ref counts);
            }
            if (i < x.Length)
            {
                AddWhere(VectorLoops.Tail(px, i, x.Length), VectorLoops.Tail(pmask, i, x.Length), ref low, ref high, ref counts);
            }
        }
        count = Vector512.Sum(counts);
        var eight = low + high;
        var four = eight.GetLower() + eight.GetUpper();
        return four.GetElement(0) + four.GetElement(2) + (four.GetElement(1) + four.GetElement(3));
    }

    /// <summary>Sum of x y: 16 fused chains, element i in chain i mod 16, then a tree.</summary>
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        Check.Same(y.Length, x.Length);
        fixed (float* px = x, py = y)
        {
            return Dot(px, py, x.Length);
        }
    }

    internal static float Dot(float* x, float* y, int length)
    {
        var full = length / VectorLoops.Lanes * VectorLoops.Lanes;
        var sum = DotFull(x, y, full);
        if (full < length)
        {
            sum = Vector512.FusedMultiplyAdd(VectorLoops.Tail(x, full, length), VectorLoops.Tail(y, full, length), sum);
        }
        return VectorMath.Sum(sum);
    }

    /// <summary>Apart from the tail: a call behind the loop would keep the sum in memory inside it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static Vector512<float> DotFull(float* x, float* y, int length)
    {
        Vector512<float> sum = default;
        for (var i = 0; i < length; i += VectorLoops.Lanes)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sum);
        }
        return sum;
    }

    /// <summary>c[j] += sum over rows r, in order, of b[r * ldb + j], for j &lt; n: one chain of additions per column.</summary>
    public static void ColumnSums(ReadOnlySpan<float> b, int ldb, int rows, int n, Span<float> c)
    {
        Check.Size(rows);
        Check.Size(n);
        Check.Length(b.Length, Check.Extent(rows, ldb, n));
        Check.Length(c.Length, n);
        fixed (float* pb = b, pc = c)
        {
            var j = 0;
            for (; j <= n - 4 * VectorLoops.Lanes; j += 4 * VectorLoops.Lanes)
            {
                ColumnSums(pb + j, ldb, rows, pc + j);
            }
            for (; j <= n - VectorLoops.Lanes; j += VectorLoops.Lanes)
            {
                var sum = Vector512.Load(pc + j);
                for (nint r = 0; r < rows; r++)
                {
                    sum += Vector512.Load(pb + r * ldb + j);
                }
                Vector512.Store(sum, pc + j);
            }
            for (; j < n; j++)
            {
                var sum = pc[j];
                for (nint r = 0; r < rows; r++)
                {
                    sum += pb[r * ldb + j];
                }
                pc[j] = sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ColumnSums(float* b, nint ldb, int rows, float* c)
    {
        const int Lanes = VectorLoops.Lanes;
        Vector512<float> s0 = Vector512.Load(c), s1 = Vector512.Load(c + Lanes), s2 = Vector512.Load(c + 2 * Lanes),
            s3 = Vector512.Load(c + 3 * Lanes);
        for (var r = 0; r < rows; r++, b += ldb)
        {
            s0 += Vector512.Load(b);
            s1 += Vector512.Load(b + Lanes);
            s2 += Vector512.Load(b + 2 * Lanes);
            s3 += Vector512.Load(b + 3 * Lanes);
        }
        Vector512.Store(s0, c);
        Vector512.Store(s1, c + Lanes);
        Vector512.Store(s2, c + 2 * Lanes);
        Vector512.Store(s3, c + 3 * Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddSquares(Vector512<float> x, ref Vector512<double> low, ref Vector512<double> high)
    {
        var (a, b) = Vector512.Widen(x);
        low += a * a;
        high += b * b;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddWhere(Vector512<float> x, Vector512<float> mask, ref Vector512<double> low, ref Vector512<double> high, ref Vector512<int> counts)
    {
        var left = Vector512.Equals(mask, Vector512<float>.Zero);
        var (a, b) = Vector512.Widen(Vector512.ConditionalSelect(left, Vector512<float>.Zero, x));
        low += a;
        high += b;
        counts += left.AsInt32() + Vector512<int>.One;
    }
}
