using static Switchyard.Evaluation.Tests.Oracle;

namespace Switchyard.Evaluation.Tests;

public sealed class EvaluatorTests
{
    static readonly float[] One = [1];
    static readonly EvaluationLayout TreeOfOneTask = new([.. Samples.Tree.Levels], ["click"], [-1]);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Report_RandomRows_EqualsDefinitions(int seed)
    {
        var rows = Samples.Random(seed, 20 + seed, leaves: 6);
        var topK = 1 + seed % 8;
        var report = Samples.Report(TreeOfOneTask, rows, new() { TopK = topK }, batch: 1 + seed % 9);

        var observed = rows.Where(r => r.Label >= 0).ToArray();
        report.Cells.Count.ShouldBe(2 + 6 + 1);
        var regions = TreeOfOneTask.Levels[0].Nodes;
        var devices = TreeOfOneTask.Levels[1].Nodes;
        for (var region = 0; region < 2; region++)
        {
            ShouldEqual(report, regions[region], [.. observed.Where(r => r.Leaf >= 0 && r.Leaf / 3 == region)], topK);
            for (var device = 0; device < 3; device++)
                ShouldEqual(report, $"{regions[region]}/{devices[device]}", [.. observed.Where(r => r.Leaf == region * 3 + device)], topK);
        }

        ShouldEqual(report, "all", observed, topK);
        report.UnknownRows.ShouldBe(rows.Count(r => r.Leaf < 0));
    }

    static void ShouldEqual(EvaluationReport report, string scenario, Row[] rows, int topK)
    {
        var cell = report.Cells.Single(c => c.Scenario == scenario).Metrics;
        cell.Rows.ShouldBe(rows.Length);
        cell.Positives.ShouldBe(rows.Count(r => r.Label == 1));
        Near(cell.Auc, Auc(rows), "auc");
        Near(cell.Gauc, Gauc(rows), "gauc");
        var (ndcg, mrr) = Ranking(rows, topK);
        Near(cell.Ndcg, ndcg, "ndcg");
        Near(cell.Mrr, mrr, "mrr");
        Near(cell.LogLoss, LogLoss(rows), "logloss");
        Near(cell.Calibration, Calibration(rows), "calibration");

        void Near(double? actual, double? expected, string metric)
        {
            if (expected is { } value) actual.ShouldNotBeNull($"{scenario} {metric}").ShouldBe(value, 1e-12, $"{scenario} {metric}");
            else actual.ShouldBeNull($"{scenario} {metric}");
            cell.Reasons.ContainsKey(metric).ShouldBe(expected is null, $"{scenario} {metric}");
        }
    }

    [Fact]
    public void Report_OneInversionOfFourPairs_AucIsThreeQuarters()
    {
        var cell = Samples.Report(Samples.OneTask, Samples.Rows((0.8f, 1), (0.5f, 0), (0.4f, 1), (0.2f, 0))).Cells.Single().Metrics;
        cell.Auc.ShouldBe(0.75);
        cell.Calibration.ShouldNotBeNull().ShouldBe(1.9 / 2, 1e-7);
        cell.LogLoss.ShouldNotBeNull().ShouldBe(-(Math.Log(0.8) + Math.Log(0.5) + Math.Log(0.4) + Math.Log(0.8)) / 4, 1e-7);
    }

    [Fact]
    public void Report_ConstantScore_AucIsOneHalf() =>
        Samples.Report(Samples.OneTask, Samples.Rows((0.3f, 1), (0.3f, 0), (0.3f, 0))).Auc("click").ShouldBe(0.5);

    [Fact]
    public void Report_NegativeZero_TiesWithZero() =>
        Samples.Report(Samples.OneTask, Samples.Rows((-0f, 1), (0f, 0), (0f, 1))).Auc("click").ShouldBe(0.5);

    [Fact]
    public void Report_CertainAndWrong_LogLossIsClipped()
    {
        var cell = Samples.Report(Samples.OneTask, Samples.Rows((0f, 1), (1f, 0))).Cells.Single().Metrics;
        cell.LogLoss.ShouldNotBeNull().ShouldBe(-Math.Log(1e-7), 1e-8);
    }

    [Fact]
    public void Report_TiedGroup_RanksByExpectation()
    {
        // Ranks of one positive among three ties: each of 1, 2, 3 with chance 1/3.
        Row[] rows = [new(0, 0, 0.5f, 1), new(0, 0, 0.5f, 0), new(0, 0, 0.5f, 0)];
        var cell = Samples.Report(Samples.OneTask, rows, new() { TopK = 2 }).Cells.Single().Metrics;
        cell.Mrr.ShouldNotBeNull().ShouldBe((1 + 1.0 / 2 + 1.0 / 3) / 3, 1e-15);
        cell.Ndcg.ShouldNotBeNull().ShouldBe((1 + 1 / Math.Log2(3)) / 3, 1e-15);
    }

    [Fact]
    public void Report_TopKAboveGroupSize_NdcgOfWholeGroup()
    {
        Row[] rows = [new(0, 4, 0.9f, 0), new(0, 4, 0.5f, 1), new(0, 9, 0.1f, 1)];
        var cell = Samples.Report(Samples.OneTask, rows, new() { TopK = int.MaxValue }).Cells.Single().Metrics;
        cell.Ndcg.ShouldNotBeNull().ShouldBe((1 / Math.Log2(3) + 1) / 2, 1e-15);
        cell.Mrr.ShouldNotBeNull().ShouldBe((0.5 + 1) / 2, 1e-15);
    }

    [Fact]
    public void Report_GroupsOfDifferentSize_GaucWeighsByRows()
    {
        Row[] rows =
        [
            new(0, 1, 0.9f, 1), new(0, 1, 0.1f, 0),
            new(0, 2, 0.1f, 1), new(0, 2, 0.5f, 0), new(0, 2, 0.6f, 0),
            new(0, 3, 0.5f, 1), new(0, 3, 0.6f, 1),
        ];
        Samples.Report(Samples.OneTask, rows).Cells.Single().Metrics.Gauc.ShouldBe(2.0 / 5);
    }

    [Fact]
    public void Report_SingleClass_NullWithReason()
    {
        Row[] rows = [new(0, 0, 0.5f, 0), new(0, 0, 0.2f, 0), new(1, 1, 0.5f, 1)];
        var cells = Samples.Report(Samples.Channels, rows).Cells;
        var web = cells[0].Metrics;
        web.Auc.ShouldBeNull();
        web.Reasons.ShouldBe(new Dictionary<string, string>
        {
            ["auc"] = "no positives",
            ["calibration"] = "no positives",
            ["gauc"] = "no positives",
            ["mrr"] = "no positives",
            ["ndcg"] = "no positives",
        });
        web.LogLoss.ShouldNotBeNull();
        var app = cells[1].Metrics;
        app.Reasons.ShouldBe(new Dictionary<string, string> { ["auc"] = "no negatives", ["gauc"] = "no negatives" });
        cells[2].Metrics.Auc.ShouldBe(0.75);
    }

    [Fact]
    public void Report_BothClassesOnlyAcrossGroups_GroupReasons()
    {
        Row[] rows = [new(0, 0, 0.5f, 0), new(0, 1, 0.2f, 0), new(0, -1, 0.5f, 1)];
        Samples.Report(Samples.OneTask, rows).Cells.Single().Metrics.Reasons.ShouldBe(new Dictionary<string, string>
        {
            ["gauc"] = "no group has both classes",
            ["mrr"] = "no group has a positive",
            ["ndcg"] = "no group has a positive",
        });
    }

    [Fact]
    public void Report_NothingObserved_EveryValueNullWithReason()
    {
        Row[] rows = [new(0, 0, 0.5f, -1), new(1, 0, 0.5f, 1), new(1, 0, 0.5f, 0)];
        var web = Samples.Report(Samples.Channels, rows).Cells[0].Metrics;
        web.Rows.ShouldBe(0);
        web.Reasons.Keys.ShouldBe(["auc", "calibration", "gauc", "logloss", "mrr", "ndcg"]);
        web.Reasons.Values.Distinct().ShouldBe(["no rows"]);
    }

    [Fact]
    public void Report_UnobservedLabels_ScoresMayBeAnything()
    {
        var evaluator = new Evaluator(Samples.OneTask, new());
        evaluator.Add([0, 0, 0], [], new[] { new[] { float.NaN, 0.9f, 0.1f } }, new[] { new[] { float.NaN, 1f, 0f } }, 3);
        evaluator.Report().Auc("click").ShouldBe(1);
    }

    [Fact]
    public void Report_WithoutGroups_GroupMetricsNullWithReason()
    {
        var report = Samples.Report(Samples.OneTask, Samples.Rows((0.5f, 1), (0.2f, 0)));
        report.HasGroups.ShouldBeFalse();
        report.Cells.Single().Metrics.Reasons["gauc"].ShouldBe("no groups");
    }

    [Fact]
    public void Report_GroupMetricsOff_SkipsThem()
    {
        Row[] rows = [new(0, 1, 0.9f, 1), new(0, 1, 0.1f, 0)];
        var report = Samples.Report(Samples.OneTask, rows, new() { GroupMetrics = false });
        report.HasGroups.ShouldBeFalse();
        report.Cells.Single().Metrics.Gauc.ShouldBeNull();
        report.Auc("click").ShouldBe(1);
    }

    [Fact]
    public void Report_OtherBatchSizes_SameBits()
    {
        var rows = Samples.Random(5, 500, 6);
        var json = Samples.Report(TreeOfOneTask, rows, batch: 500).ToJson();
        Samples.Report(TreeOfOneTask, rows, batch: 1).ToJson().ShouldBe(json);
        Samples.Report(TreeOfOneTask, rows, batch: 33).ToJson().ShouldBe(json);
    }

    [Fact]
    public void Clear_ThenOtherRows_EqualsFreshEvaluator()
    {
        var evaluator = new Evaluator(TreeOfOneTask, new());
        Samples.AddTo(evaluator, Samples.Random(1, 300, 6));
        evaluator.Report();
        evaluator.Clear();
        evaluator.Rows.ShouldBe(0);
        var rows = Samples.Random(2, 100, 6);
        Samples.AddTo(evaluator, rows);
        evaluator.Report().ToJson().ShouldBe(Samples.Report(TreeOfOneTask, rows).ToJson());
    }

    [Fact]
    public void Add_GrownMemory_AllocatesNothing()
    {
        var evaluator = new Evaluator(Samples.Channels, new());
        int[] leaf = [0, 1, 0, -1], group = [0, 0, 1, 1];
        float[][] scores = [[0.1f, 0.2f, 0.3f, 0.4f]], labels = [[0, 1, float.NaN, 1]];
        for (var i = 0; i < 200; i++) evaluator.Add(leaf, group, scores, labels, 4);
        evaluator.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++) evaluator.Add(leaf, group, scores, labels, 4);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Report_ConditionalScores_MeasuredWhereParentIsOne()
    {
        var evaluator = new Evaluator(Samples.Tree, new());
        float[] click = [1, 1, 1, 0, 0], buy = [1, 0, 0, 0, float.NaN];
        float[] pClick = [0.9f, 0.8f, 0.7f, 0.6f, 0.1f], pGiven = [0.5f, 0.5f, 0.2f, 0.9f, 0.9f];
        var product = pClick.Zip(pGiven, (a, b) => a * b).ToArray();
        evaluator.Add([0, 0, 0, 0, 0], [], new[] { pClick, product }, new[] { click, buy }, 5, new[] { null, pGiven });
        var cells = evaluator.Report().Cells;

        var total = cells[^1];
        total.Task.ShouldBe("buy");
        total.Metrics.Rows.ShouldBe(4);
        total.Metrics.Auc.ShouldBe(2.0 / 3);
        var given = total.GivenParent.ShouldNotBeNull();
        given.Rows.ShouldBe(3);
        given.Positives.ShouldBe(1);
        given.Auc.ShouldBe(0.75);
        cells[^2].GivenParent.ShouldBeNull();
    }

    [Fact]
    public void Report_ConditionalScoresNotGiven_NoSuchBlock()
    {
        var evaluator = new Evaluator(Samples.Tree, new());
        evaluator.Add([0], [], new[] { new[] { 0.5f }, [0.5f] }, new[] { new[] { 1f }, [1f] }, 1);
        evaluator.Report().Cells.ShouldAllBe(cell => cell.GivenParent == null);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(1.5f)]
    [InlineData(-0.1f)]
    public void Add_ScoreNoProbability_NamesTaskAndRowAndLeavesNoTrace(float score)
    {
        var evaluator = new Evaluator(Samples.OneTask, new());
        Samples.AddTo(evaluator, Samples.Rows((0.5f, 1)));
        var error = Should.Throw<ArgumentException>(() => Samples.AddTo(evaluator, Samples.Rows((0.5f, 1), (score, 0))));
        error.Message.ShouldContain("Task 'click', evaluated row 3");
        evaluator.Rows.ShouldBe(1);
        evaluator.Report().Total("click").Rows.ShouldBe(1);
    }

    [Fact]
    public void Add_LabelTwo_NamesTaskAndRow() =>
        Should.Throw<ArgumentException>(() => Samples.AddTo(new(Samples.OneTask, new()), Samples.Rows((0.5f, 2))))
            .Message.ShouldContain("Task 'click', evaluated row 1: label is 2");

    [Fact]
    public void Add_LeafOutOfRange_Throws() =>
        Should.Throw<ArgumentException>(() => Samples.AddTo(new(Samples.Channels, new()), [new(2, -1, 0.5f, 1)]))
            .Message.ShouldContain("Leaf 2");

    [Fact]
    public void Add_TooFewScores_Throws() =>
        Should.Throw<ArgumentException>(() =>
                new Evaluator(Samples.OneTask, new()).Add([0, 0], [], new[] { new float[1] }, new[] { new float[2] }, 2))
            .Message.ShouldContain("scores of task 'click'");

    [Fact]
    public void Add_ConditionalScoresOfTaskWithoutParent_Throws() =>
        Should.Throw<ArgumentException>(() =>
                new Evaluator(Samples.OneTask, new()).Add([0], [], new[] { One }, new[] { One }, 1, new[] { One }))
            .Message.ShouldContain("'click' has no parent");

    [Fact]
    public void Constructor_BadOptionsOrLayout_Throws()
    {
        Should.Throw<ArgumentException>(() => new Evaluator(Samples.OneTask, new() { TopK = 0 })).Message.ShouldContain("TopK");
        Should.Throw<ArgumentException>(() => new Evaluator(Samples.OneTask, new() { MinPositives = 0 }))
            .Message.ShouldContain("MinPositives");
        Should.Throw<ArgumentException>(() => new Evaluator(new([], ["a"], [0]), new())).Message.ShouldContain("'a'");
        Should.Throw<ArgumentException>(() => new Evaluator(new([], ["a"], []), new())).Message.ShouldContain("Given");
        Should.Throw<ArgumentException>(() => new Evaluator(new([("x", [])], ["a"], [-1]), new())).Message.ShouldContain("'x'");
    }
}
