using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Elementwise ops, concatenation, and means.</summary>
public static class ElementOps
{
    /// <summary>scale · x + shift.</summary>
    public static Tensor Affine(this Graph g, Tensor x, Real scale, Real shift)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        var source = g.Value(x);
        var target = g.Value(y);
        for (var i = 0; i < target.Length; i++) target[i] = scale * source[i] + shift;
        g.Record(static (g, in s) => Vectors.Axpy(s.F, g.Grad(s.Out), g.Grad(s.A)), y, x, f: scale);
        return y;
    }

    /// <summary>x + y, of equal shape.</summary>
    public static Tensor Add(this Graph g, Tensor x, Tensor y)
    {
        var z = g.New(x.Rows, x.Cols, g.NeedsGrad(x) || g.NeedsGrad(y));
        g.Value(x).CopyTo(g.Value(z));
        Vectors.Add(g.Value(y), g.Value(z));
        g.Record(
            static (g, in s) =>
            {
                if (g.NeedsGrad(s.A)) Vectors.Add(g.Grad(s.Out), g.Grad(s.A));
                if (g.NeedsGrad(s.B)) Vectors.Add(g.Grad(s.Out), g.Grad(s.B));
            },
            z, x, y);
        return z;
    }

    public static Tensor Relu(this Graph g, Tensor x)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        Vectors.Relu(g.Value(x), g.Value(y));
        g.Record(static (g, in s) => Vectors.ReluBackward(g.Value(s.Out), g.Grad(s.Out), g.Grad(s.A)), y, x);
        return y;
    }

    /// <summary>a [B,M], b [B,N] → [B,M+N].</summary>
    public static Tensor Concat(this Graph g, Tensor a, Tensor b)
    {
        var y = g.New(a.Rows, a.Cols + b.Cols, g.NeedsGrad(a) || g.NeedsGrad(b));
        var va = g.Value(a);
        var vb = g.Value(b);
        var vy = g.Value(y);
        for (var row = 0; row < a.Rows; row++)
        {
            va.Slice(row * a.Cols, a.Cols).CopyTo(vy[(row * y.Cols)..]);
            vb.Slice(row * b.Cols, b.Cols).CopyTo(vy[(row * y.Cols + a.Cols)..]);
        }

        g.Record(
            static (g, in s) =>
            {
                var da = g.Grad(s.A);
                var db = g.Grad(s.B);
                var dy = g.Grad(s.Out);
                for (var row = 0; row < s.Out.Rows; row++)
                {
                    Vectors.Add(dy.Slice(row * s.Out.Cols, s.A.Cols), da.Slice(row * s.A.Cols, s.A.Cols));
                    Vectors.Add(dy.Slice(row * s.Out.Cols + s.A.Cols, s.B.Cols), db.Slice(row * s.B.Cols, s.B.Cols));
                }
            },
            y, a, b);
        return y;
    }

    /// <summary>x [B,N], mask [B,N] of 0 and 1 → [1,1]: the mean of the entries of mask 1, summed in double in row order; 0 where there are none.</summary>
    public static Tensor MeanWhere(this Graph g, Tensor x, Tensor mask)
    {
        var y = g.New(1, 1, g.NeedsGrad(x));
        var values = g.Value(x);
        var chosen = g.Value(mask);
        double sum = 0, count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (chosen[i] == 0) continue;
            sum += values[i];
            count++;
        }

        g.Value(y)[0] = (Real)(count == 0 ? 0 : sum / count);
        g.Record(
            static (g, in s) => Vectors.Axpy(g.Grad(s.Out)[0] * s.F, g.Value(s.B), g.Grad(s.A)), y, x, mask, f: (Real)(count == 0 ? 0 : 1 / count));
        return y;
    }
}
