using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>What the retrieval loss needs to know of a batch's items; filled anew for every batch, never reallocated.</summary>
public sealed class RetrievalTargets
{
    /// <summary>Item of every row: columns of the same item are no negatives of each other.</summary>
    public int[] Items { get; set; } = [];

    /// <summary>Logarithm of the probability with which sampling draws every row's item into a batch.</summary>
    public float[] LogProbability { get; set; } = [];
}

/// <summary>The two-tower retrieval loss: cosine scores of all users with all items of a batch, and the softmax over them.</summary>
public static class RetrievalOps
{
    const double SmallestNorm = 1e-12;

    /// <summary>Columns of the scores whose gradient one worker takes to the items.</summary>
    const int ColumnsPerPart = 64;

    /// <summary>x [B,N] → every row divided by its Euclidean length.</summary>
    public static Tensor UnitRows(this Graph g, Tensor x)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        var scale = g.New(x.Rows, 1, needsGrad: false);
        g.ForRows(x.Rows, new UnitBody(g.Values(x), g.Values(y), g.Values(scale), x.Cols));
        g.Record(
            static (g, in s) => g.ForRows(s.A.Rows, new UnitBackBody(g.Values(s.Out), g.Values(s.B), g.Grads(s.Out), g.Grads(s.A), s.A.Cols)),
            y, x, scale);
        return y;
    }

    /// <summary>a [B,N], b [C,N] → [B,C]: the product of every row of a with every row of b.</summary>
    public static Tensor RowProducts(this Graph g, Tensor a, Tensor b)
    {
        var y = g.New(a.Rows, b.Rows, g.NeedsGrad(a) || g.NeedsGrad(b));
        var packed = g.Scratch(Gemm.PackedLength(b.Cols, b.Rows));
        Gemm.Pack(g.Value(b), b.Cols, b.Cols, b.Rows, transposed: true, packed.Span);
        g.ForRows(a.Rows, new ProductBody(g.Values(a), packed, g.Values(y), a.Cols, b.Rows, Epilogue.Store));
        g.Record(RowProductsBack, y, a, b);
        return y;
    }

    /// <summary>
    /// Cosine scores [B,B] of every user with every item, the row's own item on the diagonal → [1,1]: the mean over rows of the
    /// cross-entropy of softmax_j(score_j / temperature − log q_j), without the other columns of the row's own item (sampled softmax
    /// with in-batch negatives and logQ correction; CESAA, Dong et al. 2024, in retrieval).
    /// </summary>
    public static Tensor SampledSoftmax(this Graph g, Tensor scores, RetrievalTargets targets, Real temperature)
    {
        var rows = scores.Rows;
        var slopes = g.New(rows, rows, needsGrad: false);
        var losses = g.Scratch(rows);
        g.ForRows(rows, new SoftmaxBody(g.Values(scores), g.Values(slopes), losses, targets, rows, temperature));
        double sum = 0;
        foreach (var loss in losses.Span) sum += loss;
        var y = g.New(1, 1, g.NeedsGrad(scores));
        g.Value(y)[0] = (Real)(sum / rows);
        g.Record(static (g, in s) => g.ForRows(s.A.Rows, new SlopeBody(g.Values(s.B), g.Grads(s.A), g.Grad(s.Out)[0], s.A.Cols)), y, scores, slopes);
        return y;
    }

    static void RowProductsBack(Graph g, in Step s)
    {
        var (a, b) = (s.A, s.B);
        if (g.NeedsGrad(a))
        {
            var packed = g.Scratch(Gemm.PackedLength(b.Rows, b.Cols));
            Gemm.Pack(g.Value(b), b.Cols, b.Rows, b.Cols, transposed: false, packed.Span);
            g.ForRows(a.Rows, new ProductBody(g.Grads(s.Out), packed, g.Grads(a), b.Rows, a.Cols, Epilogue.AddResult));
        }

        if (g.NeedsGrad(b))
            g.Pool.For((b.Rows + ColumnsPerPart - 1) / ColumnsPerPart, new TransposedBody(g.Grads(s.Out), g.Values(a), g.Grads(b), a.Rows, b.Rows, b.Cols));
    }

    readonly struct UnitBody(Block<Real> x, Block<Real> y, Block<Real> scale, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var source = x.Slice(row * cols, cols);
                var target = y.Slice(row * cols, cols);
                var factor = (Real)(1 / Math.Max(Math.Sqrt(Vectors.SumOfSquares(source)), SmallestNorm));
                scale.Span[row] = factor;
                source.CopyTo(target);
                Vectors.Scale(factor, target);
            }
        }
    }

    /// <summary>dx += (dy − y (y·dy)) / |x|; the second part is left out where the length was raised to the smallest.</summary>
    readonly struct UnitBackBody(Block<Real> y, Block<Real> scale, Block<Real> dy, Block<Real> dx, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var unit = y.Slice(row * cols, cols);
                var gradient = dy.Slice(row * cols, cols);
                var target = dx.Slice(row * cols, cols);
                var factor = scale.Span[row];
                Vectors.Axpy(factor, gradient, target);
                if (factor < (Real)(1 / SmallestNorm)) Vectors.Axpy(-factor * Vectors.Dot(unit, gradient), unit, target);
            }
        }
    }

    readonly struct ProductBody(Block<Real> a, Block<Real> packed, Block<Real> c, int inner, int outputs, Epilogue epilogue) : IRowBody
    {
        public void Run(Graph g, int from, int to) =>
            Gemm.Multiply(
                a.Slice(from * inner, (to - from) * inner), inner, default, to - from, inner, packed.Span, outputs,
                c.Slice(from * outputs, (to - from) * outputs), outputs, epilogue, default);
    }

    /// <summary>Part p: a range of rows of db += dcᵀ a.</summary>
    readonly struct TransposedBody(Block<Real> dc, Block<Real> a, Block<Real> db, int rows, int outputs, int inner) : IParallelBody
    {
        public void Run(int part) =>
            Gemm.MultiplyTransposed(
                dc.Span, outputs, default, rows, part * ColumnsPerPart, Math.Min(outputs, (part + 1) * ColumnsPerPart), a.Span, inner, inner, db.Span, inner);
    }

    /// <summary>Rows' losses, and slopes of the mean loss by the scores.</summary>
    readonly struct SoftmaxBody(Block<Real> scores, Block<Real> slopes, Block<Real> losses, RetrievalTargets targets, int cols, Real temperature) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var all = slopes.Slice(from * cols, (to - from) * cols);
            var items = targets.Items.AsSpan(0, cols);
            var logQ = targets.LogProbability.AsSpan(0, cols);
            for (var row = from; row < to; row++)
            {
                var source = scores.Slice(row * cols, cols);
                var target = slopes.Slice(row * cols, cols);
                for (var j = 0; j < cols; j++)
                    target[j] = j != row && items[j] == items[row] ? Real.NegativeInfinity : source[j] / temperature - logQ[j];
            }

            Softmax.LogRows(all, to - from, cols, all);
            for (var row = from; row < to; row++) losses.Span[row] = -slopes.Span[row * cols + row];
            Vectors.Exp(all, all);
            for (var row = from; row < to; row++) slopes.Span[row * cols + row] -= 1;
            Vectors.Scale(1 / (temperature * cols), all);
        }
    }

    readonly struct SlopeBody(Block<Real> slopes, Block<Real> target, Real scale, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to) =>
            Vectors.Axpy(scale, slopes.Slice(from * cols, (to - from) * cols), target.Slice(from * cols, (to - from) * cols));
    }
}
