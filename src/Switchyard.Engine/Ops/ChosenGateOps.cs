using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>What the gates of automatic expert selection mix, for a pass that wants nothing else of them.</summary>
public static class ChosenGateOps
{
    /// <summary>Rows that go through all steps before the next are read: what lies between two steps stays in the first-level cache.</summary>
    const int TileRows = 16;

    [ThreadStatic]
    static Real[]? _tile;

    /// <summary>
    /// Gate logits [B, gates × N] → mixing weights [B,N] of the row's own gate over the experts it chooses, exactly 0 elsewhere: those closest
    /// in KL divergence to the one-hot of the own gate and to the uniform distribution over the gates. The bits of
    /// <see cref="GateOps.GateLogSoftmax"/>, <see cref="GateOps.PickGate"/>, <see cref="SelectionOps.SmallestPerRow"/> and
    /// <see cref="GateOps.MaskedSoftmax"/> one after the other. For scoring: it has no gradient.
    /// </summary>
    /// <param name="g">A graph that scores.</param>
    /// <param name="logits">Of all gates; they choose and mix.</param>
    /// <param name="gates">How many gates.</param>
    /// <param name="own">Every row's own gate.</param>
    /// <param name="choice">How many experts a row chooses.</param>
    public static Tensor ChosenGate(this Graph g, Tensor logits, int gates, NodeIndex own, in ExpertChoice choice)
    {
        if (g.Training) throw new InvalidOperationException("This op has no gradient; use its parts.");
        var y = g.New(logits.Rows, logits.Cols / gates, needsGrad: false);
        g.ForRows(y.Rows, new Body(g.Values(logits), g.Values(y), gates, y.Cols, own, choice));
        return y;
    }

    readonly struct Body(Block<Real> logits, Block<Real> y, int gates, int cols, NodeIndex own, ExpertChoice choice) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var width = gates * cols;
            var length = TileRows * (width + 4 * cols);
            var tile = (_tile is { } t && t.Length >= length ? t : _tile = new Real[length]).AsSpan(0, length);
            var log = tile[..(TileRows * width)];
            var mixing = tile.Slice(TileRows * width, TileRows * cols);
            var mask = tile.Slice(TileRows * (width + cols), TileRows * cols);
            var divergence = tile.Slice(TileRows * (width + 2 * cols), cols);
            var shared = tile.Slice(TileRows * (width + 3 * cols), cols);
            for (var first = from; first < to; first += TileRows)
            {
                var count = Math.Min(TileRows, to - first);
                Softmax.LogGates(logits.Slice(first * width, count * width), count, gates, cols, log);
                for (var i = 0; i < count; i++)
                {
                    var gate = own[first + i];
                    var chosen = mask.Slice(i * cols, cols);
                    GateOps.PickRow(log.Slice(i * width, width), gates, -1, divergence);

                    // The divergence from the one-hot is minus a logarithm, where there is a gate to be one-hot at.
                    SelectionOps.Choose(gate < 0 ? divergence : log.Slice(i * width + gate * cols, cols), default, choice.Specific, -1, chosen);
                    ElementOps.Affine(divergence, -1, choice.UniformShift(gates), divergence);
                    SelectionOps.Choose(divergence, choice.Disjoint ? chosen : default, choice.Shared, 1, shared);
                    SelectionOps.Larger(chosen, shared, chosen);
                    GateOps.PickRow(logits.Slice((first + i) * width, width), gates, gate, mixing.Slice(i * cols, cols));
                }

                Softmax.MaskedRows(mixing, mask, count, cols, y.Slice(first * cols, count * cols));
            }
        }
    }
}

/// <summary>How many experts a row chooses.</summary>
/// <param name="Specific">Experts closest to the one-hot of the own gate.</param>
/// <param name="Shared">Experts closest to the uniform distribution.</param>
/// <param name="Disjoint">True: none is chosen as both.</param>
public readonly record struct ExpertChoice(int Specific, int Shared, bool Disjoint)
{
    /// <summary>What the mean of log-probabilities lacks of the divergence from the uniform distribution over the gates.</summary>
    public Real UniformShift(int gates) => (Real)(-Math.Log(gates));
}
