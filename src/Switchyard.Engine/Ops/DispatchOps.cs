namespace Switchyard.Engine;

/// <summary>Routing rows to experts and mixing what the experts return.</summary>
public static class DispatchOps
{
    /// <summary>
    /// A decision, not a differentiable op: the pairs of every (row, expert) to which any of the gates gives a non-zero weight.
    /// Gates are [B × experts] over the same rows.
    /// </summary>
    public static Dispatch Route(this Graph g, ReadOnlySpan<Tensor> gates)
    {
        var dispatch = g.Rent();
        dispatch.Fill(g, gates);
        g.Clock?.Lap("DispatchOps.Route", "forward");
        g.Listener?.Heard(nameof(Route), dispatch, gates.ToArray());
        return dispatch;
    }

    /// <summary>
    /// h [pairs × N], gate number <paramref name="index"/> of the dispatch [B × experts] → y [B × N]:
    /// y_b = Σ_k gate[b,k] · h[(b,k)] over the experts the gate chose, in ascending order.
    /// </summary>
    public static Tensor Combine(this Graph g, Tensor h, Tensor gate, Dispatch dispatch, int index)
    {
        var y = g.New(dispatch.Rows, h.Cols, g.NeedsGrad(h) || g.NeedsGrad(gate));
        g.ForRows(y.Rows, new Forward(g.Values(h), g.Values(y), dispatch.Gate(index), h.Cols));
        g.Listener?.Heard(nameof(Combine), y, h, gate);
        g.Record(Back, y, h, gate, index, 0, dispatch);
        return y;
    }

    /// <summary>x [B,N] → [pairs,N]: the row of every pair.</summary>
    public static Tensor Gather(this Graph g, Tensor x, Dispatch dispatch)
    {
        var y = g.New(dispatch.Pairs, x.Cols, g.NeedsGrad(x));
        g.ForPairs(dispatch, new GatherBody(g.Values(x), g.Values(y), x.Cols));
        g.Listener?.Heard(nameof(Gather), y, x, dispatch);
        g.Record(
            static (g, in s) => g.ForRows(s.A.Rows, new GatherBackBody(g.Grads(s.Out), g.Grads(s.A), (Dispatch)s.Aux!, s.A.Cols)), y, x, aux: dispatch);
        return y;
    }

    static void Back(Graph g, in Step s)
    {
        var dispatch = (Dispatch)s.Aux!;
        var entries = dispatch.Gate(s.I);
        var dh = g.GradsToFill(s.A, out var fresh);

        // A gate that chose every pair writes all of dh; another one adds to what is there.
        var overwrite = fresh && entries.Pair.Length == dispatch.Pairs;
        if (fresh && !overwrite) dh.Span.Clear();
        g.ForRows(dispatch.Rows, new BackwardBody(g.Values(s.A), g.Grads(s.Out), dh, g.Grads(s.B), g.Scratch(entries.Pair.Length), entries, s.A.Cols, !overwrite));
    }

    readonly struct GatherBody(Block<Real> x, Block<Real> y, int cols) : IPairBody
    {
        public void Run(Graph g, Dispatch dispatch, int expert, int from, int to) =>
            Kernels.Rows.Gather(x.Span, cols, dispatch.RowOfPair.Slice(from, to - from), y.Slice(from * cols, (to - from) * cols), cols);
    }

    /// <summary>Rows [from, to): their pairs, expert by expert, so that no two workers write to one row.</summary>
    internal readonly struct GatherBackBody(Block<Real> dy, Block<Real> dx, Dispatch dispatch, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var expert = 0; expert < dispatch.Experts; expert++)
            {
                var (first, last) = dispatch.PairsOfRows(expert, from, to);
                Kernels.Rows.ScatterAdd(dy.Span[(first * cols)..], cols, cols, dispatch.RowOfPair.Slice(first, last - first), dx.Span);
            }
        }
    }

    readonly struct Forward(Block<Real> h, Block<Real> y, GateEntries entries, int width) : IRowBody
    {
        public void Run(Graph g, int from, int to) =>
            Kernels.Rows.Combine(entries.Start.Span, entries.Pair.Span, entries.Weight.Span, h.Span, width, from, to, y.Span);
    }

    readonly struct BackwardBody(
        Block<Real> h, Block<Real> dy, Block<Real> dh, Block<Real> dGate, Block<Real> dWeight, GateEntries entries, int width, bool accumulate) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var start = entries.Start.Span;
            Kernels.Rows.CombineBackwardValues(
                start, entries.Pair.Span, entries.Weight.Span, dy.Span, h.Span, width, from, to, dh.Span, dWeight.Span, accumulate);
            var (first, last) = (start[from], start[to]);
            var position = entries.Position.Span;
            var gradient = dWeight.Span;
            var target = dGate.Span;
            for (var i = first; i < last; i++) target[position[i]] += gradient[i];
        }
    }
}
