using Switchyard.Engine;

namespace Switchyard.Training.Tests;

public sealed class OptimizerTests
{
    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.05, 400)]
    [InlineData(OptimizerKind.Adagrad, 1.0, 400)]
    [InlineData(OptimizerKind.Adam, 0.1, 1500)]
    public void Step_Parabola_ReachesTheMinimum(OptimizerKind kind, double rate, int steps)
    {
        using var problem = new Problem(new TrainingOptions { Optimizer = kind }, 5, -4, 0.1f, 30);
        float[] centre = [1, 2, 3, 27];
        problem.Minimise(steps, i => rate * (1 - (double)i / steps), (w, d) =>
        {
            for (var i = 0; i < w.Length; i++) d[i] = (i + 1) * (w[i] - centre[i]);
        });
        for (var i = 0; i < 4; i++) problem.Weights[i].ShouldBe(centre[i], 1e-2f);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.001, 40000)]
    [InlineData(OptimizerKind.Adagrad, 0.5, 20000)]
    [InlineData(OptimizerKind.Adam, 0.01, 20000)]
    public void Step_Rosenbrock_ReachesTheMinimum(OptimizerKind kind, double rate, int steps)
    {
        using var problem = new Problem(new TrainingOptions { Optimizer = kind }, -1.2f, 1);
        problem.Minimise(steps, _ => rate, (w, d) =>
        {
            var bend = w[1] - w[0] * w[0];
            d[0] = -2 * (1 - w[0]) - 400 * w[0] * bend;
            d[1] = 200 * bend;
        });
        problem.Weights[0].ShouldBe(1, 0.02f);
        problem.Weights[1].ShouldBe(1, 0.04f);
    }

    /// <summary>Six observations of one feature; the optimum by Newton's method in double.</summary>
    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.5, 4000)]
    [InlineData(OptimizerKind.Adagrad, 0.5, 4000)]
    [InlineData(OptimizerKind.Adam, 0.05, 4000)]
    public void Step_LogisticRegression_ReachesTheKnownOptimum(OptimizerKind kind, double rate, int steps)
    {
        double[] x = [-2, -1, -0.5, 0.3, 1, 2.5], y = [0, 0, 1, 0, 1, 1];
        double Miss(double a, double b, int i) => 1 / (1 + Math.Exp(-(a * x[i] + b))) - y[i];
        double slope = 0, shift = 0;
        for (var n = 0; n < 50; n++)
        {
            double ga = 0, gb = 0, aa = 0, ab = 0, bb = 0;
            for (var i = 0; i < x.Length; i++)
            {
                var p = Miss(slope, shift, i) + y[i];
                var v = p * (1 - p);
                (ga, gb, aa, ab, bb) = (ga + (p - y[i]) * x[i], gb + p - y[i], aa + v * x[i] * x[i], ab + v * x[i], bb + v);
            }

            var det = aa * bb - ab * ab;
            (slope, shift) = (slope - (bb * ga - ab * gb) / det, shift - (aa * gb - ab * ga) / det);
        }

        using var problem = new Problem(new TrainingOptions { Optimizer = kind }, 0, 0);
        problem.Minimise(steps, i => rate * (1 - (double)i / steps), (w, d) =>
        {
            for (var i = 0; i < x.Length; i++)
            {
                var miss = Miss(w[0], w[1], i) / x.Length;
                d[0] += (float)(miss * x[i]);
                d[1] += (float)miss;
            }
        });
        problem.Weights[0].ShouldBe((float)slope, 0.01f);
        problem.Weights[1].ShouldBe((float)shift, 0.01f);
    }

    [Fact]
    public void Step_FirstStepOfAdam_MovesByTheRate()
    {
        using var problem = new Problem(new TrainingOptions(), 1, 1);
        problem.Minimise(1, _ => 0.25, (w, d) => (d[0], d[1]) = (1e-3f, -50));
        problem.Weights.ToArray().ShouldBe([0.75f, 1.25f], 1e-4);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adagrad)]
    [InlineData(OptimizerKind.Adam)]
    public void Step_WeightDecayWithoutGradient_ShrinksByRateTimesDecay(OptimizerKind kind)
    {
        using var problem = new Problem(new TrainingOptions { Optimizer = kind, WeightDecay = 0.1 }, 2, -4);
        problem.Minimise(1, _ => 0.5, (w, d) => { });
        problem.Weights.ToArray().ShouldBe([1.9f, -3.8f], 1e-6);
    }

    [Fact]
    public void Step_EveryStep_MakesAnewVersion()
    {
        var set = new ParameterSet(1);
        new Scope(set).Parameter("w", 2, 2, Init.Constant(1));
        using var pool = new Kernels.WorkerPool(1);
        var optimizer = new Optimizer(set, new Sgd(0), EmbeddingUpdate.Lazy, pool);
        var version = set.Version;
        optimizer.Step(new Graph(GraphMode.Train, set).Gradients!, 0.1);
        set.Version.ShouldBeGreaterThan(version);
        optimizer.Steps.ShouldBe(1);
    }
}
