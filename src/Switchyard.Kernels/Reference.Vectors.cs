using System.Numerics;

namespace Switchyard.Kernels;

public static partial class Reference
{
    /// <summary><see cref="Vectors.Add"/>.</summary>
    public static void VectorsAdd<T>(ReadOnlySpan<T> x, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            y[i] += x[i];
        }
    }

    /// <summary><see cref="Vectors.Axpy"/>.</summary>
    public static void VectorsAxpy<T>(T alpha, ReadOnlySpan<T> x, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = T.FusedMultiplyAdd(alpha, x[i], y[i]);
        }
    }

    /// <summary><see cref="Vectors.Scale"/>.</summary>
    public static void VectorsScale<T>(T alpha, Span<T> x) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = alpha * x[i];
        }
    }

    /// <summary><see cref="Vectors.Copy"/>.</summary>
    public static void VectorsCopy<T>(ReadOnlySpan<T> x, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = x[i];
        }
    }

    /// <summary><see cref="Vectors.Relu"/>.</summary>
    public static void VectorsRelu<T>(ReadOnlySpan<T> x, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = Positive(x[i]);
        }
    }

    /// <summary><see cref="Vectors.ReluBackward"/>.</summary>
    public static void VectorsReluBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            dx[i] = y[i] <= T.Zero ? dx[i] : dx[i] + dy[i];
        }
    }

    /// <summary><see cref="Vectors.MaskRelu"/>.</summary>
    public static void VectorsMaskRelu<T>(ReadOnlySpan<T> y, Span<T> dy) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            dy[i] = y[i] <= T.Zero ? T.Zero : dy[i];
        }
    }

    /// <summary><see cref="Vectors.Multiply"/>.</summary>
    public static void VectorsMultiply<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            z[i] = x[i] * y[i];
        }
    }

    /// <summary><see cref="Vectors.MultiplyAdd"/>.</summary>
    public static void VectorsMultiplyAdd<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            z[i] = T.FusedMultiplyAdd(x[i], y[i], z[i]);
        }
    }

    /// <summary><see cref="Vectors.Exp"/>.</summary>
    public static void VectorsExp<T>(ReadOnlySpan<T> x, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = T.Exp(x[i]);
        }
    }

    /// <summary><see cref="Vectors.Log"/>.</summary>
    public static void VectorsLog<T>(ReadOnlySpan<T> x, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = T.Log(x[i]);
        }
    }

    /// <summary><see cref="Vectors.Sigmoid"/>.</summary>
    public static void VectorsSigmoid<T>(ReadOnlySpan<T> x, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = T.One / (T.One + T.Exp(-x[i]));
        }
    }

    /// <summary><see cref="Vectors.SumOfSquares"/>: 16 chains, then a tree.</summary>
    public static double VectorsSumOfSquares<T>(ReadOnlySpan<T> x) where T : IBinaryFloatingPointIeee754<T>
    {
        Span<double> chains = stackalloc double[16];
        for (var i = 0; i < x.Length; i++)
        {
            var value = double.CreateChecked(x[i]);
            chains[i % 16] += value * value;
        }
        return Tree<double>(chains);
    }

    /// <summary><see cref="Vectors.Dot(ReadOnlySpan{float}, ReadOnlySpan{float})"/>: 16 chains, then a tree.</summary>
    public static T VectorsDot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        Span<T> chains = new T[16];
        for (var i = 0; i < x.Length; i++)
        {
            chains[i % 16] = T.FusedMultiplyAdd(x[i], y[i], chains[i % 16]);
        }
        return Tree<T>(chains);
    }

    /// <summary><see cref="Vectors.ColumnSums(ReadOnlySpan{float}, int, int, int, Span{float})"/>.</summary>
    public static void VectorsColumnSums<T>(ReadOnlySpan<T> b, int ldb, int rows, int n, Span<T> c) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var r = 0; r < rows; r++)
        {
            for (var j = 0; j < n; j++)
            {
                c[j] += b[r * ldb + j];
            }
        }
    }

    /// <summary>Adds the upper half to the lower until one is left.</summary>
    static T Tree<T>(Span<T> values) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var half = values.Length / 2; half > 0; half /= 2)
        {
            for (var i = 0; i < half; i++)
            {
                values[i] += values[i + half];
            }
        }
        return values[0];
    }

    /// <summary><see cref="Vectors.SumWhere"/>.</summary>
    public static double VectorsSumWhere<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> mask, out int count) where T : IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        count = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (mask[i] != T.Zero)
            {
                sum += double.CreateChecked(x[i]);
                count++;
            }
        }
        return sum;
    }
}
