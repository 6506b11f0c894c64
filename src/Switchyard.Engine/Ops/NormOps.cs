using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Weights and running statistics of one batch normalisation per expert: [experts × N] each.</summary>
public sealed class ExpertNorm(Scope scope, int experts, int width, Members? members = null)
{
    public const double Momentum = 0.1;

    public const double Epsilon = 1e-5;

    internal Parameter Gamma { get; } = scope.Parameter("gamma", 1, width, Init.Constant(1), experts, new MemberAxes(Stack: members));

    internal Parameter Beta { get; } = scope.Parameter("beta", 1, width, Init.Constant(0), experts, new MemberAxes(Stack: members));

    internal StateBuffer Mean { get; } = scope.Buffer("running_mean", experts * width, 0, members);

    internal StateBuffer Variance { get; } = scope.Buffer("running_variance", experts * width, 1, members);
}

/// <summary>Batch normalisation.</summary>
public static class NormOps
{
    /// <summary>
    /// h [pairs,N] → γ (h − mean) / √(variance + ε) + β per expert. Training takes the statistics (biased variance) over the
    /// expert's pairs of the whole batch, in row order, and moves the running ones; scoring reads the running ones, so that a
    /// row's score does not depend on its batch. An expert that got a single row has no statistics: it uses the running ones too.
    /// </summary>
    public static Tensor ExpertBatchNorm(this Graph g, Tensor h, ExpertNorm norm, Dispatch dispatch)
    {
        var y = g.New(h.Rows, h.Cols, g.NeedsGrad(h));
        var (gamma, beta) = (g.Use(norm.Gamma), g.Use(norm.Beta));
        var statistics = g.New(2 * dispatch.Experts, h.Cols, needsGrad: false);
        g.Pool.For(dispatch.Experts, new ForwardBody(g.Values(h), g.Values(y), g.Values(gamma), g.Values(beta), g.Values(statistics), norm, dispatch, h.Cols, g.Training));
        g.Record(Back, y, h, statistics, norm.Gamma.Index, 0, dispatch);
        return y;
    }

    static void Back(Graph g, in Step s)
    {
        var dispatch = (Dispatch)s.Aux!;

        // β is declared right after γ.
        var (gamma, beta) = (g.Parameters.Dense[s.I], g.Parameters.Dense[s.I + 1]);
        g.Pool.For(
            dispatch.Experts,
            new BackBody(
                g.Values(s.A), g.Values(s.B), g.Parameters.Block(gamma), g.Grads(s.Out), g.Grads(s.A), g.Gradients!.Block(gamma),
                g.Gradients.Block(beta), dispatch, s.A.Cols));
    }

    /// <summary>One expert; statistics row 2e is its mean, row 2e + 1 its 1/√(variance + ε).</summary>
    readonly struct ForwardBody(
        Block<Real> h, Block<Real> y, Block<Real> gamma, Block<Real> beta, Block<Real> statistics, ExpertNorm norm, Dispatch dispatch, int cols,
        bool training) : IParallelBody
    {
        public void Run(int e)
        {
            var count = dispatch.Count(e);
            if (count == 0) return;
            var first = dispatch.Start[e];
            var values = h.Slice(first * cols, count * cols);
            var mean = statistics.Slice(2 * e * cols, cols);
            var scale = statistics.Slice((2 * e + 1) * cols, cols);
            var runningMean = norm.Mean.Values.AsSpan(e * cols, cols);
            var runningVariance = norm.Variance.Values.AsSpan(e * cols, cols);
            if (training && count > 1)
            {
                Moments(values, count, mean, scale);
                for (var j = 0; j < cols; j++)
                {
                    runningMean[j] += (Real)ExpertNorm.Momentum * (mean[j] - runningMean[j]);
                    runningVariance[j] += (Real)ExpertNorm.Momentum * (scale[j] - runningVariance[j]);
                }
            }
            else
            {
                runningMean.CopyTo(mean);
                runningVariance.CopyTo(scale);
            }

            foreach (ref var v in scale) v = (Real)(1 / Math.Sqrt(v + ExpertNorm.Epsilon));
            var g = gamma.Slice(e * cols, cols);
            var b = beta.Slice(e * cols, cols);
            for (var row = 0; row < count; row++)
            {
                var source = values.Slice(row * cols, cols);
                var target = y.Slice((first + row) * cols, cols);
                for (var j = 0; j < cols; j++) target[j] = g[j] * ((source[j] - mean[j]) * scale[j]) + b[j];
            }
        }

        static void Moments(ReadOnlySpan<Real> values, int count, Span<Real> mean, Span<Real> variance)
        {
            var cols = mean.Length;
            for (var j = 0; j < cols; j++)
            {
                double sum = 0, squares = 0;
                for (var row = 0; row < count; row++) sum += values[row * cols + j];
                var m = sum / count;
                for (var row = 0; row < count; row++) squares += (values[row * cols + j] - m) * (values[row * cols + j] - m);
                mean[j] = (Real)m;
                variance[j] = (Real)(squares / count);
            }
        }
    }

    readonly struct BackBody(
        Block<Real> h, Block<Real> statistics, Block<Real> gamma, Block<Real> dy, Block<Real> dh, Block<Real> dGamma, Block<Real> dBeta,
        Dispatch dispatch, int cols) : IParallelBody
    {
        public void Run(int e)
        {
            var count = dispatch.Count(e);
            var first = dispatch.Start[e];
            for (var j = 0; j < cols && count > 0; j++)
            {
                var (mean, scale) = (statistics.Span[2 * e * cols + j], statistics.Span[(2 * e + 1) * cols + j]);
                double sum = 0, projected = 0;
                for (var row = first; row < first + count; row++)
                {
                    var d = dy.Span[row * cols + j];
                    sum += d;
                    projected += d * (h.Span[row * cols + j] - mean) * scale;
                }

                dGamma.Span[e * cols + j] += (Real)projected;
                dBeta.Span[e * cols + j] += (Real)sum;
                var g = gamma.Span[e * cols + j];
                for (var row = first; row < first + count; row++)
                {
                    var normal = (h.Span[row * cols + j] - mean) * scale;
                    dh.Span[row * cols + j] += (Real)(g * scale * (dy.Span[row * cols + j] - sum / count - normal * projected / count));
                }
            }
        }
    }
}
