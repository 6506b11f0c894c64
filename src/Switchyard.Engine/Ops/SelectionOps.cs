using System.Numerics;
using System.Runtime.CompilerServices;
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
        g.Listener?.Heard(nameof(Either), mask, a, b);
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
        g.Listener?.Heard(nameof(OneHot), gate, own, members);
        return gate;
    }

    static Tensor Chosen(Graph g, Tensor x, int k, Real sign, Tensor without)
    {
        var mask = g.New(x.Rows, x.Cols, needsGrad: false);
        g.ForRows(x.Rows, new Body(g.Values(x), without.Length == 0 ? default : g.Values(without), g.Values(mask), x.Cols, k, sign));
        if (sign > 0) g.Listener?.Heard(nameof(SmallestPerRow), mask, x, k, without);
        else g.Listener?.Heard(nameof(LargestPerRow), mask, x, k);
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
        public void Run(Graph g, int from, int to) =>
            Larger(a.Slice(from * cols, (to - from) * cols), b.Slice(from * cols, (to - from) * cols), mask.Slice(from * cols, (to - from) * cols));
    }

    /// <summary>The k smallest of sign · x.</summary>
    readonly struct Body(Block<Real> x, Block<Real> without, Block<Real> mask, int cols, int k, Real sign) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
                Choose(x.Slice(row * cols, cols), without.Length == 0 ? default : without.Slice(row * cols, cols), k, sign, mask.Slice(row * cols, cols));
        }
    }

    /// <summary>z = the larger of a and b; z may be one of them.</summary>
    internal static void Larger(ReadOnlySpan<Real> a, ReadOnlySpan<Real> b, Span<Real> z)
    {
        var i = 0;
        for (; i <= z.Length - Vector256<Real>.Count; i += Vector256<Real>.Count) Vector256.Max(Vector256.Create(a[i..]), Vector256.Create(b[i..])).CopyTo(z[i..]);
        for (; i < z.Length; i++) z[i] = Math.Max(a[i], b[i]);
    }

    /// <summary>Mask of the k smallest of sign · values, ties to the lower index; barred ones are no candidates.</summary>
    internal static void Choose(ReadOnlySpan<Real> values, ReadOnlySpan<Real> barred, int k, Real sign, Span<Real> chosen)
    {
        chosen.Clear();
        for (var n = 0; n < k; n++)
        {
            // A value that is no number is found by the slow search only.
            var best = Quick(values, barred, sign, n == 0 ? default : chosen);
            if (best < 0) best = Best(values, barred, sign, chosen);
            if (best >= 0) chosen[best] = 1;
        }
    }

    /// <summary>The smallest candidate, found without a branch per entry; −1 where it is not below infinity or one is not a number.</summary>
    static int Quick(ReadOnlySpan<Real> values, ReadOnlySpan<Real> barred, Real sign, ReadOnlySpan<Real> chosen)
    {
        var infinity = Vector256.Create(Real.PositiveInfinity);
        var (smallest, i) = (infinity, 0);
        for (; i <= values.Length - Vector256<Real>.Count; i += Vector256<Real>.Count) smallest = Vector256.Min(smallest, Candidates(values, barred, sign, chosen, i));
        var two = Vector128.Min(smallest.GetLower(), smallest.GetUpper());
        var one = two[0];
        for (var lane = 1; lane < Vector128<Real>.Count; lane++) one = Math.Min(one, two[lane]);
        for (; i < values.Length; i++) one = Math.Min(one, Candidate(values, barred, sign, chosen, i));
        if (!(one < Real.PositiveInfinity)) return -1;
        for (i = 0; i <= values.Length - Vector256<Real>.Count; i += Vector256<Real>.Count)
        {
            var found = Vector256.Equals(Candidates(values, barred, sign, chosen, i), Vector256.Create(one)).ExtractMostSignificantBits();
            if (found != 0) return i + BitOperations.TrailingZeroCount(found);
        }

        for (; i < values.Length; i++)
        {
            if (Candidate(values, barred, sign, chosen, i) == one) return i;
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<Real> Candidates(ReadOnlySpan<Real> values, ReadOnlySpan<Real> barred, Real sign, ReadOnlySpan<Real> chosen, int i)
    {
        var value = sign * Vector256.Create(values[i..]);
        if (chosen.Length > 0) value = Free(Vector256.Create(chosen[i..]), value);
        return barred.Length > 0 ? Free(Vector256.Create(barred[i..]), value) : value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<Real> Free(Vector256<Real> taken, Vector256<Real> value) =>
        Vector256.ConditionalSelect(Vector256.Equals(taken, Vector256<Real>.Zero), value, Vector256.Create(Real.PositiveInfinity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Real Candidate(ReadOnlySpan<Real> values, ReadOnlySpan<Real> barred, Real sign, ReadOnlySpan<Real> chosen, int i) =>
        (chosen.Length > 0 && chosen[i] != 0) || (barred.Length > 0 && barred[i] != 0) ? Real.PositiveInfinity : sign * values[i];

    static int Best(ReadOnlySpan<Real> values, ReadOnlySpan<Real> barred, Real sign, ReadOnlySpan<Real> chosen)
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
