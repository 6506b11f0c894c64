using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>Optimizer steps, each one pass over a parameter. All spans of a call have equal length.
/// A moment whose magnitude falls below 1e-30 becomes 0: decaying moments would otherwise end as denormals, which are slow.</summary>
public static unsafe class OptimizerSteps
{
    /// <summary>Moments smaller than this are 0.</summary>
    public const float Smallest = 1e-30f;

    /// <summary>w -= lr (g + weightDecay w).</summary>
    public static void Sgd(Span<float> w, ReadOnlySpan<float> g, float lr, float weightDecay)
    {
        Check.Same(g.Length, w.Length);
        fixed (float* pw = w, pg = g)
        {
            VectorSteps.Run(pw, pg, null, null, w.Length, new SgdStep(lr, weightDecay));
        }
    }

    /// <summary>g' = g + weightDecay w; acc += g'^2; w -= lr g' / (sqrt(acc) + eps) (Duchi et al., 2011).</summary>
    public static void Adagrad(Span<float> w, ReadOnlySpan<float> g, Span<float> acc, float lr, float eps, float weightDecay)
    {
        Check.Same(g.Length, w.Length);
        Check.Same(acc.Length, w.Length);
        fixed (float* pw = w, pg = g, pacc = acc)
        {
            VectorSteps.Run(pw, pg, pacc, null, w.Length, new AdagradStep(lr, eps, weightDecay));
        }
    }

    /// <summary>Adam with decoupled weight decay (Kingma and Ba, 2015; Loshchilov and Hutter, 2019):
    /// w -= lr weightDecay w; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
    /// w -= lr (m / biasCorrection1) / (sqrt(v) / sqrt(biasCorrection2) + eps).</summary>
    /// <param name="w">Parameter.</param>
    /// <param name="g">Gradient.</param>
    /// <param name="m">First moment.</param>
    /// <param name="v">Second moment.</param>
    /// <param name="lr">Learning rate.</param>
    /// <param name="beta1">Decay of m.</param>
    /// <param name="beta2">Decay of v.</param>
    /// <param name="eps">Added to the denominator.</param>
    /// <param name="biasCorrection1">1 - beta1^step.</param>
    /// <param name="biasCorrection2">1 - beta2^step.</param>
    /// <param name="weightDecay">Decoupled; 0 is plain Adam.</param>
    public static void Adam(Span<float> w, ReadOnlySpan<float> g, Span<float> m, Span<float> v, float lr, float beta1, float beta2,
        float eps, float biasCorrection1, float biasCorrection2, float weightDecay)
    {
        Check.Same(g.Length, w.Length);
        Check.Same(m.Length, w.Length);
        Check.Same(v.Length, w.Length);
        fixed (float* pw = w, pg = g, pm = m, pv = v)
        {
            var step = new AdamStep(lr, beta1, beta2, eps, biasCorrection1, biasCorrection2, weightDecay);
            VectorSteps.Run(pw, pg, pm, pv, w.Length, step);
        }
    }

    /// <summary><see cref="Adam"/> for listed rows of a table, all different.</summary>
    /// <param name="w">Table, [rows, width].</param>
    /// <param name="g">Gradient i belongs to row rows[i].</param>
    /// <param name="m">First moments of the table.</param>
    /// <param name="v">Second moments of the table.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="first">Rows below it are left as they are.</param>
    /// <param name="lr">Learning rate.</param>
    /// <param name="beta1">Decay of m.</param>
    /// <param name="beta2">Decay of v.</param>
    /// <param name="eps">Added to the denominator.</param>
    /// <param name="biasCorrection1">1 - beta1^step.</param>
    /// <param name="biasCorrection2">1 - beta2^step.</param>
    /// <param name="weightDecay">Decoupled; 0 is plain Adam.</param>
    public static void AdamRows(Span<float> w, ReadOnlySpan<float> g, Span<float> m, Span<float> v, ReadOnlySpan<int> rows, int width,
        int first, float lr, float beta1, float beta2, float eps, float biasCorrection1, float biasCorrection2, float weightDecay)
    {
        Check.Size(width);
        Check.Length(g.Length, (long)rows.Length * width);
        Check.Same(m.Length, w.Length);
        Check.Same(v.Length, w.Length);
        Check.RowIds(rows, rows.Length, width, width, w.Length);
        fixed (float* pw = w, pg = g, pm = m, pv = v)
        fixed (int* pr = rows)
        {
            var step = new AdamStep(lr, beta1, beta2, eps, biasCorrection1, biasCorrection2, weightDecay);
            VectorSteps.Rows(pw, pg, pm, pv, pr, rows.Length, width, first, step);
        }
    }

    /// <summary>The bits of <see cref="Adam"/> with a gradient of 0: replays a step that skipped this parameter.</summary>
    /// <param name="w">Parameter.</param>
    /// <param name="m">First moment.</param>
    /// <param name="v">Second moment.</param>
    /// <param name="lr">Learning rate of the skipped step.</param>
    /// <param name="beta1">Decay of m.</param>
    /// <param name="beta2">Decay of v.</param>
    /// <param name="eps">Added to the denominator.</param>
    /// <param name="biasCorrection1">1 - beta1^step of the skipped step.</param>
    /// <param name="biasCorrection2">1 - beta2^step of the skipped step.</param>
    /// <param name="weightDecay">Decoupled; 0 is plain Adam.</param>
    public static void AdamDecay(Span<float> w, Span<float> m, Span<float> v, float lr, float beta1, float beta2, float eps,
        float biasCorrection1, float biasCorrection2, float weightDecay)
    {
        Check.Same(m.Length, w.Length);
        Check.Same(v.Length, w.Length);
        fixed (float* pw = w, pm = m, pv = v)
        {
            var step = new AdamStep(lr, beta1, beta2, eps, biasCorrection1, biasCorrection2, weightDecay);
            VectorSteps.Run(pw, null, pm, pv, w.Length, step);
        }
    }

    readonly struct SgdStep(float lr, float weightDecay) : IVectorStep
    {
        readonly Vector512<float> _rate = Vector512.Create(-lr), _decay = Vector512.Create(weightDecay);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(float* w, Vector512<float> gradient, float* first, float* second)
        {
            var x = Vector512.Load(w);
            gradient = Vector512.FusedMultiplyAdd(_decay, x, gradient);
            Vector512.Store(Vector512.FusedMultiplyAdd(_rate, gradient, x), w);
        }
    }

    readonly struct AdagradStep(float lr, float eps, float weightDecay) : IVectorStep
    {
        readonly Vector512<float> _rate = Vector512.Create(-lr), _decay = Vector512.Create(weightDecay), _epsilon = Vector512.Create(eps);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(float* w, Vector512<float> gradient, float* first, float* second)
        {
            var x = Vector512.Load(w);
            gradient = Vector512.FusedMultiplyAdd(_decay, x, gradient);
            var sum = Vector512.FusedMultiplyAdd(gradient, gradient, Vector512.Load(first));
            Vector512.Store(sum, first);
            Vector512.Store(x + _rate * gradient / (Vector512.Sqrt(sum) + _epsilon), w);
        }
    }

    readonly struct AdamStep(float lr, float beta1, float beta2, float eps, float biasCorrection1, float biasCorrection2, float weightDecay)
        : IVectorStep
    {
        readonly Vector512<float> _keep = Vector512.Create(1 - lr * weightDecay);
        readonly Vector512<float> _decay1 = Vector512.Create(beta1), _decay2 = Vector512.Create(beta2);
        readonly Vector512<float> _gain1 = Vector512.Create(1 - beta1), _gain2 = Vector512.Create(1 - beta2);
        readonly Vector512<float> _rate = Vector512.Create(-(lr / biasCorrection1));
        readonly Vector512<float> _correction = Vector512.Create(1 / MathF.Sqrt(biasCorrection2)), _epsilon = Vector512.Create(eps);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(float* w, Vector512<float> gradient, float* first, float* second)
        {
            var m = Flush(Vector512.FusedMultiplyAdd(_gain1, gradient, _decay1 * Vector512.Load(first)));
            var v = Flush(Vector512.FusedMultiplyAdd(_gain2 * gradient, gradient, _decay2 * Vector512.Load(second)));
            Vector512.Store(m, first);
            Vector512.Store(v, second);
            var denominator = Vector512.FusedMultiplyAdd(Vector512.Sqrt(v), _correction, _epsilon);
            Vector512.Store(Vector512.FusedMultiplyAdd(_keep, Vector512.Load(w), _rate * m / denominator), w);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> Flush(Vector512<float> x) =>
            Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(x), Vector512.Create(Smallest)), Vector512<float>.Zero, x);
    }
}
