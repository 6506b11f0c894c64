using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Weights and running statistics of one batch normalisation per expert: [experts × N] each.</summary>
/// <param name="scope">Place of the parameters.</param>
/// <param name="experts">How many.</param>
/// <param name="width">N.</param>
/// <param name="members">Whom the experts belong to, where they do.</param>
/// <param name="shared">True: a γ and a β that all experts share come on top; an expert's γ is the product of both, its β the sum.</param>
public sealed class ExpertNorm(Scope scope, int experts, int width, Members? members = null, bool shared = false)
{
    public const double Momentum = 0.1;

    public const double Epsilon = 1e-5;

    /// <summary>Factor after the normalisation.</summary>
    public Parameter Gamma { get; } = scope.Parameter("gamma", 1, width, Init.Constant(1), experts, new MemberAxes(Stack: members));

    /// <summary>Shift after the factor.</summary>
    public Parameter Beta { get; } = scope.Parameter("beta", 1, width, Init.Constant(0), experts, new MemberAxes(Stack: members));

    /// <summary>Factor of all experts, [1 × N]; null where there is none.</summary>
    public Parameter? SharedGamma { get; } = shared ? scope.Parameter("shared_gamma", 1, width, Init.Constant(1)) : null;

    /// <summary>Shift of all experts, [1 × N]; null where there is none.</summary>
    public Parameter? SharedBeta { get; } = shared ? scope.Parameter("shared_beta", 1, width, Init.Constant(0)) : null;

    /// <summary>Running means.</summary>
    public StateBuffer Mean { get; } = scope.Buffer("running_mean", experts * width, 0, members);

    /// <summary>Running variances.</summary>
    public StateBuffer Variance { get; } = scope.Buffer("running_variance", experts * width, 1, members);
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
        var y = g.New(h.Rows, h.Cols, g.NeedsGrad(h) || g.Trains(norm.Gamma) || g.Trains(norm.Beta) || g.Trains(norm.SharedGamma) || g.Trains(norm.SharedBeta));
        var statistics = g.New(4 * dispatch.Experts, h.Cols, needsGrad: false);
        g.Pool.For(dispatch.Experts, new ForwardBody(g, g.Values(h), g.Values(y), g.Values(statistics), g.Doubles(2 * dispatch.Experts * h.Cols), norm, dispatch, h.Cols));
        g.Listener?.Heard(nameof(ExpertBatchNorm), y, h, norm);
        g.Record(Back, y, h, statistics, norm.Gamma.Index, norm.SharedGamma is null ? 0 : 1, dispatch);
        return y;
    }

    static void Back(Graph g, in Step s)
    {
        var dispatch = (Dispatch)s.Aux!;
        var cols = s.A.Cols;
        var sums = g.Doubles(2 * dispatch.Experts * cols);
        g.Pool.For(dispatch.Experts, new BackBody(g.Values(s.A), g.Values(s.B), g.Grads(s.Out), g.Grads(s.A), sums, dispatch, cols));

        // β is declared right after γ, the shared ones right after these.
        var (gamma, dGamma, dBeta) = (Value(s.I), Gradient(s.I), Gradient(s.I + 1));
        var (sharedGamma, dSharedGamma, dSharedBeta) = s.F == 0 ? default : (Value(s.I + 2), Gradient(s.I + 2), Gradient(s.I + 3));
        for (var e = 0; e < dispatch.Experts; e++)
        {
            if (dispatch.Count(e) == 0) continue;
            for (var j = 0; j < cols; j++)
            {
                var (sum, projected) = (sums.Span[2 * e * cols + j], sums.Span[(2 * e + 1) * cols + j]);
                var scale = s.F == 0 ? 1 : sharedGamma.Span[j];
                dGamma.Span[e * cols + j] += (Real)projected * scale;
                dBeta.Span[e * cols + j] += (Real)sum;
                if (s.F == 0) continue;
                dSharedGamma.Span[j] += (Real)projected * gamma.Span[e * cols + j];
                dSharedBeta.Span[j] += (Real)sum;
            }
        }

        Block<Real> Value(int index) => g.Parameters.Block(g.Parameters.Dense[index]);
        Block<Real> Gradient(int index) => g.Gradients!.Block(g.Parameters.Dense[index]);
    }

    /// <summary>One expert; its four rows of the statistics are mean, 1/√(variance + ε), γ and β.</summary>
    readonly struct ForwardBody(
        Graph graph, Block<Real> h, Block<Real> y, Block<Real> statistics, Block<double> sums, ExpertNorm norm, Dispatch dispatch, int cols)
        : IParallelBody
    {
        public void Run(int e)
        {
            var count = dispatch.Count(e);
            if (count == 0) return;
            var first = dispatch.Start[e];
            var values = h.Slice(first * cols, count * cols);
            var own = statistics.Slice(4 * e * cols, 4 * cols);
            var mean = own[..cols];
            var scale = own.Slice(cols, cols);
            var g = own.Slice(2 * cols, cols);
            var b = own[(3 * cols)..];
            var runningMean = norm.Mean.Values.AsSpan(e * cols, cols);
            var runningVariance = norm.Variance.Values.AsSpan(e * cols, cols);
            if (graph.Training && count > 1)
            {
                Moments(values, count, sums.Slice(2 * e * cols, cols), sums.Slice((2 * e + 1) * cols, cols), mean, scale);
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
            Weights(e, g, b);
            for (var row = 0; row < count; row++)
            {
                var source = values.Slice(row * cols, cols);
                var target = y.Slice((first + row) * cols, cols);
                for (var j = 0; j < target.Length; j++) target[j] = g[j] * ((source[j] - mean[j]) * scale[j]) + b[j];
            }
        }

        void Weights(int e, Span<Real> gamma, Span<Real> beta)
        {
            graph.Parameters.Block(norm.Gamma).Slice(e * cols, cols).CopyTo(gamma);
            graph.Parameters.Block(norm.Beta).Slice(e * cols, cols).CopyTo(beta);
            if (norm.SharedGamma is null) return;
            Vectors.Multiply(gamma, graph.Parameters.Block(norm.SharedGamma).Span, gamma);
            Vectors.Add(graph.Parameters.Block(norm.SharedBeta!).Span, beta);
        }

        static void Moments(ReadOnlySpan<Real> values, int count, Span<double> m, Span<double> squares, Span<Real> mean, Span<Real> variance)
        {
            var cols = mean.Length;
            m.Clear();
            squares.Clear();
            for (var row = 0; row < count; row++)
            {
                var source = values.Slice(row * cols, cols);
                for (var j = 0; j < source.Length; j++) m[j] += source[j];
            }

            foreach (ref var v in m) v /= count;
            for (var row = 0; row < count; row++)
            {
                var source = values.Slice(row * cols, cols);
                for (var j = 0; j < source.Length; j++) squares[j] += (source[j] - m[j]) * (source[j] - m[j]);
            }

            for (var j = 0; j < cols; j++) (mean[j], variance[j]) = ((Real)m[j], (Real)(squares[j] / count));
        }
    }

    /// <summary>One expert: Σ dy and Σ dy · normalised h of every column, then dh.</summary>
    readonly struct BackBody(
        Block<Real> h, Block<Real> statistics, Block<Real> dy, Block<Real> dh, Block<double> sums, Dispatch dispatch, int cols) : IParallelBody
    {
        public void Run(int e)
        {
            var count = dispatch.Count(e);
            var first = dispatch.Start[e];
            var own = statistics.Slice(4 * e * cols, 4 * cols);
            var mean = own[..cols];
            var scale = own.Slice(cols, cols);
            var g = own.Slice(2 * cols, cols);
            var sum = sums.Slice(2 * e * cols, cols);
            var projected = sums.Slice((2 * e + 1) * cols, cols);
            sum.Clear();
            projected.Clear();

            // What an expert's pairs have in common through the statistics; those of a lone row are the running ones, which are constants.
            var each = count == 1 ? 0 : 1.0 / count;
            for (var row = first; row < first + count; row++)
            {
                var source = h.Slice(row * cols, cols);
                var d = dy.Slice(row * cols, cols);
                for (var j = 0; j < d.Length; j++)
                {
                    sum[j] += d[j];
                    projected[j] += d[j] * (source[j] - mean[j]) * scale[j];
                }
            }

            for (var row = first; row < first + count; row++)
            {
                var source = h.Slice(row * cols, cols);
                var d = dy.Slice(row * cols, cols);
                var target = dh.Slice(row * cols, cols);
                for (var j = 0; j < target.Length; j++)
                {
                    var normal = (source[j] - mean[j]) * scale[j];
                    target[j] += (Real)(g[j] * scale[j] * (d[j] - (sum[j] + normal * projected[j]) * each));
                }
            }
        }
    }
}
