using System.Runtime.Intrinsics;
using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Softmax in the forms gates need, and reading the gate of a row's own gate out of the gates of all.</summary>
public static class GateOps
{
    /// <summary>x [B,N] → softmax over N.</summary>
    public static Tensor Softmax(this Graph g, Tensor x) => Rowwise(g, x, default, new SoftmaxBody(g.Values(x), default, default, x.Cols, 1));

    /// <summary>x [B, groups × N] → softmax over the N entries of every group by itself.</summary>
    public static Tensor SoftmaxOfGroups(this Graph g, Tensor x, int groups) =>
        Rowwise(g, x, default, new SoftmaxBody(g.Values(x), default, default, x.Cols, groups), groups);

    /// <summary>x [B, groups × N], weights [B, groups] → every group times its weight; a weight of 0 leaves exact zeros.</summary>
    public static Tensor WeighGroups(this Graph g, Tensor x, Tensor weights)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x) || g.NeedsGrad(weights));
        g.ForRows(x.Rows, new WeighBody(g.Values(x), g.Values(weights), g.Values(y), weights.Cols, x.Cols / weights.Cols));
        g.Listener?.Heard(nameof(WeighGroups), y, x, weights);
        g.Record(
            static (g, in s) => g.ForRows(
                s.A.Rows,
                new WeighBackBody(
                    g.Values(s.A), g.Values(s.B), g.Grads(s.Out), g.NeedsGrad(s.A) ? g.Grads(s.A) : default, g.NeedsGrad(s.B) ? g.Grads(s.B) : default,
                    s.B.Cols, s.A.Cols / s.B.Cols)),
            y, x, weights);
        return y;
    }

    /// <summary>x [B,N], mask [B,N] of 0 and 1 → softmax over the entries of mask 1; the others are exactly 0.</summary>
    public static Tensor MaskedSoftmax(this Graph g, Tensor x, Tensor mask) =>
        Rowwise(g, x, mask, new SoftmaxBody(g.Values(x), g.Values(mask), default, x.Cols, 1));

    /// <summary>x [B, gates × N] → log-softmax over the gates, for every one of the N columns by itself.</summary>
    public static Tensor GateLogSoftmax(this Graph g, Tensor x, int gates)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        g.ForRows(x.Rows, new LogGatesBody(g.Values(x), g.Values(y), gates, x.Cols / gates));
        g.Listener?.Heard(nameof(GateLogSoftmax), y, x, gates);
        g.Record(
            static (g, in s) => g.ForRows(
                s.A.Rows, new LogGatesBackBody(g.Values(s.Out), g.Grads(s.Out), g.Grads(s.A), s.I, s.A.Cols / s.I)),
            y, x, i: gates);
        return y;
    }

    /// <summary>x [B, gates × N] → [B,N] of the row's own gate; the mean over all gates where it is unknown.</summary>
    public static Tensor PickGate(this Graph g, Tensor x, int gates, NodeIndex own)
    {
        var y = g.New(x.Rows, x.Cols / gates, g.NeedsGrad(x));
        g.ForRows(x.Rows, new PickBody(g.Values(x), g.Values(y), gates, y.Cols, own));
        g.Listener?.Heard(nameof(PickGate), y, x, gates, own);
        var (ids, same) = own.Parts;
        g.Record(
            static (g, in s) => g.ForRows(
                s.A.Rows, new PickBackBody(g.Grads(s.Out), g.Grads(s.A), s.A.Cols / s.Out.Cols, s.Out.Cols, NodeIndex.Of(in s))),
            y, x, i: same, aux: ids);
        return y;
    }

    /// <summary>x [B, gates × N] → [B,N]: the mean over the gates.</summary>
    public static Tensor MeanGates(this Graph g, Tensor x, int gates) => g.PickGate(x, gates, NodeIndex.Constant(-1));

    /// <summary>
    /// x [B,N] → [B, gates × N]: x in the columns of the row's own gate, 0 in the others; x / gates in all of them where it is
    /// unknown. What <see cref="PickGate"/> reads, written.
    /// </summary>
    public static Tensor PlaceGate(this Graph g, Tensor x, int gates, NodeIndex own)
    {
        var y = g.New(x.Rows, gates * x.Cols, g.NeedsGrad(x));
        g.Value(y).Clear();
        g.ForRows(x.Rows, new PlaceBody(g.Values(x), g.Values(y), gates, x.Cols, own, Back: false));
        g.Listener?.Heard(nameof(PlaceGate), y, x, gates, own);
        var (ids, same) = own.Parts;
        g.Record(
            static (g, in s) => g.ForRows(
                s.A.Rows, new PlaceBody(g.Grads(s.A), g.Grads(s.Out), s.Out.Cols / s.A.Cols, s.A.Cols, NodeIndex.Of(in s), Back: true)),
            y, x, i: same, aux: ids);
        return y;
    }

    static Tensor Rowwise(Graph g, Tensor x, Tensor mask, SoftmaxBody body, int groups = 1)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        g.ForRows(x.Rows, body with { Y = g.Values(y) });
        if (mask == default) g.Listener?.Heard(nameof(SoftmaxOfGroups), y, x, groups);
        else g.Listener?.Heard(nameof(MaskedSoftmax), y, x, mask);
        g.Record(
            static (g, in s) => g.ForRows(s.A.Rows, new SoftmaxBackBody(g.Values(s.Out), g.Grads(s.Out), g.Grads(s.A), s.A.Cols, s.I)),
            y, x, mask, groups);
        return y;
    }

    readonly record struct SoftmaxBody(Block<Real> X, Block<Real> Mask, Block<Real> Y, int Cols, int Groups) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * Cols, (to - from) * Cols);
            var (rows, cols) = ((to - from) * Groups, Cols / Groups);
            if (Mask.Length == 0) Kernels.Softmax.Rows(X.Slice(start, length), rows, cols, Y.Slice(start, length));
            else Kernels.Softmax.MaskedRows(X.Slice(start, length), Mask.Slice(start, length), rows, cols, Y.Slice(start, length));
        }
    }

    readonly struct SoftmaxBackBody(Block<Real> y, Block<Real> dy, Block<Real> dx, int cols, int groups) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * cols, (to - from) * cols);
            Kernels.Softmax.RowsBackward(y.Slice(start, length), dy.Slice(start, length), dx.Slice(start, length), (to - from) * groups, cols / groups);
        }
    }

    readonly struct WeighBody(Block<Real> x, Block<Real> weights, Block<Real> y, int groups, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var factor = weights.Span;
            for (var i = from * groups; i < to * groups; i++)
            {
                var target = y.Slice(i * cols, cols);
                x.Slice(i * cols, cols).CopyTo(target);
                Vectors.Scale(factor[i], target);
            }
        }
    }

    readonly struct WeighBackBody(Block<Real> x, Block<Real> weights, Block<Real> dy, Block<Real> dx, Block<Real> dWeights, int groups, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var i = from * groups; i < to * groups; i++)
            {
                var gradient = dy.Slice(i * cols, cols);
                if (dx.Length > 0) Vectors.Axpy(weights.Span[i], gradient, dx.Slice(i * cols, cols));
                if (dWeights.Length > 0) dWeights.Span[i] += Vectors.Dot(x.Slice(i * cols, cols), gradient);
            }
        }
    }

    readonly struct LogGatesBody(Block<Real> x, Block<Real> y, int gates, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * gates * cols, (to - from) * gates * cols);
            Kernels.Softmax.LogGates(x.Slice(start, length), to - from, gates, cols, y.Slice(start, length));
        }
    }

    readonly struct LogGatesBackBody(Block<Real> y, Block<Real> dy, Block<Real> dx, int gates, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * gates * cols, (to - from) * gates * cols);
            Kernels.Softmax.LogGatesBackward(
                y.Slice(start, length), dy.Slice(start, length), dx.Slice(start, length), to - from, gates, cols);
        }
    }

    /// <summary>One row of <see cref="PickGate"/>: its own gate of <paramref name="all"/>, or their mean where it is negative.</summary>
    internal static void PickRow(ReadOnlySpan<Real> all, int gates, int own, Span<Real> target)
    {
        if (own >= 0) all.Slice(own * target.Length, target.Length).CopyTo(target);
        else Mean(all, gates, target);
    }

    /// <summary>Gates in order, many columns at a time: a gate is a handful wide, too few for a vector loop to pay for its call.</summary>
    static void Mean(ReadOnlySpan<Real> all, int gates, Span<Real> mean)
    {
        var (k, cols) = (0, mean.Length);
        for (; k <= cols - Vector256<Real>.Count; k += Vector256<Real>.Count)
        {
            var sum = Vector256<Real>.Zero;
            for (var j = 0; j < gates; j++) sum += Vector256.Create(all[(j * cols + k)..]);
            (sum / Vector256.Create((Real)gates)).CopyTo(mean[k..]);
        }

        for (; k < cols; k++)
        {
            Real sum = 0;
            for (var j = 0; j < gates; j++) sum += all[j * cols + k];
            mean[k] = sum / gates;
        }
    }

    readonly struct PickBody(Block<Real> x, Block<Real> y, int gates, int cols, NodeIndex own) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++) PickRow(x.Slice(row * gates * cols, gates * cols), gates, own[row], y.Slice(row * cols, cols));
        }
    }

    // Gates are a handful of columns wide, too few for a vector loop to pay for its call.
    readonly struct PickBackBody(Block<Real> dy, Block<Real> dx, int gates, int cols, NodeIndex own) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var source = dy.Span;
            var target = dx.Span;
            for (var row = from; row < to; row++)
            {
                var gate = own[row];
                var (first, count) = gate >= 0 ? (gate, 1) : (0, gates);
                Add(source.Slice(row * cols, cols), gate >= 0 ? 1 : (Real)1 / gates, target.Slice((row * gates + first) * cols, count * cols));
            }
        }

        /// <summary>A share of the gradient to each of some gates. Most of it is 0 where few columns were chosen: vectors of zeros are passed by.</summary>
        static void Add(ReadOnlySpan<Real> gradient, Real share, Span<Real> all)
        {
            var k = 0;
            for (; k <= gradient.Length - Vector256<Real>.Count; k += Vector256<Real>.Count)
            {
                var part = share * Vector256.Create(gradient[k..]);
                if (part == Vector256<Real>.Zero) continue;
                for (var rest = all[k..]; ; rest = rest[gradient.Length..])
                {
                    (Vector256.Create<Real>(rest) + part).CopyTo(rest);
                    if (rest.Length <= gradient.Length) break;
                }
            }

            for (; k < gradient.Length; all = all[gradient.Length..])
            {
                for (var i = k; i < gradient.Length; i++) all[i] += share * gradient[i];
                if (all.Length == gradient.Length) break;
            }
        }
    }

    /// <summary>Small [B,N] and large [B, gates × N]: what is small is added to the large, or back.</summary>
    readonly record struct PlaceBody(Block<Real> Small, Block<Real> Large, int Gates, int Cols, NodeIndex Own, bool Back) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var gate = Own[row];
                var small = Small.Slice(row * Cols, Cols);
                var share = gate >= 0 ? 1 : (Real)1 / Gates;
                var (first, last) = gate >= 0 ? (gate, gate + 1) : (0, Gates);
                for (var j = first; j < last; j++)
                {
                    var large = Large.Slice((row * Gates + j) * Cols, Cols);
                    for (var k = 0; k < Cols; k++)
                    {
                        if (Back) small[k] += share * large[k];
                        else large[k] += share * small[k];
                    }
                }
            }
        }
    }
}
