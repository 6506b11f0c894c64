using System.Runtime.Intrinsics;
using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Elementwise ops, concatenation, and means.</summary>
public static class ElementOps
{
    /// <summary>Rows summed by themselves before the sums are added in order: fixed, so that the mean does not depend on the workers.</summary>
    const int RowsPerSum = 256;

    /// <summary>scale · x + shift.</summary>
    public static Tensor Affine(this Graph g, Tensor x, Real scale, Real shift)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        g.ForRows(x.Rows, new AffineBody(g.Values(x), g.Values(y), x.Cols, scale, shift));
        g.Listener?.Heard(nameof(Affine), y, x, scale, shift);
        g.Record(
            static (g, in s) => g.ForRows(s.A.Rows, new AddBody(g.Grads(s.Out), g.Grads(s.A), s.A.Cols, s.F)), y, x, f: scale);
        return y;
    }

    /// <summary>x + y, of equal shape.</summary>
    public static Tensor Add(this Graph g, Tensor x, Tensor y)
    {
        var z = g.New(x.Rows, x.Cols, g.NeedsGrad(x) || g.NeedsGrad(y));
        g.ForRows(x.Rows, new SumBody(g.Values(x), g.Values(y), g.Values(z), x.Cols));
        g.Listener?.Heard(nameof(Add), z, x, y);
        g.Record(
            static (g, in s) =>
            {
                if (g.NeedsGrad(s.A)) g.ForRows(s.A.Rows, new AddBody(g.Grads(s.Out), g.Grads(s.A), s.A.Cols, 1));
                if (g.NeedsGrad(s.B)) g.ForRows(s.B.Rows, new AddBody(g.Grads(s.Out), g.Grads(s.B), s.B.Cols, 1));
            },
            z, x, y);
        return z;
    }

    public static Tensor Relu(this Graph g, Tensor x)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        Vectors.Relu(g.Value(x), g.Value(y));
        g.Listener?.Heard(nameof(Relu), y, x);
        g.Record(static (g, in s) => Vectors.ReluBackward(g.Value(s.Out), g.Grad(s.Out), g.Grad(s.A)), y, x);
        return y;
    }

    /// <summary>a [B,M], b [B,N] → [B,M+N].</summary>
    public static Tensor Concat(this Graph g, Tensor a, Tensor b)
    {
        var y = g.New(a.Rows, a.Cols + b.Cols, g.NeedsGrad(a) || g.NeedsGrad(b));
        g.ForRows(a.Rows, new ConcatBody(g.Values(a), g.Values(b), g.Values(y), a.Cols, b.Cols));
        g.ShareColumns(y, g.SharedColumns(a));
        g.Listener?.Heard(nameof(Concat), y, a, b);
        g.Record(
            static (g, in s) => g.ForRows(s.Out.Rows, new ConcatBackBody(g.Grads(s.A), g.Grads(s.B), g.Grads(s.Out), s.A.Cols, s.B.Cols)), y, a, b);
        return y;
    }

    /// <summary>x [B,N] → [B,count]: the columns from <paramref name="first"/> on.</summary>
    public static Tensor Columns(this Graph g, Tensor x, int first, int count)
    {
        var y = g.New(x.Rows, count, g.NeedsGrad(x));
        g.ForRows(x.Rows, new ColumnsBody(g.Values(x), g.Values(y), x.Cols, first, count));
        g.Listener?.Heard(nameof(Columns), y, x, first, count);
        g.Record(static (g, in s) => g.ForRows(s.A.Rows, new ColumnsBackBody(g.Grads(s.A), g.Grads(s.Out), s.A.Cols, s.I, s.Out.Cols)), y, x, i: first);
        return y;
    }

    /// <summary>x [B,N], y [B,N], weight [B,1] → x + weight · y, row by row.</summary>
    public static Tensor AddScaled(this Graph g, Tensor x, Tensor y, Tensor weight)
    {
        var z = g.New(x.Rows, x.Cols);
        g.ForRows(x.Rows, new AddScaledBody(g.Values(x), g.Values(y), g.Values(weight), g.Values(z), x.Cols));
        g.Listener?.Heard(nameof(AddScaled), z, x, y, weight);
        if (!g.Training) return z;

        // A step has room for two tensors: y and its weight travel as one.
        var both = g.Concat(y, weight);
        g.Record(
            static (g, in s) => g.ForRows(s.A.Rows, new AddScaledBackBody(g.Grads(s.A), g.Values(s.B), g.Grads(s.B), g.Grads(s.Out), s.A.Cols)), z, x, both);
        return z;
    }

    /// <summary>
    /// x [B,N], mask [B,N] of 0 and 1 → [1,1]: the mean of the entries of mask 1, summed in double in a fixed order; 0 where there
    /// are none.
    /// </summary>
    public static Tensor MeanWhere(this Graph g, Tensor x, Tensor mask)
    {
        var y = g.New(1, 1, g.NeedsGrad(x));
        var parts = (x.Rows + RowsPerSum - 1) / RowsPerSum;
        var sums = g.Doubles(2 * parts);
        g.Pool.For(parts, new SumWhereBody(g.Values(x), g.Values(mask), sums, RowsPerSum * x.Cols));
        double sum = 0, count = 0;
        for (var i = 0; i < sums.Length; i += 2)
        {
            sum += sums.Span[i];
            count += sums.Span[i + 1];
        }

        g.Value(y)[0] = (Real)(count == 0 ? 0 : sum / count);
        g.Record(
            static (g, in s) => Vectors.Axpy(g.Grad(s.Out)[0] * s.F, g.Value(s.B), g.Grad(s.A)), y, x, mask, f: (Real)(count == 0 ? 0 : 1 / count));
        return y;
    }

    readonly struct AffineBody(Block<Real> x, Block<Real> y, int cols, Real scale, Real shift) : IRowBody
    {
        public void Run(Graph g, int from, int to) =>
            Affine(x.Slice(from * cols, (to - from) * cols), scale, shift, y.Slice(from * cols, (to - from) * cols));
    }

    /// <summary>y = scale · x + shift; y may be x.</summary>
    internal static void Affine(ReadOnlySpan<Real> x, Real scale, Real shift, Span<Real> y)
    {
        var i = 0;
        for (; i <= y.Length - Vector256<Real>.Count; i += Vector256<Real>.Count)
            (scale * Vector256.Create(x[i..]) + Vector256.Create(shift)).CopyTo(y[i..]);
        for (; i < y.Length; i++) y[i] = scale * x[i] + shift;
    }

    readonly struct SumBody(Block<Real> x, Block<Real> y, Block<Real> z, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var target = z.Slice(from * cols, (to - from) * cols);
            x.Slice(from * cols, target.Length).CopyTo(target);
            Vectors.Add(y.Slice(from * cols, target.Length), target);
        }
    }

    /// <summary>target += scale · source.</summary>
    readonly struct AddBody(Block<Real> source, Block<Real> target, int cols, Real scale) : IRowBody
    {
        public void Run(Graph g, int from, int to) =>
            Vectors.Axpy(scale, source.Slice(from * cols, (to - from) * cols), target.Slice(from * cols, (to - from) * cols));
    }

    readonly struct ConcatBody(Block<Real> a, Block<Real> b, Block<Real> y, int colsA, int colsB) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                a.Slice(row * colsA, colsA).CopyTo(y.Slice(row * (colsA + colsB), colsA));
                b.Slice(row * colsB, colsB).CopyTo(y.Slice(row * (colsA + colsB) + colsA, colsB));
            }
        }
    }

    readonly struct ConcatBackBody(Block<Real> da, Block<Real> db, Block<Real> dy, int colsA, int colsB) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                Vectors.Add(dy.Slice(row * (colsA + colsB), colsA), da.Slice(row * colsA, colsA));
                Vectors.Add(dy.Slice(row * (colsA + colsB) + colsA, colsB), db.Slice(row * colsB, colsB));
            }
        }
    }

    readonly struct ColumnsBody(Block<Real> x, Block<Real> y, int cols, int first, int count) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++) x.Slice(row * cols + first, count).CopyTo(y.Slice(row * count, count));
        }
    }

    readonly struct ColumnsBackBody(Block<Real> dx, Block<Real> dy, int cols, int first, int count) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++) Vectors.Add(dy.Slice(row * count, count), dx.Slice(row * cols + first, count));
        }
    }

    readonly struct AddScaledBody(Block<Real> x, Block<Real> y, Block<Real> weight, Block<Real> z, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var target = z.Slice(row * cols, cols);
                x.Slice(row * cols, cols).CopyTo(target);
                Vectors.Axpy(weight.Span[row], y.Slice(row * cols, cols), target);
            }
        }
    }

    /// <summary>both [B, N + 1]: y and the weight in its last column.</summary>
    readonly struct AddScaledBackBody(Block<Real> dx, Block<Real> both, Block<Real> dBoth, Block<Real> dz, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var gradient = dz.Slice(row * cols, cols);
                var values = both.Slice(row * (cols + 1), cols + 1);
                var gradients = dBoth.Slice(row * (cols + 1), cols + 1);
                Vectors.Add(gradient, dx.Slice(row * cols, cols));
                Vectors.Axpy(values[cols], gradient, gradients[..cols]);
                Real sum = 0;
                for (var i = 0; i < gradient.Length; i++) sum += gradient[i] * values[i];
                gradients[cols] += sum;
            }
        }
    }

    /// <summary>Part p: sum and count of the entries of mask 1 in its stretch.</summary>
    readonly struct SumWhereBody(Block<Real> x, Block<Real> mask, Block<double> sums, int length) : IParallelBody
    {
        public void Run(int part)
        {
            var values = x.Span[(part * length)..];
            var chosen = mask.Span[(part * length)..];
            if (values.Length > length) values = values[..length];
            var sum = Vectors.SumWhere(values, chosen[..values.Length], out var count);
            sums.Span[2 * part] = sum;
            sums.Span[2 * part + 1] = count;
        }
    }
}
