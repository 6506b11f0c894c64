namespace Switchyard.Engine;

/// <summary>From the pairs of rows and their own members (<see cref="Graph.OwnRows"/>) back to rows.</summary>
public static class PairOps
{
    /// <summary>h [pairs,N] → [B,N]: of every row its pair; the mean over its pairs where there are several.</summary>
    public static Tensor MeanOfPairs(this Graph g, Tensor h, Dispatch dispatch)
    {
        var y = g.New(dispatch.Rows, h.Cols, g.NeedsGrad(h));
        g.ForRows(y.Rows, new MeanBody(g.Values(h), g.Values(y), dispatch.Gate(0), h.Cols));
        g.Listener?.Heard(nameof(MeanOfPairs), y, h, dispatch);
        g.Record(
            static (g, in s) => g.ForRows(s.Out.Rows, new MeanBackBody(g.Grads(s.Out), g.Grads(s.A), ((Dispatch)s.Aux!).Gate(0), s.A.Cols)), y, h, aux: dispatch);
        return y;
    }

    /// <summary>
    /// h [pairs,N] → [B, members × N]: a pair's values, times its weight in the dispatch's first gate, in the columns of its member; 0 in
    /// the others. No gradient flows to the gate.
    /// </summary>
    /// <param name="g">The graph.</param>
    /// <param name="h">Values of the pairs.</param>
    /// <param name="dispatch">The pairs.</param>
    /// <param name="weighted">False: values as they are, whatever the pair's weight.</param>
    public static Tensor PlacePairs(this Graph g, Tensor h, Dispatch dispatch, bool weighted = true)
    {
        var y = g.New(dispatch.Rows, dispatch.Experts * h.Cols, g.NeedsGrad(h));
        g.ForRows(y.Rows, new PlaceBody(g.Values(h), g.Values(y), dispatch.Gate(0), h.Cols, y.Cols, weighted));
        g.Listener?.Heard(nameof(PlacePairs), y, h, dispatch, weighted);
        g.Record(
            static (g, in s) => g.ForRows(
                s.Out.Rows, new PlaceBackBody(g.Grads(s.Out), g.Grads(s.A), ((Dispatch)s.Aux!).Gate(0), s.A.Cols, s.I == 1)),
            y, h, i: weighted ? 1 : 0, aux: dispatch);
        return y;
    }

    // What is placed and picked are gates, too few columns for a vector loop to pay for its call.
    readonly struct MeanBody(Block<Real> h, Block<Real> y, GateEntries entries, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var start = entries.Start.Span;
            var pair = entries.Pair.Span;
            var source = h.Span;
            var target = y.Span;
            for (var row = from; row < to; row++)
            {
                var (first, last) = (start[row], start[row + 1]);
                for (var k = 0; k < cols; k++) target[(row * cols) + k] = last - first == 1 ? source[(pair[first] * cols) + k] : Mean(source, pair[first..last], k);
            }
        }

        Real Mean(ReadOnlySpan<Real> values, ReadOnlySpan<int> pairs, int column)
        {
            Real sum = 0;
            foreach (var p in pairs) sum += values[(p * cols) + column];
            return sum / pairs.Length;
        }
    }

    readonly struct MeanBackBody(Block<Real> dy, Block<Real> dh, GateEntries entries, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var start = entries.Start.Span;
            var pair = entries.Pair.Span;
            var source = dy.Span;
            var target = dh.Span;
            for (var row = from; row < to; row++)
            {
                var pairs = pair[start[row]..start[row + 1]];
                foreach (var p in pairs)
                {
                    for (var k = 0; k < cols; k++) target[(p * cols) + k] += (Real)1 / pairs.Length * source[(row * cols) + k];
                }
            }
        }
    }

    readonly struct PlaceBody(Block<Real> h, Block<Real> y, GateEntries entries, int cols, int width, bool weighted) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            y.Slice(from * width, (to - from) * width).Clear();
            var pair = entries.Pair.Span;
            var position = entries.Position.Span;
            var weight = entries.Weight.Span;
            var source = h.Span;
            var target = y.Span;
            for (var i = entries.Start.Span[from]; i < entries.Start.Span[to]; i++)
            {
                var factor = weighted ? weight[i] : 1;
                for (var k = 0; k < cols; k++) target[(position[i] * cols) + k] = factor * source[(pair[i] * cols) + k];
            }
        }
    }

    readonly struct PlaceBackBody(Block<Real> dy, Block<Real> dh, GateEntries entries, int cols, bool weighted) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var pair = entries.Pair.Span;
            var position = entries.Position.Span;
            var weight = entries.Weight.Span;
            var source = dy.Span;
            var target = dh.Span;
            for (var i = entries.Start.Span[from]; i < entries.Start.Span[to]; i++)
            {
                var factor = weighted ? weight[i] : 1;
                for (var k = 0; k < cols; k++) target[(pair[i] * cols) + k] += factor * source[(position[i] * cols) + k];
            }
        }
    }
}
