namespace Switchyard.Engine;

/// <summary>Mixing in the space of labels: logits of several towers become one.</summary>
public static class LabelOps
{
    /// <summary>Weights [B,M], logits of M members [B,1] → y [B,1] = Σ_m weights[·,m] · logits_m.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="weights">Weight of every member in every row.</param>
    /// <param name="logits">One per member.</param>
    /// <param name="cut">The member of every row: a row's gradient reaches the logit of its own member only, the others count as constants.
    /// A row of an unknown member (−1) cuts nothing. The weights always get theirs.</param>
    public static Tensor MixLogits(this Graph g, Tensor weights, ReadOnlySpan<Tensor> logits, NodeIndex cut)
    {
        var y = g.New(weights.Rows, 1);
        g.Value(y).Clear();
        var (ids, same) = cut.Parts;
        for (var m = 0; m < logits.Length; m++)
        {
            g.ForRows(y.Rows, new ForwardBody(g.Values(weights), g.Values(logits[m]), g.Values(y), m, weights.Cols));

            // Two numbers: which member this is, and whose gradient passes.
            g.Record(Back, y, logits[m], weights, i: m, f: same, aux: ids);
        }

        g.Listener?.Heard(nameof(MixLogits), y, weights, logits.ToArray());
        return y;
    }

    static void Back(Graph g, in Step s)
    {
        var own = s.Aux is int[] ids ? NodeIndex.PerRow(ids) : NodeIndex.Constant((int)s.F);
        g.ForRows(
            s.Out.Rows,
            new BackBody(
                g.Values(s.B), g.Values(s.A), g.Grads(s.Out), g.NeedsGrad(s.B) ? g.Grads(s.B) : default, g.NeedsGrad(s.A) ? g.Grads(s.A) : default, s.I, s.B.Cols, own));
    }

    // One column of a few: nothing for a vector loop.
    readonly struct ForwardBody(Block<Real> weights, Block<Real> logit, Block<Real> y, int member, int members) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var target = y.Span;
            for (var row = from; row < to; row++) target[row] += weights.Span[row * members + member] * logit.Span[row];
        }
    }

    readonly struct BackBody(
        Block<Real> weights, Block<Real> logit, Block<Real> dy, Block<Real> dWeights, Block<Real> dLogit, int member, int members, NodeIndex own) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var (gradient, at) = (dy.Span[row], row * members + member);
                if (dWeights.Length > 0) dWeights.Span[at] += gradient * logit.Span[row];
                if (dLogit.Length > 0 && (own[row] < 0 || own[row] == member)) dLogit.Span[row] += gradient * weights.Span[at];
            }
        }
    }
}
