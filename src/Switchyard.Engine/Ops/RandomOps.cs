using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Noise and dropout. Both draw from a counter keyed by seed, step, site and position: neither threads nor dispatch can change them.</summary>
public static class RandomOps
{
    /// <summary>Training: x + σ · N(0,1), independent for every element. Scoring, or σ = 0: x itself.</summary>
    /// <param name="site">Number of the place in the model that draws; see <see cref="Scope.Site"/>.</param>
    public static Tensor Noise(this Graph g, Tensor x, Real sigma, int site)
    {
        if (!g.Training || sigma == 0) return x;
        var noise = g.New(x.Rows, x.Cols, needsGrad: false);
        g.ForRows(x.Rows, new NoiseBody(g.Values(noise), CounterNoise.Key(g.Seed, g.StepNumber, site), sigma, x.Cols));
        return g.Add(x, noise);
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

    const int IdsAtATime = 256;

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
}
