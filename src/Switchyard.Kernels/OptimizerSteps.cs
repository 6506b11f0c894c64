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
            Vector512<float> rate = Vector512.Create(-lr), decay = Vector512.Create(weightDecay);
            for (var i = 0; i < w.Length; i += VectorLoops.Lanes)
            {
                var x = Load(pw, i, w.Length);
                var gradient = Vector512.FusedMultiplyAdd(decay, x, Load(pg, i, w.Length));
                Store(Vector512.FusedMultiplyAdd(rate, gradient, x), pw, i, w.Length);
            }
        }
    }

    /// <summary>g' = g + weightDecay w; acc += g'^2; w -= lr g' / (sqrt(acc) + eps) (Duchi et al., 2011).</summary>
    public static void Adagrad(Span<float> w, ReadOnlySpan<float> g, Span<float> acc, float lr, float eps, float weightDecay)
    {
        Check.Same(g.Length, w.Length);
        Check.Same(acc.Length, w.Length);
        fixed (float* pw = w, pg = g, pacc = acc)
        {
            Vector512<float> rate = Vector512.Create(-lr), decay = Vector512.Create(weightDecay), epsilon = Vector512.Create(eps);
            for (var i = 0; i < w.Length; i += VectorLoops.Lanes)
            {
                var x = Load(pw, i, w.Length);
                var gradient = Vector512.FusedMultiplyAdd(decay, x, Load(pg, i, w.Length));
                var sum = Vector512.FusedMultiplyAdd(gradient, gradient, Load(pacc, i, w.Length));
                Store(sum, pacc, i, w.Length);
                Store(x + rate * gradient / (Vector512.Sqrt(sum) + epsilon), pw, i, w.Length);
            }
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
    public static void Adam(Span<float> w, ReadOnlySpan<float> g, Span<float> m, Span<float> v, float lr, float beta1, float beta2, float eps,
        float biasCorrection1, float biasCorrection2, float weightDecay)
    {
        Check.Same(g.Length, w.Length);
        CheckMoments(w, m, v);
        fixed (float* pw = w, pg = g, pm = m, pv = v)
        {
            AdamStep<WithGradient>(pw, pg, pm, pv, w.Length, lr, beta1, beta2, eps, biasCorrection1, biasCorrection2, weightDecay);
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
        CheckMoments(w, m, v);
        fixed (float* pw = w, pm = m, pv = v)
        {
            AdamStep<WithoutGradient>(pw, null, pm, pv, w.Length, lr, beta1, beta2, eps, biasCorrection1, biasCorrection2, weightDecay);
        }
    }

    interface IGradient
    {
        static abstract Vector512<float> Load(float* g, int i, int length);
    }

    readonly struct WithGradient : IGradient
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(float* g, int i, int length) => OptimizerSteps.Load(g, i, length);
    }

    readonly struct WithoutGradient : IGradient
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(float* g, int i, int length) => Vector512<float>.Zero;
    }

    static void AdamStep<TGradient>(float* w, float* g, float* m, float* v, int length, float lr, float beta1, float beta2, float eps,
        float biasCorrection1, float biasCorrection2, float weightDecay) where TGradient : IGradient
    {
        var keep = Vector512.Create(1 - lr * weightDecay);
        Vector512<float> decay1 = Vector512.Create(beta1), decay2 = Vector512.Create(beta2);
        Vector512<float> gain1 = Vector512.Create(1 - beta1), gain2 = Vector512.Create(1 - beta2);
        var rate = Vector512.Create(-(lr / biasCorrection1));
        var correction = Vector512.Create(1 / MathF.Sqrt(biasCorrection2));
        var epsilon = Vector512.Create(eps);
        for (var i = 0; i < length; i += VectorLoops.Lanes)
        {
            var gradient = TGradient.Load(g, i, length);
            var first = Flush(Vector512.FusedMultiplyAdd(gain1, gradient, decay1 * Load(m, i, length)));
            var second = Flush(Vector512.FusedMultiplyAdd(gain2 * gradient, gradient, decay2 * Load(v, i, length)));
            Store(first, m, i, length);
            Store(second, v, i, length);
            var denominator = Vector512.FusedMultiplyAdd(Vector512.Sqrt(second), correction, epsilon);
            Store(Vector512.FusedMultiplyAdd(keep, Load(w, i, length), rate * first / denominator), w, i, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Flush(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(x), Vector512.Create(Smallest)), Vector512<float>.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Load(float* x, int i, int length) =>
        i <= length - VectorLoops.Lanes ? Vector512.Load(x + i) : VectorLoops.Tail(x, i, length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(Vector512<float> v, float* x, int i, int length)
    {
        if (i <= length - VectorLoops.Lanes)
        {
            Vector512.Store(v, x + i);
        }
        else
        {
            VectorLoops.WriteTail(v, x, i, length);
        }
    }

    static void CheckMoments(ReadOnlySpan<float> w, ReadOnlySpan<float> m, ReadOnlySpan<float> v)
    {
        Check.Same(m.Length, w.Length);
        Check.Same(v.Length, w.Length);
    }
}
