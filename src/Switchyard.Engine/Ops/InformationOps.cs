using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>P(s): how much a scenario counts in the mutual information, whatever its share of the rows.</summary>
public enum ScenarioPrior
{
    /// <summary>Every scenario that the batch has a row of counts alike.</summary>
    Uniform,

    /// <summary>A scenario counts as often as the batch has it.</summary>
    Batch,
}

/// <summary>Moving average of P(expert | scenario) over the steps; a scenario that was never seen has none and starts with its first batch.</summary>
public sealed class ExpertShares(Scope scope, Members scenarios, int experts, double keep)
{
    /// <summary>Weight of the old average, 0 to 1.</summary>
    internal double Keep { get; } = keep;

    /// <summary>[scenarios × experts].</summary>
    internal StateBuffer Average { get; } = scope.Buffer("expert_shares", scenarios.Count * experts, 0, scenarios, fresh: true);
}

/// <summary>What a gate tells of the scenario.</summary>
public static class InformationOps
{
    /// <summary>Probabilities below it are raised to it, inside logarithms only.</summary>
    const double Smallest = 1e-12;

    /// <summary>Columns that a worker sums: all rows in order, so that the sums do not depend on the workers.</summary>
    const int ColumnsPerPart = 64;

    /// <summary>
    /// Gates p [B,N], rows sum to 1 → [1,1]: the mutual information of scenario and expert in nats,
    /// I = Σ P(s,e) log[P(s,e) / (P(s) P(e))] with P(e|s) the mean of p over the scenario's rows (CESAA, Dong et al. 2024). Rows of an
    /// unknown scenario do not count. Summed in double in a fixed order; 0 where no row has a scenario.
    /// </summary>
    /// <param name="g">The graph.</param>
    /// <param name="p">Gates.</param>
    /// <param name="own">Scenario of every row.</param>
    /// <param name="scenarios">How many there are.</param>
    /// <param name="prior">P(s).</param>
    /// <param name="shares">Where given, P(e|s) is the average it keeps, this batch included; the gradient is that of the batch's part. Moved by the call.</param>
    public static Tensor MutualInformation(this Graph g, Tensor p, NodeIndex own, int scenarios, ScenarioPrior prior, ExpertShares? shares = null)
    {
        var cols = p.Cols;
        var (sums, rows) = (g.Doubles(scenarios * cols), g.Doubles(scenarios));
        Count(own, p.Rows, rows.Span);
        g.Pool.For((cols + ColumnsPerPart - 1) / ColumnsPerPart, new SumBody(g.Values(p), sums, own, p.Rows, cols));

        var slopes = g.New(scenarios, cols, needsGrad: false);
        var y = g.New(1, 1, g.NeedsGrad(p));
        g.Value(y)[0] = (Real)Information(sums.Span, rows.Span, g.Doubles(cols).Span, g.Value(slopes), prior, shares);
        var (ids, same) = own.Parts;
        g.Record(
            static (g, in s) => g.ForRows(s.A.Rows, new BackBody(g.Values(s.B), g.Grads(s.A), g.Grad(s.Out)[0], NodeIndex.Of(in s), s.A.Cols)),
            y, p, slopes, same, aux: ids);
        return y;
    }

    static void Count(NodeIndex own, int rows, Span<double> counts)
    {
        counts.Clear();
        for (var row = 0; row < rows; row++)
        {
            if (own[row] >= 0) counts[own[row]]++;
        }
    }

    /// <summary>The information, and its slope by every row's p: that of P(e|s) divided by the scenario's rows.</summary>
    /// <param name="shares">In: sums of p by scenario and expert; out: P(e|s).</param>
    /// <param name="rows">Rows of every scenario.</param>
    /// <param name="marginal">Receives P(e).</param>
    /// <param name="slopes">Receives the slopes [scenarios × experts].</param>
    /// <param name="prior">P(s).</param>
    /// <param name="average">See <see cref="MutualInformation"/>.</param>
    static double Information(
        Span<double> shares, ReadOnlySpan<double> rows, Span<double> marginal, Span<Real> slopes, ScenarioPrior prior, ExpertShares? average)
    {
        var cols = marginal.Length;
        double known = 0, present = 0;
        foreach (var count in rows)
        {
            known += count;
            present += count > 0 ? 1 : 0;
        }

        double PriorOf(double count) => prior == ScenarioPrior.Batch ? count / known : 1 / present;
        marginal.Clear();
        slopes.Clear();
        for (var s = 0; s < rows.Length; s++)
        {
            if (rows[s] == 0) continue;
            var share = shares.Slice(s * cols, cols);
            foreach (ref var value in share) value /= rows[s];
            var moved = average is null ? 1 : Move(average, s, share);
            for (var e = 0; e < cols; e++)
            {
                marginal[e] += PriorOf(rows[s]) * share[e];
                slopes[s * cols + e] = (Real)moved;
            }
        }

        double information = 0;
        for (var s = 0; s < rows.Length; s++)
        {
            for (var e = 0; e < cols && rows[s] > 0; e++)
            {
                var share = shares[s * cols + e];
                var weight = PriorOf(rows[s]);
                var log = Math.Log(Math.Max(share, Smallest)) - Math.Log(Math.Max(marginal[e], Smallest));
                information += weight * share * log;

                // Where a probability is raised to the smallest, its logarithm does not move.
                var slope = log + (share >= Smallest ? 1 : 0) - (marginal[e] >= Smallest ? 1 : 0);
                slopes[s * cols + e] *= (Real)(weight * slope / rows[s]);
            }
        }

        return information;
    }

    /// <summary>Moves a scenario's average and puts it in the place of the batch's shares; returns how much of the batch is in it.</summary>
    static double Move(ExpertShares average, int scenario, Span<double> share)
    {
        var old = average.Average.Values.AsSpan(scenario * share.Length, share.Length);
        double seen = 0;
        foreach (var value in old) seen += value;
        var keep = seen > 0 ? average.Keep : 0;
        for (var e = 0; e < share.Length; e++)
        {
            share[e] = keep * old[e] + (1 - keep) * share[e];
            old[e] = (Real)share[e];
        }

        return 1 - keep;
    }

    /// <summary>Part p: the sums of a range of columns.</summary>
    readonly struct SumBody(Block<Real> p, Block<double> sums, NodeIndex own, int rows, int cols) : IParallelBody
    {
        public void Run(int part)
        {
            var (from, to) = (part * ColumnsPerPart, Math.Min(cols, (part + 1) * ColumnsPerPart));
            for (var s = 0; s < sums.Length; s += cols) sums.Slice(s + from, to - from).Clear();
            for (var row = 0; row < rows; row++)
            {
                if (own[row] < 0) continue;
                var source = p.Slice(row * cols + from, to - from);
                var target = sums.Slice(own[row] * cols + from, to - from);
                for (var e = 0; e < target.Length; e++) target[e] += source[e];
            }
        }
    }

    readonly struct BackBody(Block<Real> slopes, Block<Real> dp, Real dy, NodeIndex own, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                if (own[row] >= 0) Vectors.Axpy(dy, slopes.Slice(own[row] * cols, cols), dp.Slice(row * cols, cols));
            }
        }
    }
}
