using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>What the gates of automatic expert selection mix, for a pass in which nobody reads what was chosen.</summary>
public static class ChosenGateOps
{
    /// <summary>Rows that go through all steps before the next are read: what lies between two steps stays in the first-level cache, or the second where gates and experts are many.</summary>
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
        if (g.Training) throw new InvalidOperationException("This op has no gradient; use the one with terms.");
        var y = g.New(logits.Rows, logits.Cols / gates, needsGrad: false);
        g.ForRows(y.Rows, new Body(g.Values(logits), g.Values(logits), g.Values(y), gates, y.Cols, own, choice, null));

        // Nothing is recorded; the time counts under the name that it has in training.
        g.Record(ChosenGateBack, y, logits);
        return y;
    }

    /// <summary>The same for training, with the gradient of these ops, to the bit.</summary>
    /// <param name="g">A graph.</param>
    /// <param name="logits">Of all gates; they choose.</param>
    /// <param name="mixing">Of all gates; they mix.</param>
    /// <param name="gates">How many gates.</param>
    /// <param name="own">Every row's own gate.</param>
    /// <param name="choice">How many experts a row chooses.</param>
    /// <param name="specific">Receives the mean divergence [1,1] of the specific experts from the one-hot of their rows' gates.</param>
    /// <param name="shared">Receives that of the shared experts from the uniform distribution. Both are added up in double, row by row.</param>
    public static Tensor ChosenGate(
        this Graph g, Tensor logits, Tensor mixing, int gates, NodeIndex own, in ExpertChoice choice, out Tensor specific, out Tensor shared)
    {
        var y = g.New(logits.Rows, logits.Cols / gates, g.NeedsGrad(logits) || g.NeedsGrad(mixing));
        (specific, shared) = (g.New(1, 1, g.NeedsGrad(logits)), g.New(1, 1, g.NeedsGrad(logits)));
        var chosen = g.RentChosen();
        chosen.Prepare(g, y.Rows, gates, choice, own, specific, shared);
        g.ForRows(y.Rows, new Body(g.Values(logits), g.Values(mixing), g.Values(y), gates, y.Cols, own, choice, chosen));
        chosen.Close(g);
        g.Record(ChosenGateBack, y, logits, mixing, aux: chosen);

        // The terms' gradients flow in the same step, also where nobody mixes.
        if (g.NeedsGrad(y)) g.Grads(y);
        return y;
    }

    static void ChosenGateBack(Graph g, in Step s)
    {
        var chosen = (ChosenExperts)s.Aux!;
        if (chosen.HasTerms(g) && g.NeedsGrad(s.A))
        {
            var dx = g.GradsToFill(s.A, out var fresh);
            g.ForRows(s.A.Rows, new TermsBackBody(chosen, chosen.Slopes(g), dx, s.Out.Cols, fresh));
        }

        if (!g.NeedsGrad(s.B)) return;
        var dMixing = g.GradsToFill(s.B, out var first);
        g.ForRows(s.B.Rows, new MixingBackBody(chosen, g.Values(s.Out), g.Grads(s.Out), dMixing, s.Out.Cols, first));
    }

    static Span<Real> Tile(int length) => (_tile is { } t && t.Length >= length ? t : _tile = new Real[length]).AsSpan(0, length);

    readonly struct Body(
        Block<Real> logits, Block<Real> mixing, Block<Real> y, int gates, int cols, NodeIndex own, ExpertChoice choice, ChosenExperts? kept) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var pairs = kept is null && choice is { Specific: 1, Shared: 1, Disjoint: false } && cols % Softmax.ClosestColumns == 0;
            for (var first = from; first < to; first += TileRows)
            {
                var count = Math.Min(TileRows, to - first);
                if (pairs) Pairs(first, count);
                else Rows(first, count);
            }
        }

        /// <summary>Any choice of up to <see cref="TileRows"/> rows.</summary>
        void Rows(int first, int count)
        {
            var width = gates * cols;
            var tile = Tile(TileRows * (width + 2 * cols) + 3 * cols);
            var log = tile[..(TileRows * width)];
            var picked = tile.Slice(TileRows * width, TileRows * cols);
            var mask = tile.Slice(TileRows * (width + cols), TileRows * cols);
            var mean = tile.Slice(TileRows * (width + 2 * cols), cols);
            var fromUniform = tile.Slice(TileRows * (width + 2 * cols) + cols, cols);
            var shared = tile[^cols..];
            Softmax.LogGates(logits.Slice(first * width, count * width), count, gates, cols, log);
            for (var i = 0; i < count; i++)
            {
                var gate = own[first + i];
                var all = log.Slice(i * width, width);
                var chosen = mask.Slice(i * cols, cols);
                GateOps.PickRow(mixing.Slice((first + i) * width, width), gates, gate, picked.Slice(i * cols, cols));
                GateOps.PickRow(all, gates, -1, mean);

                // The divergence from the one-hot is minus a logarithm, where there is a gate to be one-hot at.
                var ofOwn = gate < 0 ? mean : all.Slice(gate * cols, cols);
                SelectionOps.Choose(ofOwn, default, choice.Specific, -1, chosen);
                ElementOps.Affine(mean, -1, choice.UniformShift(gates), fromUniform);
                SelectionOps.Choose(fromUniform, choice.Disjoint ? chosen : default, choice.Shared, 1, shared);
                kept?.Note(first + i, chosen, shared, all, ofOwn, fromUniform);
                SelectionOps.Larger(chosen, shared, chosen);
            }

            Softmax.MaskedRows(picked, mask, count, cols, y.Slice(first * cols, count * cols));
        }

        /// <summary>Up to <see cref="TileRows"/> rows that choose one expert of each kind: a softmax of two, to the bits of one over all that leaves out the others.</summary>
        void Pairs(int first, int count)
        {
            var width = gates * cols;
            Span<int> columns = stackalloc int[2 * TileRows];
            Span<Real> pairs = stackalloc Real[2 * TileRows];
            pairs.Clear();
            columns.Fill(-1);
            for (var i = 0; i < count; i++)
            {
                var row = logits.Slice((first + i) * width, width);
                var gate = own[first + i];
                if (gate < 0 || !Softmax.Closest(row, gates, cols, gate, choice.UniformShift(gates), out var one, out var common)) continue;
                (columns[i], columns[TileRows + i]) = (one, common);
                var mixed = mixing.Slice((first + i) * width + gate * cols, cols);
                (pairs[i], pairs[TileRows + i]) = (mixed[one], one == common ? Real.NegativeInfinity : mixed[common]);
            }

            Softmax.Columns(pairs, 2);
            for (var i = 0; i < count; i++)
            {
                if (columns[i] < 0)
                {
                    // No gate of its own, or numbers that are not finite.
                    Rows(first + i, 1);
                    continue;
                }

                // The specific expert last: where it is the common one as well, the other place holds 0.
                var weights = y.Slice((first + i) * cols, cols);
                weights.Clear();
                weights[columns[TileRows + i]] = pairs[TileRows + i];
                weights[columns[i]] = pairs[i];
            }
        }
    }

    /// <summary>The terms' gradient, through the log-softmax of chosen columns: the others have none.</summary>
    readonly struct TermsBackBody(ChosenExperts chosen, (Real Specific, Real Shared) slopes, Block<Real> dx, int cols, bool fresh) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var gates = chosen.Gates;
            if (fresh) dx.Slice(from * gates * cols, (to - from) * gates * cols).Clear();
            var gradient = Tile(gates);
            var share = (Real)1 / gates;
            for (var row = from; row < to; row++)
            {
                var target = dx.Slice(row * gates * cols, gates * cols);
                var own = chosen.Own[row];
                for (var slot = row * chosen.Most; slot < (row + 1) * chosen.Most; slot++)
                {
                    var (column, specific, common) = chosen[slot];
                    if (column < 0) break;
                    gradient.Fill(common ? share * slopes.Shared : 0);
                    if (specific && own >= 0) gradient[own] += slopes.Specific;
                    for (var j = 0; j < gates && specific && own < 0; j++) gradient[j] += share * slopes.Specific;
                    Real sum = 0;
                    foreach (var part in gradient) sum += part;
                    var shares = chosen.Shares.Slice(slot * gates, gates);
                    for (var j = 0; j < gates; j++) target[j * cols + column] += Real.FusedMultiplyAdd(-shares[j], sum, gradient[j]);
                }
            }
        }
    }

    /// <summary>The gradient of the mixing weights, in the own gate's chosen columns.</summary>
    readonly struct MixingBackBody(ChosenExperts chosen, Block<Real> y, Block<Real> dy, Block<Real> dx, int cols, bool fresh) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var gates = chosen.Gates;
            if (fresh) dx.Slice(from * gates * cols, (to - from) * gates * cols).Clear();
            var row = Tile(cols);
            for (var r = from; r < to; r++)
            {
                row.Clear();
                Softmax.RowsBackward(y.Slice(r * cols, cols), dy.Slice(r * cols, cols), row, 1, cols);
                var target = dx.Slice(r * gates * cols, gates * cols);
                var own = chosen.Own[r];
                var (first, last, share) = own >= 0 ? (own, own + 1, 1) : (0, gates, (Real)1 / gates);
                for (var slot = r * chosen.Most; slot < (r + 1) * chosen.Most; slot++)
                {
                    var column = chosen[slot].Column;
                    if (column < 0) break;
                    for (var j = first; j < last; j++) target[j * cols + column] += share * row[column];
                }
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
