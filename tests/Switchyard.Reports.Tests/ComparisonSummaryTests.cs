namespace Switchyard.Reports.Tests;

/// <summary>The sentences and figures of a comparison whose verdicts are known.</summary>
public sealed class ComparisonSummaryTests
{
    [Fact]
    public void Build_GainLossAndOpen_SaysEach()
    {
        var file = Compared.File([("a", 0.02, 0.001), ("b", -0.01, 0.01), ("c", 0.005, 0.2)], meanP: 0.001);
        var lines = Lines(file);
        lines.ShouldContain(("The highest mean AUC over the cells (scenario × task) was measured for model: 0.7100. The highest of 2 models on the same rows is flattered by chance.", Tone.Neutral));
        lines.ShouldContain(("Against a model per scenario (single), model (best on the validation rows of the models that are no control) gains most in a, click (+0.0200 [+0.0100, +0.0300]); in all it gains significantly in 1 of 3 cells (Holm).", Tone.Good));
        lines.ShouldContain(("Against a model per scenario (single), model loses most in b, click (-0.0100 [-0.0200, 0.0000]); in all it loses significantly in 1 of 3 cells (Holm): negative transfer.", Tone.Bad));
        lines.ShouldContain(("Significantly better than single: model.", Tone.Neutral));
        lines.ShouldContain(("Against a model per scenario (single), the mean AUC of model (best on the validation rows of the models that are no control) differs by +0.0100 [+0.0010, +0.0190]: more than rows and seeds explain, also after correction over the controls (Holm).", Tone.Good));
        lines.ShouldContain(("Of 1 loss against the controls that is significant among a model's own cells, none stays so when the cells of all models are corrected together (Holm).", Tone.Neutral));
    }

    [Fact]
    public void Build_NothingDecided_PraisesNobody()
    {
        var lines = Lines(Compared.File([("a", 0.02, 0.3), ("b", -0.01, 0.9)], meanP: 0.4));
        lines.ShouldContain(("Against a model per scenario (single), no difference of model (best on the validation rows of the models that are no control) is shown either way: all of 2 cells are undecided (Holm).", Tone.Neutral));
        lines.ShouldContain(("Against a model per scenario (single), the mean AUC of model (best on the validation rows of the models that are no control) differs by +0.0100 [+0.0010, +0.0190]: rows and seeds may explain it, after correction over the controls (Holm).", Tone.Neutral));
        lines.ShouldContain(("Against the controls nothing is shown either way, for any model: all of 2 differences are undecided (Holm).", Tone.Neutral));
        lines.ShouldContain(("No model's mean AUC differs significantly from that of the baseline single, after correction over the models (Holm).", Tone.Neutral));
        lines.ShouldNotContain(l => l.Tone == Tone.Good);
    }

    [Fact]
    public void Build_GainsOnly_SaysThatNoLossIsShown()
    {
        var lines = Lines(Compared.File([("a", 0.02, 0.001), ("b", 0.01, 0.2)], meanP: 0.001));
        lines.ShouldContain(("Against a model per scenario (single), no significant loss of model is shown; 1 of 2 cells is undecided.", Tone.Neutral));
        lines.ShouldContain(("Over the cells of all models together (Holm), no significant loss against the controls is shown.", Tone.Neutral));
    }

    /// <summary>An interval is not corrected: one that misses 0 with a large corrected p value decides nothing.</summary>
    [Fact]
    public void Figures_IntervalBesideZeroButOpen_IsUndecided()
    {
        var document = Compared.Document(Compared.File([("a", 0.02, 0.001), ("b", 0.02, 0.2), ("c", -0.02, 0.01)], meanP: 0.2));
        var seesaw = document.Figure("seesaw");
        seesaw.Encoding.Verdict.ShouldBe("verdict");
        seesaw.Rows.ToDictionary(r => seesaw.Text(r, "scenario")!, r => seesaw.Text(r, "verdict")).ShouldBe(new Dictionary<string, string?> { ["a"] = "gain", ["b"] = "undecided", ["c"] = "loss" }, ignoreOrder: true);
        seesaw.Rows.ShouldAllBe(r => seesaw.Number(r, "low") > 0 || seesaw.Number(r, "high") < 0);
        seesaw.Description.ShouldContain("2 of 3 are decided");
        var map = document.Figure("transfer");
        map.Encoding.Verdict.ShouldBe("verdict");
        map.Column("verdict").Select(v => v.Text).ShouldBe(["gain", "undecided", "loss"]);
        var means = document.Figure("difference-to-baseline");
        means.Encoding.Verdict.ShouldBe("verdict");
        means.Column("verdict").Single().Text.ShouldBe("undecided");
        means.Description.ShouldContain("0 of 1 are decided");
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
