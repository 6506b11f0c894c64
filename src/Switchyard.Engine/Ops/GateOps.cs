namespace Switchyard.Engine;

/// <summary>Softmax in the forms gates need, and reading the gate of a row's own group out of all groups' gates.</summary>
public static class GateOps
{
    /// <summary>x [B,N] → softmax over N.</summary>
    public static Tensor Softmax(this Graph g, Tensor x) => Rowwise(g, x, default, new SoftmaxBody(g.Values(x), default, default, x.Cols));

    /// <summary>x [B,N], mask [B,N] of 0 and 1 → softmax over the entries of mask 1; the others are exactly 0.</summary>
    public static Tensor MaskedSoftmax(this Graph g, Tensor x, Tensor mask) =>
        Rowwise(g, x, mask, new SoftmaxBody(g.Values(x), g.Values(mask), default, x.Cols));

    /// <summary>x [B, groups × N] → log-softmax over the groups, for every one of the N columns by itself.</summary>
    public static Tensor GroupLogSoftmax(this Graph g, Tensor x, int groups)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        g.ForRows(x.Rows, new LogGroupsBody(g.Values(x), g.Values(y), groups, x.Cols / groups));
        g.Record(
            static (g, in s) => g.ForRows(
                s.A.Rows, new LogGroupsBackBody(g.Values(s.Out), g.Grads(s.Out), g.Grads(s.A), s.I, s.A.Cols / s.I)),
            y, x, i: groups);
        return y;
    }

    /// <summary>x [B, groups × N] → [B,N] of the row's own group; the mean over all groups where it is unknown.</summary>
    public static Tensor PickGroup(this Graph g, Tensor x, int groups, GroupIndex own)
    {
        var y = g.New(x.Rows, x.Cols / groups, g.NeedsGrad(x));
        g.ForRows(x.Rows, new PickBody(g.Values(x), g.Values(y), groups, y.Cols, own));
        var (ids, same) = own.Parts;
        g.Record(
            static (g, in s) => g.ForRows(
                s.A.Rows, new PickBackBody(g.Grads(s.Out), g.Grads(s.A), s.A.Cols / s.Out.Cols, s.Out.Cols, GroupIndex.Of(in s))),
            y, x, i: same, aux: ids);
        return y;
    }

    /// <summary>x [B, groups × N] → [B,N]: the mean over the groups.</summary>
    public static Tensor MeanGroups(this Graph g, Tensor x, int groups) => g.PickGroup(x, groups, GroupIndex.Constant(-1));

    static Tensor Rowwise(Graph g, Tensor x, Tensor mask, SoftmaxBody body)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        g.ForRows(x.Rows, body with { Y = g.Values(y) });
        g.Record(
            static (g, in s) => g.ForRows(s.A.Rows, new SoftmaxBackBody(g.Values(s.Out), g.Grads(s.Out), g.Grads(s.A), s.A.Cols)),
            y, x, mask);
        return y;
    }

    readonly record struct SoftmaxBody(Block<Real> X, Block<Real> Mask, Block<Real> Y, int Cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * Cols, (to - from) * Cols);
            if (Mask.Length == 0) Kernels.Softmax.Rows(X.Slice(start, length), to - from, Cols, Y.Slice(start, length));
            else Kernels.Softmax.MaskedRows(X.Slice(start, length), Mask.Slice(start, length), to - from, Cols, Y.Slice(start, length));
        }
    }

    readonly struct SoftmaxBackBody(Block<Real> y, Block<Real> dy, Block<Real> dx, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * cols, (to - from) * cols);
            Kernels.Softmax.RowsBackward(y.Slice(start, length), dy.Slice(start, length), dx.Slice(start, length), to - from, cols);
        }
    }

    readonly struct LogGroupsBody(Block<Real> x, Block<Real> y, int groups, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * groups * cols, (to - from) * groups * cols);
            Kernels.Softmax.LogGroups(x.Slice(start, length), to - from, groups, cols, y.Slice(start, length));
        }
    }

    readonly struct LogGroupsBackBody(Block<Real> y, Block<Real> dy, Block<Real> dx, int groups, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * groups * cols, (to - from) * groups * cols);
            Kernels.Softmax.LogGroupsBackward(
                y.Slice(start, length), dy.Slice(start, length), dx.Slice(start, length), to - from, groups, cols);
        }
    }

    // Gates are a handful of columns wide, too few for a vector loop to pay for its call.
    readonly struct PickBody(Block<Real> x, Block<Real> y, int groups, int cols, GroupIndex own) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var source = x.Span;
            var target = y.Span;
            for (var row = from; row < to; row++)
            {
                var first = row * groups * cols;
                var group = own[row];
                for (var k = 0; k < cols; k++) target[row * cols + k] = group >= 0 ? source[first + group * cols + k] : Mean(source, first + k);
            }
        }

        Real Mean(ReadOnlySpan<Real> values, int first)
        {
            Real sum = 0;
            for (var j = 0; j < groups; j++) sum += values[first + j * cols];
            return sum / groups;
        }
    }

    readonly struct PickBackBody(Block<Real> dy, Block<Real> dx, int groups, int cols, GroupIndex own) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var source = dy.Span;
            var target = dx.Span;
            for (var row = from; row < to; row++)
            {
                var gradient = source.Slice(row * cols, cols);
                var group = own[row];
                var share = group >= 0 ? 1 : (Real)1 / groups;
                var (first, last) = group >= 0 ? (group, group + 1) : (0, groups);
                for (var j = first; j < last; j++)
                {
                    var all = target.Slice((row * groups + j) * cols, cols);
                    for (var k = 0; k < all.Length; k++) all[k] += share * gradient[k];
                }
            }
        }
    }
}
