using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Mixing networks that stand side by side by one number for every two of them.</summary>
public static class StitchOps
{
    /// <summary>Rows whose products are summed by themselves before the sums are added in order, so that they do not depend on the workers.</summary>
    const int RowsPerSum = 256;

    /// <summary>
    /// Streams of [members × B, N], in which member m's values of row b are row m × B + b, and weights: a matrix [members, members] for
    /// every stream → y [pairs,N], for the pair (row b, member e): Σ_s Σ_m weights_s[e,m] · stream_s[m × B + b].
    /// </summary>
    /// <param name="g">The graph.</param>
    /// <param name="streams">As ExpertLinear returns them where every row goes to every member.</param>
    /// <param name="weights">As many stacked matrices as there are streams.</param>
    /// <param name="to">The pairs that are wanted.</param>
    public static Tensor Stitch(this Graph g, ReadOnlySpan<Tensor> streams, Parameter weights, Dispatch to)
    {
        var y = g.New(to.Pairs, streams[0].Cols);
        var alpha = g.Use(weights);
        g.Value(y).Clear();
        for (var s = 0; s < streams.Length; s++)
        {
            g.ForRows(to.Rows, new ForwardBody(g.Values(streams[s]), g.Values(alpha), Matrix(to, s), g.Values(y), to, y.Cols));
            g.Record(Back, y, streams[s], alpha, s, 0, to);
        }

        g.Listener?.Heard(nameof(Stitch), y, streams.ToArray(), weights);
        return y;
    }

    /// <summary>First value of a stream's matrix.</summary>
    static int Matrix(Dispatch to, int stream) => stream * to.Experts * to.Experts;

    static void Back(Graph g, in Step s)
    {
        var to = (Dispatch)s.Aux!;
        var (size, first) = (to.Experts * to.Experts, Matrix(to, s.I));
        var (x, dy) = (g.Values(s.A), g.Grads(s.Out));
        g.ForRows(to.Rows, new BackBody(g.Values(s.B), first, dy, g.Grads(s.A), to, s.A.Cols));
        var parts = (to.Rows + RowsPerSum - 1) / RowsPerSum;
        var sums = g.Doubles(parts * size);
        g.Pool.For(parts, new WeightBody(x, dy, sums, to, s.A.Cols));
        var gradient = g.Grad(s.B).Slice(first, size);
        for (var i = 0; i < size; i++)
        {
            var sum = 0.0;
            for (var part = 0; part < parts; part++) sum += sums.Span[part * size + i];
            gradient[i] += (Real)sum;
        }
    }

    /// <summary>Pairs of a row, and the members they belong to.</summary>
    readonly ref struct RowPairs
    {
        public RowPairs(Dispatch to, int row)
        {
            var entries = to.Gate(0);
            var (start, end) = (entries.Start.Span[row], entries.Start.Span[row + 1]);
            Pairs = entries.Pair.Slice(start, end - start);
            Positions = entries.Position.Slice(start, end - start);
            First = row * to.Experts;
        }

        ReadOnlySpan<int> Positions { get; }

        int First { get; }

        public ReadOnlySpan<int> Pairs { get; }

        public int Member(int pair) => Positions[pair] - First;
    }

    readonly struct ForwardBody(Block<Real> x, Block<Real> alpha, int first, Block<Real> y, Dispatch to, int width) : IRowBody
    {
        public void Run(Graph g, int from, int end)
        {
            var members = to.Experts;
            for (var row = from; row < end; row++)
            {
                var pairs = new RowPairs(to, row);
                for (var p = 0; p < pairs.Pairs.Length; p++)
                {
                    var target = y.Slice(pairs.Pairs[p] * width, width);
                    var weights = alpha.Slice(first + pairs.Member(p) * members, members);
                    for (var m = 0; m < members; m++) Vectors.Axpy(weights[m], x.Slice((m * to.Rows + row) * width, width), target);
                }
            }
        }
    }

    readonly struct BackBody(Block<Real> alpha, int first, Block<Real> dy, Block<Real> dx, Dispatch to, int width) : IRowBody
    {
        public void Run(Graph g, int from, int end)
        {
            var members = to.Experts;
            for (var row = from; row < end; row++)
            {
                var pairs = new RowPairs(to, row);
                for (var p = 0; p < pairs.Pairs.Length; p++)
                {
                    var source = dy.Slice(pairs.Pairs[p] * width, width);
                    var weights = alpha.Slice(first + pairs.Member(p) * members, members);
                    for (var m = 0; m < members; m++) Vectors.Axpy(weights[m], source, dx.Slice((m * to.Rows + row) * width, width));
                }
            }
        }
    }

    /// <summary>Part p: products of the rows of its stretch.</summary>
    readonly struct WeightBody(Block<Real> x, Block<Real> dy, Block<double> sums, Dispatch to, int width) : IParallelBody
    {
        public void Run(int part)
        {
            var members = to.Experts;
            var target = sums.Slice(part * members * members, members * members);
            target.Clear();
            for (var row = part * RowsPerSum; row < Math.Min(to.Rows, (part + 1) * RowsPerSum); row++)
            {
                var pairs = new RowPairs(to, row);
                for (var p = 0; p < pairs.Pairs.Length; p++)
                {
                    var gradient = dy.Slice(pairs.Pairs[p] * width, width);
                    var products = target.Slice(pairs.Member(p) * members, members);
                    for (var m = 0; m < members; m++) products[m] += Vectors.Dot(gradient, x.Slice((m * to.Rows + row) * width, width));
                }
            }
        }
    }
}
