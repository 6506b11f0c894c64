using System.Text.Json.Nodes;
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
        var decisions = new Decisions(file);
        var seesaw = document.Figure("seesaw");
        seesaw.Column("reference").Select(v => v.Text).Distinct().ShouldBe(["single", "pooled", "mmoe"], ignoreOrder: true);
        foreach (var row in seesaw.Rows)
        {
            var difference = file.Cells(seesaw.Text(row, "model")!, seesaw.Text(row, "reference")!).Single(c => c.Scenario == seesaw.Text(row, "scenario") && c.Task == seesaw.Text(row, "task"));
            seesaw.Number(row, "difference").ShouldBe(difference.Bootstrap!.Difference);
            seesaw.Text(row, "verdict").ShouldBe(decisions.Verdict(difference));
        }

        document.Figure("roc").Column("model").Select(v => v.Text).Distinct().Count().ShouldBe(5);
        document.Figure("validation").Column("model").Select(v => v.Text).Distinct().Count().ShouldBe(5);
        document.Figure("auxiliary").Column("model").Select(v => v.Text).Distinct().ShouldBe(["aesm2", "aesm2-no-auxiliary"], ignoreOrder: true);
        var cost = document.Figure("cost-auc");
        cost.Rows.GroupBy(r => cost.Text(r, "counted")).Select(g => g.Count()).ShouldBe([5, 5, 5], "one point a model and count");
        var loss = document.Figure("loss");
        loss.Rows.GroupBy(r => (loss.Text(r, "task"), loss.Text(r, "model"))).ShouldAllBe(g => g.Count() <= 30);
        var validation = document.Figure("validation");
        validation.Kind.ShouldBe(validation.Rows.Length == 5 ? FigureKind.Interval : FigureKind.Line, "one validation a model is no line");
        document.Figure("experts").Rows.ShouldNotBeEmpty();
        document.Summary.Length.ShouldBeLessThan(7);
        document.Summary[0].Text.ShouldContain("Candidate: ");
        document.Opening.ShouldStartWith("5 models for 2 tasks, click and buy, in 3 scenarios (the values of city), trained on 632 rows for at most 2 epochs in steps of 64 rows, ");
        var rows = document.Figure("rows");
        rows.Column("training_rows").Sum(v => v.Number).ShouldBe(632);
        rows.Column("rows").Sum(v => v.Number).ShouldBe(180);
        models.Column("model").Select(v => v.Text).ShouldBe(document.Figure("architectures").Column("model").Select(v => v.Text), "one order everywhere");
        foreach (var fact in new[] { "epochs", "data (hash of the sources)", "first seeds trained" }) document.Provenance.Facts.ShouldContain(f => f[0] == fact);
        document.Summary.ShouldContain(l => l.Text.Contains("collapsed", StringComparison.Ordinal));
        document.Summary.ShouldContain(l => l.Text.Contains("single (a model per scenario)", StringComparison.Ordinal));
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
        document.Sections.ShouldNotContain(s => s.Id == "curves");
        document.Provenance.Facts.ShouldContain(f => f[0] == "curves" && f[1].Contains(".yaml", StringComparison.Ordinal));
    }

    [Fact]
    public void OfComparison_Provenance_SaysWhichCommandCompared()
    {
        using var run = new SmallRun("hard_sharing");
        const string text = "base: switchyard.yaml # why\nbootstrap: {samples: 100}\nvariants: [mmoe, hard_sharing]\n";
        File.WriteAllText(run.Place("compare.yaml"), text);
        var comparison = ComparisonConfiguration.Load(run.Place("compare.yaml"));
        string[] trained = ["switchyard", "compare", "my compare.yaml"];
        Run.Compare(comparison, new CompareOptions { Command = trained });
        var json = Path.Combine(comparison.OutputDirectory, "report.json");

        Facts().ShouldContain("compared by: switchyard compare 'my compare.yaml'");
        // As it was compared, whatever the file says by now.
        File.WriteAllText(run.Place("compare.yaml"), "# changed\n");
        Report.OfComparison(json, run.Options()).Provenance.Comparison.ShouldBe(text);
        Facts().ShouldNotContain(f => f.StartsWith("trained by", StringComparison.Ordinal));

        Run.Compare(comparison, new CompareOptions { ReportOnly = true, Command = [.. trained, "--report-only"] });
        Facts().ShouldContain("compared by: switchyard compare 'my compare.yaml' --report-only");
        Facts().ShouldContain("trained by: switchyard compare 'my compare.yaml'");

        // As versions wrote it that did not keep the command.
        var old = JsonNode.Parse(File.ReadAllText(json))!.AsObject();
        old.Remove("command").ShouldBeTrue();
        old.Remove("configuration").ShouldBeTrue();
        File.WriteAllText(json, old.ToJsonString());
        Facts().ShouldNotContain(f => f.StartsWith("compared by", StringComparison.Ordinal));

        string[] Facts() => [.. Report.OfComparison(json, run.Options()).Provenance.Facts.Select(f => string.Join(": ", f))];
    }

    /// <summary>MMoE's gates belong to tasks; the log counts the rows of each by scenario too.</summary>
    [Fact]
    public void OfComparison_GatesOfTasks_AreShownByScenario()
    {
        using var run = new SmallRun();
        var document = Report.OfComparison(run.Compare(), run.Options());
        var flow = document.Figures().Single(f => f.Id.EndsWith("-mmoe", StringComparison.Ordinal));
        flow.Title.ShouldBe("mmoe: from city through experts to tasks");
        var scenarios = flow.Rows.Where(r => flow.Number(r, "layer") == 0).GroupBy(r => flow.Text(r, "from")).ToList();
        scenarios.Count.ShouldBeGreaterThan(1);
        foreach (var scenario in scenarios) scenario.Sum(r => flow.Number(r, "share")!.Value).ShouldBe(1, 0.1, scenario.Key);
        foreach (var task in new[] { "click", "buy" }) flow.Rows.Where(r => flow.Text(r, "to") == task).Sum(r => flow.Number(r, "share")!.Value).ShouldBe(scenarios.Count / 2.0, 0.2);
        var heat = document.Figure("experts");
        var gates = heat.Rows.Where(r => heat.Text(r, "model") == "mmoe: experts").Select(r => heat.Text(r, "gate")).Distinct().ToList();
        gates.ShouldContain("click");
        foreach (var scenario in scenarios) gates.ShouldContain($"{scenario.Key}, click");
        document.Sections.Single(s => s.Id == "experts").Text.ShouldContain("Without gates, so without experts to choose: single and pooled.");
    }

    [Fact]
    public void OfComparison_LogOfAnotherTraining_IsLeftOut()
    {
        using var run = new SmallRun();
        var comparison = run.Compare();
        var logs = Directory.GetFiles(Path.Combine(comparison.OutputDirectory, "results"), "*-seed1-*.metrics.jsonl").ToDictionary(f => Path.GetFileName(f).Split("-seed")[0]);
        File.Copy(logs["aesm2"], logs["mmoe"], overwrite: true);
        var document = Report.OfComparison(comparison, run.Options());
        document.Figure("validation").Column("model").Select(v => v.Text).Distinct().ShouldBe(["single", "pooled", "aesm2", "aesm2-no-auxiliary"], ignoreOrder: true);
        document.Sections.Single(s => s.Id == "training").Text.Single().ShouldContain("Without a log: mmoe");
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
