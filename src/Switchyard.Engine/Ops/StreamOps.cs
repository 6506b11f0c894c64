using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Streams of all members side by side, of which a row goes on with its own.</summary>
public static class StreamOps
{
    /// <summary>
    /// Streams [B,N], one per member → [B,N]: of every row the stream of its own member; the mean of all where it is unknown. What
    /// <see cref="GateOps.PickGate"/> reads out of one tensor, without making it.
    /// </summary>
    public static Tensor PickStream(this Graph g, ReadOnlySpan<Tensor> streams, NodeIndex own)
    {
        var (ids, same) = own.Parts;
        if (ids is null && same >= 0) return streams[same];

        var y = g.New(streams[0].Rows, streams[0].Cols);
        g.Value(y).Clear();
        for (var m = 0; m < streams.Length; m++)
        {
            g.ForRows(y.Rows, new ForwardBody(g.Values(streams[m]), g.Values(y), m, streams.Length, y.Cols, own));
            g.Record(Back, y, streams[m], i: m, f: (Real)1 / streams.Length, aux: ids);
        }

        g.Listener?.Heard(nameof(PickStream), y, streams.ToArray(), own);
        return y;
    }

    static void Back(Graph g, in Step s)
    {
        var own = s.Aux is int[] ids ? NodeIndex.PerRow(ids) : NodeIndex.Constant(-1);
        if (g.NeedsGrad(s.A)) g.ForRows(s.A.Rows, new BackBody(g.Grads(s.Out), g.Grads(s.A), s.I, s.F, s.A.Cols, own));
    }

    /// <summary>The last member's pass divides what all of them added.</summary>
    readonly struct ForwardBody(Block<Real> x, Block<Real> y, int member, int members, int cols, NodeIndex own) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var node = own[row];
                var target = y.Slice(row * cols, cols);
                if (node == member) x.Slice(row * cols, cols).CopyTo(target);
                if (node >= 0) continue;
                Vectors.Add(x.Slice(row * cols, cols), target);
                if (member < members - 1) continue;
                for (var j = 0; j < target.Length; j++) target[j] /= members;
            }
        }
    }

    readonly struct BackBody(Block<Real> dy, Block<Real> dx, int member, Real share, int cols, NodeIndex own) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var node = own[row];
                if (node >= 0 && node != member) continue;
                Vectors.Axpy(node < 0 ? share : 1, dy.Slice(row * cols, cols), dx.Slice(row * cols, cols));
            }
        }
    }
}
