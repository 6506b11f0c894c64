using System.Runtime.Intrinsics;
using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Decisions, masks of 0 and 1, and what is known of them: they read values; no gradient flows through them.</summary>
public static class SelectionOps
{
    /// <summary>
    /// x [B,N] → mask [B,N] with 1 at the k smallest entries of every row, ties to the lower index. Entries whose
    /// <paramref name="without"/> mask is 1 are not candidates.
    /// </summary>
    public static Tensor SmallestPerRow(this Graph g, Tensor x, int k, Tensor without = default) => Chosen(g, x, k, 1, without);

    /// <summary>x [B,N] → mask [B,N] with 1 at the k largest entries of every row, ties to the lower index.</summary>
    public static Tensor LargestPerRow(this Graph g, Tensor x, int k) => Chosen(g, x, k, -1, default);

    /// <summary>1 where either mask is 1.</summary>
    public static Tensor Either(this Graph g, Tensor a, Tensor b)
    {
        var mask = g.New(a.Rows, a.Cols, needsGrad: false);
        g.ForRows(a.Rows, new EitherBody(g.Values(a), g.Values(b), g.Values(mask), a.Cols));
        return mask;
    }

    /// <summary>
    /// weights [B,N] whose rows sum to 1 → [B,1]: their entropy as a share of the largest, −Σ w ln w / ln N, from 0 (one weight is all) to 1
    /// (all alike); 0 where N = 1.
    /// </summary>
    public static Tensor Entropy(this Graph g, Tensor weights)
    {
        var entropy = g.New(weights.Rows, 1, needsGrad: false);
        g.ForRows(weights.Rows, new EntropyBody(g.Values(weights), g.Scratch(weights.Length), g.Values(entropy), weights.Cols));
        return entropy;
    }

    /// <summary>Weights [rows × members]: 1 at the row's own member and 0 elsewhere; 1/members everywhere where it is unknown.</summary>
    public static Tensor OneHot(this Graph g, NodeIndex own, int rows, int members)
    {
        var gate = g.New(rows, members, needsGrad: false);
        g.ForRows(rows, new OneHotBody(own, g.Values(gate), members));
        return gate;
    }

    static Tensor Chosen(Graph g, Tensor x, int k, Real sign, Tensor without)
    {
        var mask = g.New(x.Rows, x.Cols, needsGrad: false);
        g.ForRows(x.Rows, new Body(g.Values(x), without.Length == 0 ? default : g.Values(without), g.Values(mask), x.Cols, k, sign));
        return mask;
    }

    readonly struct OneHotBody(NodeIndex own, Block<Real> gate, int members) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var weights = gate.Slice(row * members, members);
                var member = own[row];
                weights.Fill(member < 0 ? (Real)1 / members : 0);
                if (member >= 0) weights[member] = 1;
            }
        }
    }

    readonly struct EntropyBody(Block<Real> weights, Block<Real> scratch, Block<Real> entropy, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var w = weights.Slice(from * cols, (to - from) * cols);
            var log = scratch.Slice(from * cols, w.Length);

            // A weight of 0 adds 0; its logarithm must only be finite.
            for (var i = 0; i < w.Length; i++) log[i] = Math.Max(w[i], (Real)1e-30);
            Vectors.Log(log, log);
            for (var row = from; row < to; row++)
            {
                var sum = 0.0;
                for (var i = (row - from) * cols; i < (row - from + 1) * cols; i++) sum -= w[i] * log[i];
                entropy.Span[row] = cols == 1 ? 0 : (Real)Math.Clamp(sum / Math.Log(cols), 0, 1);
            }
        }
    }

    readonly struct EitherBody(Block<Real> a, Block<Real> b, Block<Real> mask, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var x = a.Slice(from * cols, (to - from) * cols);
            var y = b.Slice(from * cols, x.Length);
            var z = mask.Slice(from * cols, x.Length);
            for (var i = 0; i < z.Length; i++) z[i] = Math.Max(x[i], y[i]);
        }
    }

    /// <summary>The k smallest of sign · x.</summary>
    readonly struct Body(Block<Real> x, Block<Real> without, Block<Real> mask, int cols, int k, Real sign) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var values = x.Slice(row * cols, cols);
                var chosen = mask.Slice(row * cols, cols);
                var barred = without.Length == 0 ? default : without.Slice(row * cols, cols);
                chosen.Clear();
                if (k == 1 && barred.Length == 0 && Only(values) is >= 0 and var only)
                {
                    chosen[only] = 1;
                    continue;
                }

                for (var n = 0; n < k; n++)
                {
                    var best = Best(values, chosen, barred);
                    if (best >= 0) chosen[best] = 1;
                }
            }
        }

        /// <summary>The smallest of all, found without a branch per entry; −1 where one is not a number.</summary>
        int Only(ReadOnlySpan<Real> values)
        {
            var (smallest, i) = (Vector256.Create(Real.PositiveInfinity), 0);
            for (; i <= values.Length - Vector256<Real>.Count; i += Vector256<Real>.Count)
                smallest = Vector256.Min(smallest, sign * Vector256.Create(values[i..]));
            var two = Vector128.Min(smallest.GetLower(), smallest.GetUpper());
            var one = two[0];
            for (var lane = 1; lane < Vector128<Real>.Count; lane++) one = Math.Min(one, two[lane]);
            for (; i < values.Length; i++) one = Math.Min(one, sign * values[i]);
            for (i = 0; i < values.Length; i++)
            {
                if (sign * values[i] == one) return i;
            }

            return -1;
        }

        int Best(ReadOnlySpan<Real> values, ReadOnlySpan<Real> chosen, ReadOnlySpan<Real> barred)
        {
            var best = -1;
            for (var i = 0; i < values.Length; i++)
            {
                if (chosen[i] != 0 || (barred.Length > 0 && barred[i] != 0)) continue;
                if (best < 0 || sign * values[i] < sign * values[best]) best = i;
            }

            return best;
        }
    }
}
