namespace Switchyard.Evaluation.Tests;

public sealed class ReportComparisonTests
{
    /// <summary>Node names may hold the character that joins them: a/b + c and a + b/c have one name and are two scenarios.</summary>
    static readonly EvaluationLayout SameNames = new([("x", ["a/b", "a"]), ("y", ["c", "b/c"])], ["click"], [-1]);

    [Fact]
    public void Cells_LeavesOfOneName_AreComparedByPlace()
    {
        var rows = Enumerable.Range(0, 80).Select(i => new Oracle.Row(i % 4, -1, i % 9 / 9f, i / 4 % (2 + (i % 4)) == 0 ? 1 : 0)).ToArray();
        var report = Samples.Report(SameNames, rows);

        var cells = new ReportComparison(report, report).Cells;

        cells.Count(c => c.Scenario == "a/b/c").ShouldBe(2);
        cells.Select(c => c.Before).ShouldBe(cells.Select(c => (CellMetrics?)c.After));
        cells.Where(c => c.Scenario == "a/b/c").Select(c => c.After.Positives).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void Cells_NewTaskBetweenOldOnes_HasNothingBefore()
    {
        var before = TwoTasks(["click", "buy"]);
        var after = TwoTasks(["click", "save", "buy"]);

        var cells = new ReportComparison(before, after).Cells;

        cells.Where(c => c.Task == "save").ShouldAllBe(c => c.Before == null);
        cells.Where(c => c.Task == "buy").Select(c => c.Before).ShouldBe(before.Cells.Where(c => c.Task == "buy").Select(c => c.Metrics));
        cells.Length.ShouldBe(after.Cells.Count);
    }

    /// <summary>With the new task in the mean after alone, the difference would be one of tasks, not of models.</summary>
    [Fact]
    public void Means_NewTask_IsInNeither()
    {
        var before = TwoTasks(["click", "buy"]);
        var after = TwoTasks(["click", "save", "buy"]);

        var mean = new ReportComparison(before, after).Means.First(m => m.Level == "leaf");

        mean.Before!.Value.ShouldBe(before.MeanAuc("leaf")!.Value, 1e-12);
        mean.After!.Value.ShouldBe(mean.Before.Value, 1e-12);
        mean.Counted.ShouldBe(before.Means.First(m => m.Level == "leaf").Counted);
        Math.Abs(after.MeanAuc("leaf")!.Value - mean.After.Value).ShouldBeGreaterThan(1e-3);
    }

    [Fact]
    public void New_OtherTree_IsRefused() =>
        Should.Throw<ArgumentException>(() => new ReportComparison(Samples.Report(SameNames, []), Samples.Report(Samples.Channels, []))).Message.ShouldContain("different scenario trees");

    static EvaluationReport TwoTasks(string[] tasks)
    {
        var evaluator = new Evaluator(Samples.Channels with { Tasks = tasks, Given = [.. tasks.Select(_ => -1)] }, new EvaluationOptions { MinPositives = 1, MinNegatives = 1 });
        var rows = Enumerable.Range(0, 60).ToArray();
        evaluator.Add([.. rows.Select(i => i % 2)], default, [.. tasks.Select(t => rows.Select(i => i % 7 / 7f).ToArray())], [.. tasks.Select(t => rows.Select(i => i % t.Length == 0 ? 1f : 0).ToArray())], rows.Length);
        return evaluator.Report();
    }
}
