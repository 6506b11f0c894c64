using System.Text.Json;
using static Switchyard.Evaluation.Tests.Oracle;

namespace Switchyard.Evaluation.Tests;

public sealed class EvaluationReportTests
{
    /// <summary>AUCs: web 0.75 (2 and 2 rows), app 1 (1 and 1).</summary>
    static readonly Row[] TwoChannels =
    [
        new(0, -1, 0.8f, 1), new(0, -1, 0.5f, 0), new(0, -1, 0.4f, 1), new(0, -1, 0.2f, 0),
        new(1, -1, 0.9f, 1), new(1, -1, 0.1f, 0),
    ];

    [Fact]
    public void MeanAuc_EnoughOfBothClasses_UnweightedMean()
    {
        var report = Samples.Report(Samples.Channels, TwoChannels, new() { MinPositives = 1, MinNegatives = 1 });
        report.MeanAuc("leaf").ShouldBe(0.875);
        report.MeanAuc("level1").ShouldBe(0.875);
        report.Means.ShouldBe([new MeanAuc("level1", 0.875, 2, 2), new MeanAuc("leaf", 0.875, 2, 2)]);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public void MeanAuc_CellBelowMinimum_NotCountedButPresent(int minPositives, int minNegatives)
    {
        var report = Samples.Report(Samples.Channels, TwoChannels, new() { MinPositives = minPositives, MinNegatives = minNegatives });
        report.Means[^1].ShouldBe(new MeanAuc("leaf", 0.75, 1, 2));
        report.Cells.Single(cell => cell.Scenario == "app").Metrics.Auc.ShouldBe(1);
    }

    [Fact]
    public void MeanAuc_NoCellCounts_Null() => Samples.Report(Samples.Channels, TwoChannels).MeanAuc("leaf").ShouldBeNull();

    [Fact]
    public void MeanAuc_WithoutLevels_IsOverTotals() =>
        Samples.Report(Samples.OneTask, [.. TwoChannels.Select(row => row with { Leaf = 0 })], new() { MinPositives = 1, MinNegatives = 1 })
            .Means.ShouldBe([new MeanAuc("leaf", Auc(TwoChannels), 1, 1)]);

    [Fact]
    public void Means_TwoLevels_InnerLevelAndLeaf() =>
        TwoTasks().Means.Select(mean => (mean.Level, mean.Cells)).ShouldBe([("level1", 4), ("leaf", 12)]);

    [Fact]
    public void Monitor_EveryName_ReadsItsValue()
    {
        var report = TwoTasks();
        report.Monitor("mean_auc").ShouldBe(new(report.MeanAuc("leaf"), true));
        report.Monitor("mean_auc:leaf").ShouldBe(report.Monitor("mean_auc"));
        report.Monitor("mean_auc:level2").ShouldBe(report.Monitor("mean_auc"));
        report.Monitor("mean_auc:level1").ShouldBe(new(report.MeanAuc("level1"), true));
        report.Monitor("mean_auc:level1:buy").ShouldBe(new(report.MeanAuc("level1", "buy"), true));
        report.Monitor("auc:buy").ShouldBe(new(report.Auc("buy"), true));
        report.Monitor("gauc:buy").ShouldBe(new(report.Total("buy").Gauc, true));
        report.Monitor("ndcg:click").ShouldBe(new(report.Total("click").Ndcg, true));
        report.Monitor("mrr:click").ShouldBe(new(report.Total("click").Mrr, true));
        report.Monitor("logloss:click").ShouldBe(new(report.Total("click").LogLoss, false));
        report.MeanAuc("level1").ShouldNotBe(report.MeanAuc("leaf"));
        report.MeanAuc("level1", "buy").ShouldNotBe(report.MeanAuc("level1", "click"));
        foreach (var name in Samples.Tree.MonitorNames) report.Monitor(name).Value.ShouldNotBeNull(name);
    }

    [Theory]
    [InlineData("mean_auc:level3")]
    [InlineData("mean_auc:level1:purchase")]
    [InlineData("auc")]
    [InlineData("auc:purchase")]
    [InlineData("accuracy:click")]
    public void Monitor_UnknownName_ListsAll(string name)
    {
        var message = Should.Throw<ArgumentException>(() => TwoTasks().Monitor(name)).Message;
        message.ShouldContain($"'{name}'");
        message.ShouldContain("mean_auc:level1:buy");
        message.ShouldContain("logloss:click");
        Samples.Tree.MonitorProblem(name).ShouldBe(message);
    }

    [Fact]
    public void Monitor_TaskNameWithColon_Found()
    {
        var layout = new EvaluationLayout([("channel", ["web", "app"])], ["a:b"], [-1]);
        layout.MonitorProblem("mean_auc:leaf:a:b").ShouldBeNull();
        var report = Samples.Report(layout, TwoChannels, new() { MinPositives = 1, MinNegatives = 1 });
        report.Monitor("mean_auc:leaf:a:b").Value.ShouldBe(0.875);
    }

    [Fact]
    public void MeanAuc_UnknownLevelOrTask_Throws()
    {
        Should.Throw<ArgumentException>(() => TwoTasks().MeanAuc("region")).Message.ShouldContain("level1, level2, leaf");
        Should.Throw<ArgumentException>(() => TwoTasks().MeanAuc("leaf", "x")).Message.ShouldContain("click, buy");
        Should.Throw<ArgumentException>(() => TwoTasks().Auc("x")).Message.ShouldContain("click, buy");
    }

    [Fact]
    public void ToJson_TwoChannels_HasTheDocumentedShape()
    {
        Row[] rows = [.. TwoChannels.Select(row => row with { Group = row.Leaf }), new(-1, -1, 0.5f, 1)];
        using var json = JsonDocument.Parse(Samples.Report(Samples.Channels, rows, new() { MinNegatives = 2, MinPositives = 1 }).ToJson());
        var root = json.RootElement;
        root.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["mean_auc", "mean_auc_cells", "min_positives", "min_negatives", "top_k", "unknown_scenario_rows", "cells"]);
        root.GetProperty("mean_auc").EnumerateObject().Select(p => (p.Name, p.Value.GetDouble()))
            .ShouldBe([("level1", 0.75), ("leaf", 0.75)]);
        root.GetProperty("mean_auc_cells").GetProperty("leaf").GetInt32().ShouldBe(1);
        root.GetProperty("min_positives").GetInt32().ShouldBe(1);
        root.GetProperty("min_negatives").GetInt32().ShouldBe(2);
        root.GetProperty("unknown_scenario_rows").GetInt32().ShouldBe(1);
        var cells = root.GetProperty("cells");
        cells.EnumerateArray().Select(c => (c.GetProperty("scenario").GetString(), c.GetProperty("level").GetString()))
            .ShouldBe([("web", "leaf"), ("app", "leaf"), ("all", "total")]);
        cells[0].EnumerateObject().Select(p => p.Name).ShouldBe(
            ["scenario", "level", "task", "rows", "positives", "auc", "gauc", "ndcg", "mrr", "logloss", "calibration"]);
        cells[0].GetProperty("task").GetString().ShouldBe("click");
        cells[0].GetProperty("rows").GetInt64().ShouldBe(4);
        cells[0].GetProperty("auc").GetDouble().ShouldBe(0.75);
        cells[2].GetProperty("rows").GetInt64().ShouldBe(7);
    }

    [Fact]
    public void ToJson_Undefined_NullWithReason()
    {
        using var json = JsonDocument.Parse(Samples.Report(Samples.Channels, [new(0, 0, 0.5f, 0), new(1, 0, 0.5f, 1)]).ToJson());
        json.RootElement.GetProperty("mean_auc").GetProperty("leaf").ValueKind.ShouldBe(JsonValueKind.Null);
        var web = json.RootElement.GetProperty("cells")[0];
        web.GetProperty("auc").ValueKind.ShouldBe(JsonValueKind.Null);
        web.GetProperty("reasons").GetProperty("auc").GetString().ShouldBe("no positives");
    }

    [Fact]
    public void ToJson_ConditionalScores_HasParentBlock()
    {
        var evaluator = new Evaluator(Samples.Tree, new());
        float[][] scores = [[0.5f, 0.5f], [0.3f, 0.1f]], labels = [[1, 1], [1, 0]];
        evaluator.Add([0, 0], [], scores, labels, 2, new[] { null, new[] { 0.6f, 0.2f } });
        using var json = JsonDocument.Parse(evaluator.Report().ToJson());
        var given = json.RootElement.GetProperty("cells").EnumerateArray().Last().GetProperty("given_parent");
        given.GetProperty("parent").GetString().ShouldBe("click");
        given.GetProperty("auc").GetDouble().ShouldBe(1);
    }

    static EvaluationReport TwoTasks()
    {
        var evaluator = new Evaluator(Samples.Tree, new() { MinPositives = 1, MinNegatives = 1 });
        var random = new Random(3);
        const int Rows = 400;
        float[][] scores = [Draw(), Draw()], labels = [Flip(), Flip()];
        int[] leaf = [.. Enumerable.Range(0, Rows).Select(i => i % 6)], group = [.. Enumerable.Range(0, Rows).Select(i => i / 12)];
        evaluator.Add(leaf, group, scores, labels, Rows);
        return evaluator.Report();

        float[] Draw() => [.. Enumerable.Range(0, Rows).Select(_ => random.NextSingle())];
        float[] Flip() => [.. Enumerable.Range(0, Rows).Select(_ => (float)random.Next(2))];
    }
}
