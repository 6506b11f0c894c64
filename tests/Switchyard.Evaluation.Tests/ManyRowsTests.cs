namespace Switchyard.Evaluation.Tests;

/// <summary>So many rows that threads share them.</summary>
public sealed class ManyRowsTests
{
    const int Leaves = 6;
    const int ScoreSteps = 4096;

    static readonly EvaluationLayout Layout = Samples.Tree with { Tasks = ["click"], Given = [-1] };

    [Theory]
    [InlineData(ScoreSteps)]
    [InlineData(2)]
    public void Report_AnyThreads_IsTheSameAndRight(int steps)
    {
        var rows = Rows(seed: 1, 300_000, steps);

        var reports = new[] { 1, 2, 5 }.Select(threads => Report(rows, threads)).ToArray();

        reports[1].ToJson().ShouldBe(reports[0].ToJson());
        reports[2].ToJson().ShouldBe(reports[0].ToJson());
        var total = reports[0].Cells.Single(c => c.Level == "total").Metrics;
        total.Auc!.Value.ShouldBe(Auc(rows, steps), 1e-12);
        total.Gauc!.Value.ShouldBe(Oracle.Gauc(rows.Where(r => r.Label >= 0))!.Value, 1e-12);
        foreach (var cell in reports[0].Cells.Where(c => c.Level == "leaf"))
        {
            var leaf = Array.FindIndex(Names(), n => n == cell.Scenario);
            cell.Metrics.Auc!.Value.ShouldBe(Auc(rows.Where(r => r.Leaf == leaf), steps), 1e-12);
        }
    }

    [Fact]
    public void Report_RowsInAnotherOrder_IsTheSame()
    {
        var rows = Rows(seed: 2, 300_000, ScoreSteps);
        var shuffled = rows.ToArray();
        new Random(3).Shuffle(shuffled);

        var (first, second) = (Report(rows, 2), Report(shuffled, 2));

        foreach (var (a, b) in first.Cells.Zip(second.Cells))
        {
            b.Metrics.Auc.ShouldBe(a.Metrics.Auc);
            b.Metrics.Gauc!.Value.ShouldBe(a.Metrics.Gauc!.Value, 1e-12);
            b.Metrics.Ndcg!.Value.ShouldBe(a.Metrics.Ndcg!.Value, 1e-12);
        }
    }

    [Fact]
    public void Differences_AnyThreads_AreTheSameAndThoseOfTheReports()
    {
        var (rows, others) = (Rows(seed: 4, 700_000, ScoreSteps), Rows(seed: 5, 700_000, ScoreSteps));

        var differences = Differences(rows, others, threads: 1);

        Differences(rows, others, threads: 3).Cells.ShouldBe(differences.Cells);
        var (first, second) = (Report(rows, 2), Report([.. rows.Zip(others, (r, o) => r with { Score = o.Score })], 2));
        foreach (var (cell, i) in differences.Cells.Select((c, i) => (c, i)))
            cell.Auc!.Value.ShouldBe(first.Cells[i].Metrics.Auc!.Value - second.Cells[i].Metrics.Auc!.Value, 1e-6);
    }

    [Fact]
    public void Differences_RowsFourTimesOver_HaveHalfTheError()
    {
        var (rows, others) = (Rows(seed: 6, 200_000, ScoreSteps), Rows(seed: 7, 200_000, ScoreSteps));
        var groups = rows.Max(r => r.Group) + 1;
        Oracle.Row[] Four(Oracle.Row[] some) => [.. Enumerable.Range(0, 4).SelectMany(copy => some.Select(r => r with { Group = r.Group < 0 ? -1 : r.Group + (copy * groups) }))];

        var (once, fourTimes) = (Differences(rows, others, threads: 2), Differences(Four(rows), Four(others), threads: 2));

        foreach (var (a, b) in once.Cells.Zip(fourTimes.Cells))
        {
            b.Auc!.StandardError.ShouldBe(a.Auc!.StandardError / 2, 1e-3 * a.Auc.StandardError);
            b.LogLoss!.StandardError.ShouldBe(a.LogLoss!.StandardError / 2, 1e-3 * a.LogLoss.StandardError);
        }

        fourTimes.MeanAuc!.StandardError.ShouldBe(once.MeanAuc!.StandardError / 2, 1e-3 * once.MeanAuc.StandardError);
    }

    /// <summary>A thousand groups of a thousand rows are work for many threads.</summary>
    [Fact]
    public void Parts_FewLargeGroups_AreCutByRows()
    {
        int[] groups = [.. Enumerable.Range(0, 1_000_000).Select(row => row / 1000)];
        var order = new GroupOrder();
        order.Build(groups, [], [], new Threads(1));

        new GroupWalk(new ScenarioTree(Layout), 10, new Threads(1)).Parts(order).ShouldBe(16);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(6, 2)]
    public void FirstFrom_RowsBefore_IsTheGroupThatBeginsThere(int rows, int first)
    {
        var order = new GroupOrder();
        order.Build([0, 0, 0, 5, 5], [], [], new Threads(1));

        order.FirstFrom(rows).ShouldBe(first);
    }

    static Oracle.Row[] Rows(int seed, int count, int steps)
    {
        var random = new Random(seed);
        return [.. Samples.Random(seed: 11, count, Leaves).Select(r => r with { Score = random.Next(steps + 1) / (float)steps })];
    }

    static string[] Names() => [.. Layout.Levels[0].Nodes.SelectMany(region => Layout.Levels[1].Nodes.Select(device => $"{region}/{device}"))];

    static EvaluationReport Report(Oracle.Row[] rows, int threads)
    {
        var evaluator = new Evaluator(Layout, new EvaluationOptions(), threads);
        Samples.AddTo(evaluator, rows);
        return evaluator.Report();
    }

    static ScoreDifferences Differences(Oracle.Row[] rows, Oracle.Row[] others, int threads)
    {
        var comparison = new ScoreComparison(
            Layout, new EvaluationOptions(), [.. rows.Select(r => r.Leaf)], [.. rows.Select(r => r.Group)], [[.. rows.Select(r => r.Label < 0 ? float.NaN : r.Label)]], threads);
        comparison.SetFirst([[.. rows.Select(r => r.Score)]]);
        comparison.Add([[.. others.Select(r => r.Score)]]);
        return comparison.Differences();
    }

    /// <summary>By counts of every score.</summary>
    static double Auc(IEnumerable<Oracle.Row> rows, int steps)
    {
        var counts = new long[2, steps + 1];
        foreach (var row in rows)
        {
            if (row.Label >= 0) counts[row.Label, (int)MathF.Round(row.Score * steps)]++;
        }

        var (twiceWins, negatives, positives) = (0L, 0L, 0L);
        for (var score = 0; score <= steps; score++)
        {
            twiceWins += counts[1, score] * ((2 * negatives) + counts[0, score]);
            negatives += counts[0, score];
            positives += counts[1, score];
        }

        return twiceWins / (2.0 * positives * negatives);
    }
}
