using System.Runtime.Intrinsics;
using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Noise and dropout. Both draw from a counter keyed by seed, step, site and position: neither threads nor dispatch can change them.</summary>
public static class RandomOps
{
    const int IdsAtATime = 256;

    /// <summary>Training: x + σ · N(0,1), independent for every element. Scoring, or σ = 0: x itself.</summary>
    /// <param name="site">Number of the place in the model that draws; see <see cref="Scope.Site"/>.</param>
    public static Tensor Noise(this Graph g, Tensor x, Real sigma, int site)
    {
        if (!g.Training || sigma == 0) return x;
        return g.Noise(x, sigma, site, default);
    }

    /// <summary>The same with a deviation of σ · strength [B,1] of the row, through which no gradient flows.</summary>
    public static Tensor Noise(this Graph g, Tensor x, Tensor strength, Real sigma, int site) =>
        g.Training && sigma != 0 ? g.Noise(x, sigma, site, g.Values(strength)) : x;

    static Tensor Noise(this Graph g, Tensor x, Real sigma, int site, Block<Real> strength)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        var noise = new NoiseBody(g.Values(y), CounterNoise.Key(g.Seed, g.StepNumber, site), sigma, x.Cols);
        g.ForRows(x.Rows, new AddNoiseBody(g.Values(x), noise, strength));
        g.Record(static (g, in s) => g.ForRows(s.A.Rows, new PassOnBody(g.Grads(s.Out), g.GradsToFill(s.A, out var fresh), s.A.Cols, fresh)), y, x);
        return y;
    }

    /// <summary>Training: every element is 0 with probability <paramref name="rate"/>, else divided by 1 − rate. Scoring: x itself.</summary>
    public static Tensor Dropout(this Graph g, Tensor x, Real rate, int site)
    {
        if (!g.Training || rate == 0) return x;
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x));
        var factors = g.New(x.Rows, x.Cols, needsGrad: false);
        g.ForRows(x.Rows, new ElementBody(g.Values(x), g.Values(y), g.Values(factors), CounterNoise.Key(g.Seed, g.StepNumber, site), rate, x.Cols));
        g.Record(static (g, in s) => Vectors.MultiplyAdd(g.Value(s.B), g.Grad(s.Out), g.Grad(s.A)), y, x, factors);
        return y;
    }

    /// <summary>
    /// Training: every id of a field is read as 0 with the field's probability, so that the vector of unseen ids learns what the others know and
    /// no row can be learnt by heart from its ids. Done once for every batch, before its rows of the tables are read.
    /// </summary>
    public static void DropIds(this Graph g, EmbeddingInput[] fields, int rows)
    {
        if (!g.Training) return;
        foreach (var field in fields)
        {
            if (field.IdDropout == 0) continue;
            var count = field.Offsets is null ? rows : field.Offsets[rows];
            if (field.Changed.Length < count) field.Changed = new int[field.Ids.Length];
            g.ForRows(count, new IdBody(field.Ids, field.Changed, CounterNoise.Key(g.Seed, g.StepNumber, field.Site), field.IdDropout));
            field.Ids = field.Changed;
        }
    }

    /// <summary>
    /// Training: x + ε ⊙ (softplus(spread) + floor) with ε ~ N(0,1), independent for every element: noise whose strength is learned
    /// (noisy top-k gating, Shazeer et al. 2017). Scoring: x itself.
    /// </summary>
    public static Tensor LearnedNoise(this Graph g, Tensor x, Tensor spread, Real floor, int site)
    {
        if (!g.Training) return x;
        var noise = g.New(x.Rows, x.Cols, needsGrad: false);
        g.ForRows(x.Rows, new NoiseBody(g.Values(noise), CounterNoise.Key(g.Seed, g.StepNumber, site), 1, x.Cols));
        return g.LearnedNoise(x, spread, floor, noise);
    }

    /// <summary>The same with a given ε of x's shape.</summary>
    public static Tensor LearnedNoise(this Graph g, Tensor x, Tensor spread, Real floor, Tensor noise)
    {
        var y = g.New(x.Rows, x.Cols, g.NeedsGrad(x) || g.NeedsGrad(spread));
        g.ForRows(x.Rows, new SpreadBody(g.Values(x), g.Values(spread), g.Values(noise), g.Values(y), g.Scratch(x.Length), x.Cols, floor));
        g.Record(LearnedNoiseBack, y, x, spread, noise.Id);
        return y;
    }

    static void LearnedNoiseBack(Graph g, in Step s)
    {
        var noise = new Tensor(s.I, s.A.Rows, s.A.Cols);
        g.ForRows(
            s.A.Rows, new SpreadBackBody(g.Values(s.B), g.Values(noise), g.Grads(s.Out), g.Grads(s.A), g.Grads(s.B), g.Scratch(s.A.Length), s.A.Cols));
    }

    /// <summary>
    /// Training: every element of an expert's output [pairs,N] is 0 with probability <paramref name="rate"/>, else divided by
    /// 1 − rate; keyed by row and expert, not by the pair's place. Scoring: h itself.
    /// </summary>
    public static Tensor ExpertDropout(this Graph g, Tensor h, Dispatch dispatch, Real rate, int site)
    {
        if (!g.Training || rate == 0) return h;
        var y = g.New(h.Rows, h.Cols, g.NeedsGrad(h));
        var factors = g.Scratch(h.Length);
        var key = CounterNoise.Key(g.Seed, g.StepNumber, site);
        g.ForPairs(dispatch, new DropoutBody(g.Values(h), g.Values(y), factors, key, rate, h.Cols));
        var kept = g.Input(factors.Span, h.Rows, h.Cols);
        g.Record(static (g, in s) => Vectors.MultiplyAdd(g.Value(s.B), g.Grad(s.Out), g.Grad(s.A)), y, h, kept);
        return y;
    }

    readonly struct NoiseBody(Block<Real> noise, ulong key, Real sigma, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var target = noise.Slice(from * cols, (to - from) * cols);
            target.Clear();
            CounterNoise.Normal(key, (long)from * cols, sigma, target);
        }

        public void Weigh(Block<Real> strength, int from, int to)
        {
            for (var row = from; row < to; row++) Vectors.Scale(strength.Span[row], noise.Slice(row * cols, cols));
        }

        public void Add(Block<Real> x, int from, int to) => Vectors.Add(x.Slice(from * cols, (to - from) * cols), noise.Slice(from * cols, (to - from) * cols));
    }

    readonly struct AddNoiseBody(Block<Real> x, NoiseBody noise, Block<Real> strength) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            noise.Run(g, from, to);
            if (strength.Length > 0) noise.Weigh(strength, from, to);
            noise.Add(x, from, to);
        }
    }

    /// <summary>What a sum hands to one of its parts.</summary>
    readonly struct PassOnBody(Block<Real> dy, Block<Real> dx, int cols, bool fresh) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var source = dy.Slice(from * cols, (to - from) * cols);
            var target = dx.Slice(from * cols, source.Length);
            if (fresh) source.CopyTo(target);
            else Vectors.Add(source, target);
        }
    }

    readonly struct ElementBody(Block<Real> x, Block<Real> y, Block<Real> factors, ulong key, Real rate, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * cols, (to - from) * cols);
            var factor = factors.Slice(start, length);
            Factors(key, start, rate, factor);
            Vectors.Multiply(x.Slice(start, length), factor, y.Slice(start, length));
        }
    }

    readonly struct IdBody(int[] ids, int[] kept, ulong key, Real rate) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            Span<Real> draws = stackalloc Real[IdsAtATime];
            for (var first = from; first < to; first += IdsAtATime)
            {
                var count = Math.Min(IdsAtATime, to - first);
                CounterNoise.Uniform(key, first, draws[..count]);
                for (var i = 0; i < count; i++) kept[first + i] = draws[i] < rate ? 0 : ids[first + i];
            }
        }
    }

    /// <summary>What elements are multiplied by: 0 with probability <paramref name="rate"/>, else 1 / (1 − rate).</summary>
    static void Factors(ulong key, long firstIndex, Real rate, Span<Real> factors)
    {
        CounterNoise.Uniform(key, firstIndex, factors);
        foreach (ref var f in factors) f = f < rate ? 0 : 1 / (1 - rate);
    }

    readonly struct DropoutBody(Block<Real> h, Block<Real> y, Block<Real> factors, ulong key, Real rate, int cols) : IPairBody
    {
        public void Run(Graph g, Dispatch dispatch, int expert, int from, int to)
        {
            var rows = dispatch.RowOfPair.Span;
            for (var pair = from; pair < to; pair++)
            {
                var factor = factors.Slice(pair * cols, cols);
                Factors(key, ((long)rows[pair] * dispatch.Experts + expert) * cols, rate, factor);
                Vectors.Multiply(h.Slice(pair * cols, cols), factor, y.Slice(pair * cols, cols));
            }
        }
    }

    readonly struct SpreadBody(Block<Real> x, Block<Real> spread, Block<Real> noise, Block<Real> y, Block<Real> scratch, int cols, Real floor) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * cols, (to - from) * cols);
            var strength = spread.Slice(start, length);
            var log = scratch.Slice(start, length);

            // softplus(s) = max(s, 0) + log(1 + e^−|s|).
            Negative(strength, log);
            Vectors.Exp(log, log);
            ElementOps.Affine(log, 1, 1, log);
            Vectors.Log(log, log);
            AddWeighed(x.Slice(start, length), noise.Slice(start, length), strength, log, y.Slice(start, length));
        }

        /// <summary>y = −|x|.</summary>
        static void Negative(ReadOnlySpan<Real> x, Span<Real> y)
        {
            var i = 0;
            for (; i <= y.Length - Vector256<Real>.Count; i += Vector256<Real>.Count) (-Vector256.Abs(Vector256.Create(x[i..]))).CopyTo(y[i..]);
            for (; i < y.Length; i++) y[i] = -Math.Abs(x[i]);
        }

        /// <summary>y = x + ε (max(s, 0) + log + floor).</summary>
        void AddWeighed(ReadOnlySpan<Real> source, ReadOnlySpan<Real> epsilon, ReadOnlySpan<Real> strength, ReadOnlySpan<Real> log, Span<Real> target)
        {
            var i = 0;
            for (; i <= target.Length - Vector256<Real>.Count; i += Vector256<Real>.Count)
            {
                var softplus = Vector256.Max(Vector256.Create(strength[i..]), Vector256<Real>.Zero) + Vector256.Create(log[i..]);
                (Vector256.Create(source[i..]) + Vector256.Create(epsilon[i..]) * (softplus + Vector256.Create(floor))).CopyTo(target[i..]);
            }

            for (; i < target.Length; i++) target[i] = source[i] + epsilon[i] * (Math.Max(strength[i], 0) + log[i] + floor);
        }
    }

    readonly struct SpreadBackBody(Block<Real> spread, Block<Real> noise, Block<Real> dy, Block<Real> dx, Block<Real> dSpread, Block<Real> scratch, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var (start, length) = (from * cols, (to - from) * cols);
            var gradient = dy.Slice(start, length);
            Vectors.Add(gradient, dx.Slice(start, length));

            // The slope of softplus is the sigmoid.
            var slope = scratch.Slice(start, length);
            Vectors.Sigmoid(spread.Slice(start, length), slope);
            Vectors.Multiply(slope, noise.Slice(start, length), slope);
            Vectors.MultiplyAdd(slope, gradient, dSpread.Slice(start, length));
        }
    }
}
