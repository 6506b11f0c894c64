using Switchyard.Kernels;

namespace Switchyard.Engine.Tests;

/// <summary>The retrieval loss against its definition, row by row.</summary>
public sealed class RetrievalTests
{
    const int Rows = 300, Width = 7;
    const float Temperature = 0.2f;

    static readonly int[] Items = [.. Enumerable.Range(0, Rows).Select(r => r % 40)];

    static readonly float[] LogProbability = [.. Enumerable.Range(0, Rows).Select(r => -1 - (r % 5) / 2f)];

    [Fact]
    public void SampledSoftmax_ManyRows_IsTheMeanCrossEntropyWithoutAccidentalHits()
    {
        var (loss, scores, _) = Run(threads: 1);
        double expected = 0;
        for (var i = 0; i < Rows; i++)
        {
            double sum = 0;
            for (var j = 0; j < Rows; j++)
            {
                if (j == i || Items[j] != Items[i]) sum += Math.Exp(Logit(i, j));
            }

            expected += (Math.Log(sum) - Logit(i, i)) / Rows;
        }

        loss.ShouldBe((float)expected, 1e-4f);

        double Logit(int i, int j) => scores[i * Rows + j] / (double)Temperature - LogProbability[j];
    }

    [Fact]
    public void SampledSoftmax_AnyNumberOfThreads_SameBits()
    {
        var one = Run(threads: 1);
        foreach (var threads in (int[])[2, 5])
        {
            var many = Run(threads);
            many.Loss.ShouldBe(one.Loss);
            many.Gradient.ShouldBe(one.Gradient);
        }
    }

    [Fact]
    public void SampledSoftmax_EveryItemTheSame_HasNoNegatives()
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        var scores = g.Input([0.3f, 0.9f, -0.2f, 0.1f], 2, 2, needsGrad: true);
        var loss = g.SampledSoftmax(scores, new RetrievalTargets { Items = [4, 4], LogProbability = [-1, -2] }, 0.5f);
        g.RunBackward(loss);
        g.Value(loss)[0].ShouldBe(0, 1e-6f);
        g.Grad(scores).ToArray().ShouldAllBe(v => v == 0);
    }

    [Fact]
    public void UnitRows_RowOfZeros_StaysZero()
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        g.Value(g.UnitRows(g.Input([0, 0, 3, 4], 2, 2))).ToArray().ShouldBe([0, 0, 0.6f, 0.8f], 1e-6f);
    }

    static (float Loss, float[] Scores, float[] Gradient) Run(int threads)
    {
        using var pool = new WorkerPool(threads);
        var g = new Graph(GraphMode.Train, new ParameterSet(1), pool);
        var random = new SeededRandom(2, "towers");
        float[] Normal() => [.. Enumerable.Range(0, Rows * Width).Select(_ => (float)random.NextNormal())];
        var (users, items) = (g.Input(Normal(), Rows, Width, needsGrad: true), g.Input(Normal(), Rows, Width, needsGrad: true));
        var scores = g.RowProducts(g.UnitRows(users), g.UnitRows(items));
        var loss = g.SampledSoftmax(scores, new RetrievalTargets { Items = Items, LogProbability = LogProbability }, Temperature);
        g.RunBackward(loss);
        return (g.Value(loss)[0], g.Value(scores).ToArray(), [.. g.Grad(users).ToArray(), .. g.Grad(items).ToArray()]);
    }
}
