namespace Switchyard.Reports.Tests;

/// <summary>The sentences and figures of a comparison whose verdicts are known.</summary>
public sealed class ComparisonSummaryTests
{
    [Fact]
    public void Build_GainLossAndOpen_SaysEach()
    {
        var lines = Lines(Compared.File([("a", 0.02, 0.001), ("b", -0.01, 0.01), ("c", 0.005, 0.2)], meanP: 0.001));
        lines.ShouldContain((
            "Take model: its mean AUC over the cells (scenario × task) of the test rows is above that of single (a model per scenario), by +0.0100 [+0.0010, +0.0190]. Candidate: model, the only model that is no control. " +
            "Of all models against single, above it: model.",
            Tone.Good));
        lines.ShouldContain(("Gains of the candidate model: against single (a model per scenario) in 1 of 3 cells, most in a, click (+0.0200 [+0.0100, +0.0300]).", Tone.Good));
        lines.ShouldContain((
            "The candidate model loses against single in 1 of 3 cells, most in b, click (-0.0100 [-0.0200, 0.0000]). Negative transfer (a cell worse than under single (a model per scenario)): model in b, click (-0.0100).",
            Tone.Bad));
        lines.Length.ShouldBe(5);
    }

    /// <summary>Every cell has too few positives, or a class in one group only: a state, not a fault.</summary>
    [Fact]
    public void Build_NoCellTested_SaysSo()
    {
        var lines = Lines(Compared.File([("a", 0.02, 0.3)], meanP: 0.4) with { Differences = [] });
        lines.ShouldContain(("Whether the candidate model gains or loses by sharing cannot be said: no cell (scenario × task) could be tested.", Tone.Neutral));
        lines.ShouldNotContain(l => l.Text.Contains("Negative transfer"));
    }

    [Fact]
    public void Build_NothingDecided_PraisesNobody()
    {
        var lines = Lines(Compared.File([("a", 0.02, 0.3), ("b", -0.01, 0.9)], meanP: 0.4));
        lines[0].Text.ShouldStartWith("Take single (a model per scenario): no model is shown to have a higher mean AUC over the cells (scenario × task) of the test rows than single. ");
        lines[0].Text.ShouldContain("Its mean AUC cannot be told apart from that of single (+0.0100 [+0.0010, +0.0190]).");
        lines.ShouldContain(("No gain of the candidate model is shown in any scenario, against single (a model per scenario): none of 2 differences of a cell; the largest that is undecided: a, click (+0.0200 [+0.0100, +0.0300]).", Tone.Neutral));
        lines.ShouldContain(("No loss of the candidate model is shown against single (2 of 2 cells undecided; the largest that is undecided: b, click (-0.0100 [-0.0200, 0.0000])). Negative transfer (a cell worse than under single (a model per scenario)) is shown for no model.", Tone.Neutral));
        lines.ShouldNotContain(l => l.Tone == Tone.Good);
    }

    /// <summary>What cannot be told apart is not equal: a smaller model is offered only where little can be lost by it.</summary>
    [Theory]
    [InlineData(-0.004, "Take single (a model per scenario) or, with fewer weights, model: ", "loses at most 0.0040.")]
    [InlineData(-0.02, "Take single (a model per scenario): ", "no model is shown")]
    public void Build_SmallerModel_IsOfferedWhereItLosesLittle(double low, string advice, string said)
    {
        var file = Compared.File([("a", 0.02, 0.3)], meanP: 0.4);
        var mean = file.Differences.Single(d => d.Metric == "mean_auc");
        file = file with
        {
            Variants = file.Variants.SetItem(1, file.Variants[1] with { Parameters = 10 }),
            Differences = file.Differences.Replace(mean, mean with { Bootstrap = mean.Bootstrap! with { Low = low } }),
        };
        var text = Lines(file)[0].Text;
        text.ShouldStartWith(advice);
        text.ShouldContain(said);
    }

    /// <summary>0.02 is enough for one test, and not for the smaller of two.</summary>
    [Fact]
    public void Verdict_SeveralModels_AreOneFamily()
    {
        var file = Compared.File([("a", 0.02, 0.02)], meanP: 0.03);
        var cell = file.Differences.Single(d => d.Metric == "auc");
        new Decisions(file).Verdict(cell).ShouldBe(FileDifference.Gain);
        var mirrored = cell with { Variant = "single", Reference = "model", Bootstrap = new FileInterval(-0.02, -0.03, -0.01, 0.02) };
        new Decisions(file with { Differences = file.Differences.Add(mirrored) }).Verdict(mirrored).ShouldBe(FileDifference.Loss, "it is the same test");
        var two = file with { Differences = [.. file.Differences, cell with { Variant = "b" }, cell with { Variant = "c" }] };
        var decisions = new Decisions(two);
        decisions.P(cell).ShouldNotBeNull().ShouldBe(0.06, 1e-12);
        two.Differences.Where(d => d.Metric == "auc").ShouldAllBe(d => decisions.Verdict(d) == FileDifference.Undecided);
    }

    [Fact]
    public void Caveats_SingleBestAtItsEnd_DoubtsTheGain()
    {
        var file = Compared.File([("a", 0.02, 0.001)], meanP: 0.001);
        file = file with
        {
            Data = new FileData(["place"], ["click"], "f", 1000, 100, 3, 50, 10, 10, [new FileTrainingCell("a", "click", 100, 20)]),
            Variants = [.. file.Variants.Select(v => v with { Runs = [.. v.Runs.Select(r => r with { Steps = v.Variant == "single" ? 10 : 20, Validation = 0.7 })] })],
        };
        Lines(file).ShouldContain(("Gains of the candidate model: against single (a model per scenario) in 1 of 1 cell, most in a, click (+0.0200 [+0.0100, +0.0300]).", Tone.Neutral));
        Lines(file)[^1].ShouldBe((
            "single was best at the last validation (3 epochs at most): longer training may change the order, and part of the gain against single may be that it is undertrained (a has 100 training rows: about 5 of the 50 of a step).",
            Tone.Bad));
        Lines(file with { Variants = [.. file.Variants.Select(v => v with { Runs = [.. v.Runs.Select(r => r with { Steps = 20 })] })] }).ShouldNotContain(l => l.Text.Contains("undertrained", StringComparison.Ordinal));
    }

    [Fact]
    public void Document_CellsLeftOut_AreNamed()
    {
        var file = Compared.File([("a", 0.02, 0.001)], meanP: 0.001);
        file = file with
        {
            Missing = ["x1", "x2", "x3", "x4", "x5", "x6", "x7"],
            Variants = [.. file.Variants.Select(v => v with { Cells = v.Cells.Add(v.Cells[0] with { Scenario = "tiny", Rows = 3, Positives = 1 }) })],
        };
        var document = Compared.Document(file);
        document.ShouldBeWhole();
        var compared = document.Sections[0];
        compared.Text.ShouldBe(["Left out of means and tests (too few positives or negatives among the test rows): tiny.", "Not run, though the comparison's file names them: x1, x2, x3, x4, x5, x6 and x7."]);
        var rows = document.Figure("rows");
        rows.Rows.Select(r => (rows.Text(r, "scenario"), rows.Number(r, "rows"), rows.Number(r, "positives_1"), rows.Text(r, "left_out"))).ShouldBe([("a", 100, 33, ""), ("tiny", 3, 1, "click")]);
        var auc = document.Figure("auc");
        auc.Rows.ShouldAllBe(r => (auc.Number(r, "value") == null) == (auc.Text(r, "scenario") == "tiny"));
        auc.Column("scenario").ShouldContain(v => v.Text == "tiny");
        document.Figure("log-loss").Column("value").ShouldAllBe(v => v.Number != null);
        document.Summary[^1].Text.ShouldContain("Left out of means and tests");
        document.Opening.ShouldBe("2 models for 1 task, click, in 2 scenarios and measured on 1,000 test rows; 2 seeds.");
    }

    [Fact]
    public void Phrases_EveryArchitecture_HasOne() => Models.ModelZoo.Options.Keys.ShouldAllBe(name => ModelPhrases.Of(name) != null);

    /// <summary>An interval is not corrected: one that misses 0 with a large corrected p value decides nothing.</summary>
    [Fact]
    public void Figures_IntervalBesideZeroButOpen_IsUndecided()
    {
        var document = Compared.Document(Compared.File([("a", 0.02, 0.001), ("b", 0.02, 0.2), ("c", -0.02, 0.01)], meanP: 0.2));
        var seesaw = document.Figure("seesaw");
        seesaw.Encoding.Verdict.ShouldBe("verdict");
        seesaw.Rows.ToDictionary(r => seesaw.Text(r, "scenario")!, r => seesaw.Text(r, "verdict")).ShouldBe(new Dictionary<string, string?> { ["a"] = "gain", ["b"] = "undecided", ["c"] = "loss" }, ignoreOrder: true);
        seesaw.Rows.ShouldAllBe(r => seesaw.Number(r, "low") > 0 || seesaw.Number(r, "high") < 0);
        var map = document.Figure("transfer");
        map.Encoding.Verdict.ShouldBe("verdict");
        map.Column("verdict").Select(v => v.Text).ShouldBe(["gain", "undecided", "loss"]);
        var means = document.Figure("difference-to-baseline");
        means.Encoding.Verdict.ShouldBe("verdict");
        means.Column("verdict").Single().Text.ShouldBe("undecided");
        means.Description.ShouldContain("0 of 1 are decided");
    }

    [Fact]
    public void Build_SeveralModels_NamesTheBestOnValidationRowsAndThoseLevelWithIt()
    {
        var file = Compared.File([("a", 0.02, 0.3)], meanP: 0.4);
        var other = file.Variants[1] with { Variant = "other" };
        Lines(file with { Variants = file.Variants.Add(other) })[0].Text.ShouldContain("Candidate: model, of the models that are no control the best on the validation rows (auc 0.7100, level with other).");
        Lines(file with { Variants = file.Variants.Add(other with { Monitor = "logloss" }) })[0].Text.ShouldContain("validation cannot choose one");
    }

    /// <summary>What is told of is not the best on the measured rows.</summary>
    [Fact]
    public void Told_OfSeveral_IsTheBestOnValidationRows()
    {
        var file = Compared.File([("a", 0.02, 0.3)], meanP: 0.4);
        var model = file.Variants[1];
        var other = model with { Variant = "other", Validation = new FileSpread(0.9, null, 1), MeanAuc = model.MeanAuc.SetItem("leaf", new FileSpread(0.6, null, 1)) };
        Compared.Subject(file with { Variants = file.Variants.Add(other) }).Told!.Variant.ShouldBe("other");
        Compared.Subject(file with { Variants = file.Variants.Add(other), Baseline = "model" }).Best.Variant.ShouldBe("model");
        Compared.Subject(file with { Variants = file.Variants.Add(other with { Monitor = "logloss:total" }), Baseline = "model" }).Told!.Variant.ShouldBe("model");
        var losses = file.Variants.Add(other with { Monitor = "logloss" }).SetItem(1, model with { Monitor = "logloss" });
        Compared.Subject(file with { Variants = losses }).Told!.Variant.ShouldBe("model");
    }

    [Fact]
    public void Document_ManyModelsAndScenarios_StaysSmallAndSaysWhatIsLeftOut()
    {
        var file = Compared.Many(models: 12, scenarios: 500, tasks: 2);
        var document = Compared.Document(file);
        document.ShouldBeWhole();
        document.ToJson().Length.ShouldBeLessThan(4_000_000);
        document.Figures().ShouldAllBe(f => f.Rows.Length <= 6000);
        document.Sections.Single(s => s.Id == "seesaw").Text.ShouldContain(t => t.Contains("of 500 scenarios with the most rows; report.json has all", StringComparison.Ordinal));
        document.Figure("transfer").Column("cell").ShouldContain(v => v.Text == "scenario 499 · task 0", "the largest is drawn");
    }

    static (string Text, Tone Tone)[] Lines(ComparisonFile file) => [.. new ComparisonSummary(Compared.Subject(file), [], hasLogs: false).Build().Select(l => (l.Text, l.Tone))];
}
