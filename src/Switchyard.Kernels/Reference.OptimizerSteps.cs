using System.Numerics;

namespace Switchyard.Kernels;

public static partial class Reference
{
    /// <summary><see cref="OptimizerSteps.Sgd"/>.</summary>
    public static void OptimizerStepsSgd<T>(Span<T> w, ReadOnlySpan<T> g, T lr, T weightDecay) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < w.Length; i++)
        {
            w[i] -= lr * (g[i] + weightDecay * w[i]);
        }
    }

    /// <summary><see cref="OptimizerSteps.Adagrad"/>.</summary>
    public static void OptimizerStepsAdagrad<T>(Span<T> w, ReadOnlySpan<T> g, Span<T> acc, T lr, T eps, T weightDecay)
        where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < w.Length; i++)
        {
            var gradient = g[i] + weightDecay * w[i];
            acc[i] += gradient * gradient;
            w[i] -= lr * gradient / (T.Sqrt(acc[i]) + eps);
        }
    }

    /// <summary><see cref="OptimizerSteps.Adam"/>.</summary>
    public static void OptimizerStepsAdam<T>(Span<T> w, ReadOnlySpan<T> g, Span<T> m, Span<T> v, T lr, T beta1, T beta2, T eps,
        T biasCorrection1, T biasCorrection2, T weightDecay) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < w.Length; i++)
        {
            w[i] -= lr * weightDecay * w[i];
            m[i] = Flush(beta1 * m[i] + (T.One - beta1) * g[i]);
            v[i] = Flush(beta2 * v[i] + (T.One - beta2) * g[i] * g[i]);
            w[i] -= lr * (m[i] / biasCorrection1) / (T.Sqrt(v[i]) / T.Sqrt(biasCorrection2) + eps);
        }
    }

    /// <summary><see cref="OptimizerSteps.AdamDecay"/>.</summary>
    public static void OptimizerStepsAdamDecay<T>(Span<T> w, Span<T> m, Span<T> v, T lr, T beta1, T beta2, T eps, T biasCorrection1,
        T biasCorrection2, T weightDecay) where T : IBinaryFloatingPointIeee754<T> =>
        OptimizerStepsAdam(w, new T[w.Length], m, v, lr, beta1, beta2, eps, biasCorrection1, biasCorrection2, weightDecay);

    static T Flush<T>(T x) where T : IBinaryFloatingPointIeee754<T> => T.Abs(x) < T.CreateChecked(1e-30) ? T.Zero : x;
}
