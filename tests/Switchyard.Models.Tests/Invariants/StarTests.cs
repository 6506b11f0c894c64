using Switchyard.Engine;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

/// <summary>What public implementations of STAR get wrong: whose statistics a row is normalised by, and whose weights it trains.</summary>
public sealed class StarTests
{
    const int Inputs = 5, Scenarios = 3, Rows = 24;

    static readonly int[] Own = [.. Enumerable.Range(0, Rows).Select(r => r % 2)];

    [Fact]
    public void Forward_TrainingWithOtherRowsInAnotherScenario_SameLogits()
    {
        var x = Values();
        var (before, _, _) = Logits(GraphMode.Train, x);
        for (var i = 0; i < x.Length; i++) if (Own[i / Inputs] == 1) x[i] *= x[i];
        var (after, _, _) = Logits(GraphMode.Train, x);

        for (var row = 0; row < Rows; row++) (after[row] == before[row]).ShouldBe(Own[row] == 0, $"row {row}");
    }

    [Fact]
    public void Forward_AfterTraining_ScoresByRunningStatisticsOfTheOwnScenario()
    {
        var (_, parameters, model) = Logits(GraphMode.Train, Values());
        float[] Buffer(string name) => parameters.Buffers.Single(b => b.Name == name).Values;

        Buffer("norm.running_mean").AsSpan(0, 2 * Inputs).ToArray().ShouldAllBe(v => v != 0);
        Buffer("norm.running_mean").AsSpan(2 * Inputs).ToArray().ShouldAllBe(v => v == 0);
        Buffer("norm.running_variance").AsSpan(2 * Inputs).ToArray().ShouldAllBe(v => v == 1);
        var row = Values()[..Inputs];
        var before = Score(0);
        Buffer("norm.running_mean")[Inputs] += 1;
        Score(0).ShouldBe(before);
        Buffer("norm.running_mean")[0] += 1;
        Score(0).ShouldNotBe(before);

        float Score(int scenario)
        {
            var g = new Graph(GraphMode.Score, parameters);
            var logits = new Tensor[1];
            model.Forward(g, g.Input(row, 1, Inputs), new ScenarioPath([[scenario]]), logits);
            return g.Value(logits[0])[0];
        }
    }

    /// <summary>The weights of all scenarios are formed by whoever scores first; here several do at once, few rows and many.</summary>
    [Fact]
    public void Scores_FirstCallsOfSeveralThreads_AreThoseOfOne()
    {
        var options = new StarOptions { Widths = [48, 16] };
        foreach (var seed in Enumerable.Range(1, 5).Select(s => (ulong)s))
        {
            var (alone, together) = (Trained.Untrained(options, seed), Trained.Untrained(options, seed));
            int[] sizes = [1, 300, 5, 40, 300, 1, 13, 12];
            var scores = new int[sizes.Length][];
            Parallel.For(0, sizes.Length, new System.Threading.Tasks.ParallelOptions { MaxDegreeOfParallelism = sizes.Length }, i => scores[i] = Scores(together, sizes[i]));
            for (var i = 0; i < sizes.Length; i++) scores[i].ShouldBe(Scores(alone, sizes[i]));
        }

        static int[] Scores(Ranker ranker, int rows) => Trained.Bits(Trained.Scores(ranker, TinyData.Rows(ranker.Schema, rows, 9, unknown: 0.1)));
    }

    [Fact]
    public void Backward_ScenarioWithoutRows_GetsNoGradientAndEveryOtherOneDoes()
    {
        var parameters = Backward();
        foreach (var (name, gradient) in parameters.Where(p => p.Key.EndsWith(".weight", StringComparison.Ordinal) && p.Key.Contains("star", StringComparison.Ordinal)))
        {
            var each = gradient.Length / Scenarios;
            for (var m = 0; m < Scenarios; m++) gradient[(m * each)..((m + 1) * each)].Any(v => v != 0).ShouldBe(m < 2, $"{name}, scenario {m}");
        }
    }

    static Dictionary<string, float[]> Backward()
    {
        var parameters = new ParameterSet(3);
        var model = Build(parameters);
        var g = new Graph(GraphMode.Train, parameters);
        var logits = new Tensor[1];
        model.Forward(g, g.Input(Values(), Rows, Inputs), new ScenarioPath([Own]), logits);
        Values().AsSpan(0, Rows).CopyTo(g.Grad(logits[0]));
        g.RunBackward(g.Zeros(1, 1));
        return parameters.Dense.ToDictionary(p => p.Name, p => g.Gradients!.Of(p).ToArray());
    }

    static (float[] Logits, ParameterSet Parameters, RankingModel Model) Logits(GraphMode mode, float[] x)
    {
        var parameters = new ParameterSet(3);
        var model = Build(parameters);
        var g = new Graph(mode, parameters);
        var logits = new Tensor[1];
        model.Forward(g, g.Input(x, Rows, Inputs), new ScenarioPath([Own]), logits);
        return (g.Value(logits[0]).ToArray(), parameters, model);
    }

    static RankingModel Build(ParameterSet parameters) =>
        new StarOptions { Widths = [7, 4] }.Build(new Scope(parameters), new ModelShape(Inputs, [Scenarios], 1));

    static float[] Values()
    {
        var random = new SeededRandom(2, "x");
        return [.. Enumerable.Range(0, Rows * Inputs).Select(_ => (float)random.NextNormal())];
    }
}
