using Switchyard.Evaluation;

namespace Switchyard.Generation.Tests;

/// <summary>The best AUC and the planted pairs.</summary>
public sealed class TruthTests
{
    const int Rows = 160_000;

    static readonly Log Sample = Log.Of(new FundSearchOptions { Seed = 3 }, Rows);

    /// <summary>AUC of scores of the test rows in every leaf and task, by the evaluator that measures models.</summary>
    static IEnumerable<(string Scenario, string Task, double Auc)> Measured(Func<int, int, double> score)
    {
        var truth = Sample.Truth;
        var rows = Sample.Where(r => Sample.Value(r, "date") == "2021-11-30").ToArray();
        var levels = new[] { ("scenario", (IReadOnlyList<string>)[.. truth.Scenarios]) };
        var evaluator = new Evaluator(new EvaluationLayout(levels, ["click", "purchase"], [-1, 0]), new EvaluationOptions());
        evaluator.Add(
            [.. rows.Select(r => truth.Scenarios.IndexOf(Sample.Scenario(r)))],
            default,
            new[] { 0, 1 }.Select(task => rows.Select(r => (float)score(r, task)).ToArray()).ToArray(),
            new[] { "click", "purchase" }.Select(label => rows.Select(r => Sample.Is(r, label) ? 1f : 0f).ToArray()).ToArray(),
            rows.Length);
        return evaluator.Report().Cells.Where(c => c.Level == "leaf" || c.Level == "level1").Select(c => (c.Scenario, c.Task, c.Metrics.Auc!.Value));
    }

    static double Best(string scenario, string task) => Sample.Truth.Best.Single(b => b.Scenario == scenario && b.Task == task).BestAuc!.Value;

    [Fact]
    public void BestAuc_TrueProbabilities_IsWhatTheEvaluatorMeasures()
    {
        var cells = Measured((r, task) => Sample.Probabilities[r][2 * task + 1]).ToList();
        cells.Count.ShouldBe(8);
        foreach (var (scenario, task, auc) in cells) Best(scenario, task).ShouldBe(auc, 3e-4);
    }

    [Fact]
    public void BestAucLogged_LoggedPositions_IsWhatTheEvaluatorMeasures()
    {
        foreach (var (scenario, task, auc) in Measured((r, task) => Sample.Probabilities[r][2 * task]))
            Sample.Truth.Best.Single(b => b.Scenario == scenario && b.Task == task).BestAucLogged!.Value.ShouldBe(auc, 3e-4);
    }

    [Fact]
    public void BestAuc_DisturbedProbabilities_AreWorseInEveryCell()
    {
        foreach (var (scenario, task, auc) in Measured((r, t) => Math.Clamp(Sample.Probabilities[r][2 * t + 1] * (0.4 + 1.2 * (r * 7919 % 1000 / 1000.0)), 0, 1)))
            auc.ShouldBeLessThan(Best(scenario, task));
        foreach (var (_, _, auc) in Measured((r, t) => Sample.Probabilities[(r + 1000) % Rows][2 * t + 1])) auc.ShouldBeInRange(0.3, 0.7);
    }

    [Fact]
    public void Population_MonteCarlo_AgreesWithALogOfItsOwn()
    {
        // Labels integrated out: only the sample of searches differs.
        var expected = new AucCounter(4, 2);
        foreach (var row in Enumerable.Range(0, Rows))
        {
            for (var task = 0; task < 2; task++)
                expected.Add(Sample.Truth.Scenarios.IndexOf(Sample.Scenario(row)), task, Sample.Probabilities[row][2 * task + 1], Sample.Probabilities[row][2 * task]);
        }

        foreach (var (best, i) in Sample.Truth.Best.Select((b, i) => (b, i))) best.Population!.Value.ShouldBe(expected.Auc(i / 2, i % 2)!.Value, 0.006);
    }

    [Fact]
    public void Counts_OfTestRows_AreThoseOfTheLog()
    {
        foreach (var best in Sample.Truth.Best)
        {
            var rows = Sample.Where(r => Sample.Value(r, "date") == "2021-11-30" && Sample.Scenario(r) == best.Scenario).ToList();
            (best.TestRows, best.TestPositives).ShouldBe((rows.Count, rows.Count(r => Sample.Is(r, best.Task))));
        }
    }

    [Fact]
    public void Pairs_ByDomain_AreAlikeInsideADomain()
    {
        Sample.Truth.Alike.ShouldBe([new("main/hot", "vertical/hot"), new("main/products", "vertical/products")]);
        Sample.Truth.Apart.Length.ShouldBe(4);
    }

    [Fact]
    public void Json_ReadBack_IsTheSame() => Truth.Parse(Sample.Truth.ToJson()).ToJson().ShouldBe(Sample.Truth.ToJson());

    [Fact]
    public void Auc_FewScores_IsThatOfAllPairs()
    {
        var random = new Data.RandomStream(1, 2, 3);
        var rows = Enumerable.Range(0, 300).Select(_ => (Score: 0.01 + 0.98 * random.NextDouble(), Positive: random.NextDouble() < 0.3 ? 1.0 : 0.0)).ToList();
        var counter = new AucCounter(1, 1);
        foreach (var (score, positive) in rows) counter.Add(0, 0, score, positive);
        var wins = rows.Where(r => r.Positive == 1).Sum(p => rows.Where(r => r.Positive == 0).Sum(n => p.Score > n.Score ? 1.0 : 0.0));
        counter.Auc(0, 0)!.Value.ShouldBe(wins / (rows.Sum(r => r.Positive) * rows.Sum(r => 1 - r.Positive)), 1e-4);
        new AucCounter(1, 1).Auc(0, 0).ShouldBeNull();
    }
}
