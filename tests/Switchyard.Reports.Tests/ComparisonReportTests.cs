using Switchyard.Data;

namespace Switchyard.Reports.Tests;

public sealed class ComparisonReportTests
{
    [Fact]
    public void OfComparison_File_IsWholeAndSaysWhatReportJsonSays()
    {
        using var run = new SmallRun();
        var comparison = run.Compare();
        var document = Report.OfComparison(comparison, run.Options());
        document.ShouldBeWhole();
        document.Kind.ShouldBe(ReportKind.Comparison);

        var file = ComparisonFile.Load(Path.Combine(comparison.OutputDirectory, "report.json"));
        var models = document.Figure("models");
        models.Column("model").Select(v => v.Text).ShouldBe(file.Variants.Select(v => v.Variant), ignoreOrder: true);
        foreach (var row in models.Rows) models.Number(row, "mean_auc").ShouldBe(file.Variants.Single(v => v.Variant == row[0].Text).Mean(file.Level)!.Mean);
        var seesaw = document.Figure("seesaw");
        seesaw.Column("reference").Select(v => v.Text).Distinct().ShouldBe(["single", "pooled", "mmoe"], ignoreOrder: true);
        foreach (var row in seesaw.Rows)
        {
            var difference = file.Cells(seesaw.Text(row, "model")!, seesaw.Text(row, "reference")!).Single(c => c.Scenario == seesaw.Text(row, "scenario") && c.Task == seesaw.Text(row, "task"));
            seesaw.Number(row, "difference").ShouldBe(difference.Bootstrap!.Difference);
            seesaw.Text(row, "verdict").ShouldBe(difference.PHolm >= 0.05 ? "undecided" : difference.Bootstrap.Difference > 0 ? "gain" : "loss");
        }

        document.Figure("roc").Column("model").Select(v => v.Text).Distinct().Count().ShouldBe(5);
        document.Figure("validation").Column("model").Select(v => v.Text).Distinct().Count().ShouldBe(5);
        document.Figure("auxiliary").Column("model").Select(v => v.Text).Distinct().ShouldBe(["aesm2", "aesm2-no-auxiliary"], ignoreOrder: true);
        document.Figure("experts").Rows.ShouldNotBeEmpty();
        document.Summary[0].Text.ShouldStartWith($"The highest mean AUC over the cells (scenario × task) was measured for {file.Variants.MaxBy(v => v.Mean(file.Level)!.Mean)!.Variant}: ");
        document.Summary.ShouldContain(l => l.Text.Contains("collapsed", StringComparison.Ordinal));
        document.Summary.ShouldContain(l => l.Text.Contains("a model per scenario (single)", StringComparison.Ordinal));
        document.Provenance.Configuration.ShouldNotBeNull().ShouldContain("mmoe");
    }

    [Fact]
    public void OfComparison_Json_LeavesCurvesOutAndSaysWhy()
    {
        using var run = new SmallRun();
        var comparison = run.Compare();
        var json = Path.Combine(comparison.OutputDirectory, "report.json");
        var document = Report.OfComparison(json, run.Options());
        document.ShouldBeWhole();
        document.Figures().ShouldNotContain(f => f.Id == "roc");
        document.Sections.Single(s => s.Id == "curves").Text.Single().ShouldContain(".yaml");
    }

    [Fact]
    public void OfComparison_OutputThatIsItsReport_IsRefused()
    {
        using var run = new SmallRun();
        var comparison = run.Compare();
        var json = Path.Combine(comparison.OutputDirectory, "report.json");
        var before = File.ReadAllText(json);
        Should.Throw<InputException>(() => Report.OfComparison(json, run.Options() with { Json = json })).Message.ShouldContain("made from it");
        Should.Throw<InputException>(() => Report.OfComparison(comparison, run.Options() with { Output = json })).Message.ShouldContain("made from it");
        File.ReadAllText(json).ShouldBe(before);
    }

    /// <summary>Comparisons of versions that wrote no logs.</summary>
    [Fact]
    public void OfComparison_WithoutLogs_SaysSo()
    {
        using var run = new SmallRun();
        var comparison = run.Compare();
        foreach (var log in Directory.GetFiles(Path.Combine(comparison.OutputDirectory, "results"), "*.metrics.jsonl")) File.Delete(log);
        var document = Report.OfComparison(comparison, run.Options());
        document.ShouldBeWhole();
        document.Sections.Single(s => s.Id == "training").Text.Single().ShouldContain("no logs");
        document.Sections.ShouldNotContain(s => s.Id == "experts");
        document.Summary.ShouldContain(l => l.Text.Contains("cannot be said: the compared runs left no logs", StringComparison.Ordinal));
    }

    [Fact]
    public void OfComparison_HalfAFile_SaysWhatToDo()
    {
        using var run = new SmallRun();
        File.WriteAllText(run.Place("half.json"), "{\"name\": \"x\", \"variants\": [");
        Should.Throw<InputException>(() => Report.OfComparison(run.Place("half.json"), run.Options() with { Json = null })).Message.ShouldContain("run switchyard compare again");
        File.WriteAllText(run.Place("other.json"), "{\"name\": \"x\"}");
        Should.Throw<InputException>(() => Report.OfComparison(run.Place("other.json"), run.Options() with { Json = null })).Message.ShouldContain("no whole report of a comparison");
        File.Exists(run.Place("report.html")).ShouldBeFalse();
    }

    [Fact]
    public void OfComparison_NotRun_SaysWhatToDo()
    {
        using var run = new SmallRun();
        File.WriteAllText(run.Place("compare.yaml"), "base: switchyard.yaml\nvariants: [mmoe]\n");
        Should.Throw<InputException>(() => Report.OfComparison(ComparisonConfiguration.Load(run.Place("compare.yaml")), run.Options())).Message.ShouldContain("switchyard compare");
    }
}
