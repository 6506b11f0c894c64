using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Scaling of every element by itself.</summary>
public static class ScaleOps
{
    /// <summary>scale · σ(x).</summary>
    public static Tensor Sigmoid(this Graph g, Tensor x, Real scale = 1)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        g.ForRows(x.Rows, new SigmoidBody(g.Values(x), g.Values(y), x.Cols, scale));
        g.Listener?.Heard(nameof(Sigmoid), y, x, scale);
        g.Record(
            static (g, in s) => g.ForRows(s.A.Rows, new SigmoidBackBody(g.Values(s.Out), g.Grads(s.Out), g.Grads(s.A), s.A.Cols, s.F)), y, x, f: scale);
        return y;
    }

    /// <summary>x ⊙ y, of equal shape.</summary>
    public static Tensor Multiply(this Graph g, Tensor x, Tensor y)
    {
        var z = g.New(x.Rows, x.Cols, g.NeedsGrad(x) || g.NeedsGrad(y));
        g.ForRows(x.Rows, new ProductBody(g.Values(x), g.Values(y), g.Values(z), x.Cols, Add: false));
        g.Listener?.Heard(nameof(Multiply), z, x, y);
        g.Record(
            static (g, in s) =>
            {
                if (g.NeedsGrad(s.A)) g.ForRows(s.A.Rows, new ProductBody(g.Grads(s.Out), g.Values(s.B), g.Grads(s.A), s.A.Cols, Add: true));
                if (g.NeedsGrad(s.B)) g.ForRows(s.B.Rows, new ProductBody(g.Grads(s.Out), g.Values(s.A), g.Grads(s.B), s.B.Cols, Add: true));
            },
            z, x, y);
        return z;
    }

    readonly struct SigmoidBody(Block<Real> x, Block<Real> y, int cols, Real scale) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var target = y.Slice(from * cols, (to - from) * cols);
            Vectors.Sigmoid(x.Slice(from * cols, target.Length), target);
            if (scale != 1) Vectors.Scale(scale, target);
        }
    }

    readonly struct SigmoidBackBody(Block<Real> y, Block<Real> dy, Block<Real> dx, int cols, Real scale) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var value = y.Slice(from * cols, (to - from) * cols);
            var gradient = dy.Slice(from * cols, value.Length);
            var target = dx.Slice(from * cols, value.Length);
            for (var i = 0; i < target.Length; i++) target[i] += gradient[i] * value[i] * (1 - value[i] / scale);
        }
    }

    readonly record struct ProductBody(Block<Real> X, Block<Real> Y, Block<Real> Z, int Cols, bool Add) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * Cols, (to - from) * Cols);
            if (Add) Vectors.MultiplyAdd(X.Slice(start, length), Y.Slice(start, length), Z.Slice(start, length));
            else Vectors.Multiply(X.Slice(start, length), Y.Slice(start, length), Z.Slice(start, length));
        }
    }
}
