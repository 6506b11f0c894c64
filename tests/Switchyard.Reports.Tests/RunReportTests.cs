using System.Globalization;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Reports.Tests;

public sealed class RunReportTests
{
    [Theory]
    [InlineData("aesm2")]
    [InlineData("hinet")]
    [InlineData("{name: cesaa, experts: 4}")]
    [InlineData("mmoe")]
    [InlineData("{name: mmoe, heads: stack}")]
    [InlineData("ple")]
    [InlineData("hmoe")]
    [InlineData("sar_net")]
    [InlineData("m3oe")]
    [InlineData("aitm")]
    [InlineData("star")]
    [InlineData("hard_sharing")]
    [InlineData("single")]
    public void OfRun_EveryModel_HasWholeFigures(string model)
    {
        using var run = new SmallRun(model);
        run.Train();
        var document = run.Report();
        document.ShouldBeWhole();
        document.Sections.Select(s => s.Id).ShouldContain("quality");
        File.ReadAllText(run.Place("report.html")).ShouldContain("<script type=\"application/json\" id=\"document\">");
    }

    [Fact]
    public void OfRun_Quality_IsThatOfEvaluate()
    {
        using var run = new SmallRun();
        run.Train();
        var document = run.Report();
        var evaluation = Run.Evaluate(run.Bundle);

        var (auc, loss, calibration) = (document.Figure("auc"), document.Figure("log-loss"), document.Figure("calibration"));
        auc.Column("level").Distinct().Select(v => v.Text).ShouldBe(["city", "device"], ignoreOrder: true);
        foreach (var cell in evaluation.Cells.Where(c => c.Metrics.Rows > 0))
        {
            var scenario = cell.Level == "total" ? "all rows" : cell.Scenario;
            foreach (var (figure, value) in new[] { (auc, cell.Metrics.Auc), (loss, cell.Metrics.LogLoss), (calibration, cell.Metrics.Calibration) })
            {
                var row = figure.Rows.First(r => figure.Text(r, "scenario") == scenario && figure.Text(r, "task") == cell.Task && (cell.Level == "total" || figure.Text(r, "level") == (cell.Level == "leaf" ? "device" : "city")));
                figure.Number(row, "value").ShouldBe(value);
                figure.Number(row, "rows").ShouldBe(cell.Metrics.Rows);
                if (figure.Number(row, "low") is { } low) value!.Value.ShouldBeInRange(low, figure.Number(row, "high")!.Value);
            }
        }

        auc.Rows.ShouldContain(r => auc.Number(r, "low") != null);
    }

    [Fact]
    public void OfRun_Experts_AreThoseOfInspect()
    {
        using var run = new SmallRun();
        run.Train();
        var document = run.Report();
        var use = Run.Inspect(run.Bundle, null, new InspectOptions(), SilentReporter.Instance).Use;

        foreach (var layer in use.Layers)
        {
            var figure = document.Figure($"experts-{layer.Name.Replace('.', '-')}");
            foreach (var gate in layer.Own.Append(layer.Total))
            {
                var name = gate.Scenario ?? gate.Task ?? "all rows";
                foreach (var (kind, shares) in new[] { ("mean weight", gate.Weight), ("chosen as own", gate.Specific), ("chosen as shared", gate.Shared) })
                {
                    figure.Rows.Where(r => figure.Text(r, "gate") == name && figure.Text(r, "kind") == kind).Select(r => figure.Number(r, "share")!.Value).ShouldBe(shares);
                }
            }
        }

        var flow = document.Figure("flow");
        foreach (var scenario in flow.Rows.Where(r => flow.Number(r, "layer") == 0).GroupBy(r => flow.Text(r, "from"))) scenario.Sum(r => flow.Number(r, "share")!.Value).ShouldBe(1, 0.1, scenario.Key);
        document.Summary.ShouldContain(l => l.Text.Contains("collapsed", StringComparison.Ordinal));
        document.Summary.ShouldContain(l => l.Text.Contains("shared by all", StringComparison.Ordinal));
    }

    [Fact]
    public void OfRun_Hinet_ShowsScenarioAttention()
    {
        using var run = new SmallRun("hinet");
        run.Train();
        var figure = run.Report().Figure("scenario-attention");
        figure.Rows.Length.ShouldBe(9);
        foreach (var scenario in figure.Rows.GroupBy(r => r[0].Text))
        {
            scenario.Sum(r => r[2].Number!.Value).ShouldBe(1, 1e-5);
            scenario.Single(r => r[1].Text == scenario.Key)[2].Number.ShouldBe(0);
        }
    }

    [Fact]
    public void OfRun_Cesaa_ShowsExpertsGivenScenarios()
    {
        using var run = new SmallRun("{name: cesaa, experts: 4}");
        run.Train();
        var figure = run.Report().Figure("experts-layer-0-dense");
        figure.Title.ShouldContain("P(expert | scenario)");
        foreach (var scenario in figure.Rows.GroupBy(r => figure.Text(r, "gate"))) scenario.Sum(r => figure.Number(r, "share")!.Value).ShouldBe(1, 1e-5);
    }

    [Fact]
    public void OfRun_Log_GivesTheCurvesOfTraining()
    {
        using var run = new SmallRun();
        run.Train();
        var document = run.Report();
        var steps = MetricLogReader.Read(MetricLogReader.PathIn(run.Output)).OfType<StepEvent>().ToList();
        document.Figure("rate").Rows[^1][1].Number.ShouldBe(steps[^1].Rate);
        document.Figure("validation-auc").Column("scenario").Select(v => v.Text).ShouldContain("all rows");
        document.Figure("auxiliary").Rows.ShouldNotBeEmpty();
        document.Figure("experts-over-time").Rows.ShouldNotBeEmpty();
        document.Sections.Single(s => s.Id == "training").Text[0].ShouldStartWith("Training ran all its epochs");
    }

    [Fact]
    public void OfRun_WithoutLog_SaysSoAndLeavesCurvesOut()
    {
        using var run = new SmallRun();
        run.Train();
        File.Delete(MetricLogReader.PathIn(run.Output));
        var document = run.Report();
        document.Sections.Single(s => s.Id == "training").Text[0].ShouldContain("no log");
        document.Figures().Select(f => f.Id).ShouldNotContain("loss");
        document.ShouldBeWhole();
    }

    [Fact]
    public void OfRun_LogWithoutEnd_IsLeftOut()
    {
        using var run = new SmallRun();
        run.Train();
        var log = MetricLogReader.PathIn(run.Output);
        File.WriteAllLines(log, File.ReadAllLines(log).Where(l => !l.StartsWith("{\"event\":\"end\"", StringComparison.Ordinal)));
        run.Report().Sections.Single(s => s.Id == "training").Text[0].ShouldContain("has no end");
    }

    /// <summary>A training that saved nothing leaves its log beside the bundle of the one before; it may well have ended at the same step.</summary>
    [Fact]
    public void OfRun_LogOfAnotherTraining_IsLeftOut()
    {
        using var run = new SmallRun();
        run.Train();
        var log = MetricLogReader.PathIn(run.Output);
        var own = File.ReadAllText(log);
        run.Report().Figures().ShouldContain(f => f.Id == "loss");

        var other = RunConfiguration.Load(run.Configuration, ["training.learning_rate=0.0011", $"output={run.Place("other")}"]);
        Run.Train(other);
        var otherLog = File.ReadAllText(MetricLogReader.PathIn(run.Place("other")));
        Id(otherLog).ShouldNotBe(Id(own));
        foreach (var lines in new[] { otherLog, otherLog.Replace(Id(otherLog), Id(own), StringComparison.Ordinal), own.Replace(Id(own), Id(otherLog), StringComparison.Ordinal) })
        {
            File.WriteAllText(log, lines);
            var document = run.Report();
            document.Figures().ShouldNotContain(f => f.Id == "loss");
            document.Sections.Single(s => s.Id == "training").Text[0].ShouldContain("another training");
            document.Provenance.Facts.ShouldNotContain(f => f[0] == "trained by");
        }

        static string Id(string lines) => JsonElement.Parse(lines.Split('\n')[0]).GetProperty("run_id").GetString()!;
    }

    [Fact]
    public void OfRun_SameTrainingTwice_HasTheSameRunId()
    {
        using var run = new SmallRun();
        run.Train();
        var log = MetricLogReader.PathIn(run.Output);
        var first = File.ReadAllText(log);
        Run.Train(RunConfiguration.Load(run.Configuration, ["training.threads=2"]));
        File.WriteAllText(log, first);
        run.Report().Figures().ShouldContain(f => f.Id == "loss");
    }

    [Fact]
    public void OfRun_Importance_IsMeasuredWhereAsked()
    {
        using var run = new SmallRun();
        run.Train();
        var fast = run.Report(ImportanceEffort.Fast).Figure("importance");
        fast.Column("field").Select(v => v.Text).ShouldContain("kind");
        run.Report().Sections.Single(s => s.Id == "fields").Text[0].ShouldContain("--importance none");
    }

    [Fact]
    public void OfRun_NastyName_EndsNoElement()
    {
        using var run = new SmallRun();
        run.Train();
        var document = run.Report();
        var html = File.ReadAllText(run.Place("report.html"));
        var from = html.IndexOf("id=\"document\">", StringComparison.Ordinal) + "id=\"document\">".Length;
        var json = html[from..html.IndexOf("</script>", from, StringComparison.Ordinal)];
        json.ShouldNotContain("<");
        using var parsed = JsonDocument.Parse(json);
        parsed.RootElement.GetProperty("version").GetInt32().ShouldBe(1);
        parsed.RootElement.GetProperty("kind").GetString().ShouldBe("run");
        json.ShouldBe(document.ToJson());
        parsed.RootElement.GetProperty("sections").EnumerateArray().SelectMany(s => s.GetProperty("figures").EnumerateArray()).First().GetProperty("rows")
            .EnumerateArray().ShouldContain(r => r[1].GetString() == SmallRun.Nasty);
        new PlainPage(10).Write(document).ShouldNotContain("</script>");
        new PlainPage(10).Write(document).ShouldNotContain("<!--");
    }

    [Fact]
    public void OfRun_Csv_HoldsEveryFigure()
    {
        using var run = new SmallRun();
        run.Train();
        var document = run.Report();
        foreach (var figure in document.Figures())
        {
            var lines = File.ReadAllLines(run.Place($"tables/{figure.Id}.csv"));
            lines[0].ShouldBe(string.Join(',', figure.Columns.Select(c => c.Name)));
            lines.Length.ShouldBe(figure.Rows.Length + 1);
        }

        var auc = document.Figure("auc");
        File.ReadAllLines(run.Place("tables/auc.csv"))[1].ShouldContain(auc.Number(auc.Rows[0], "value")!.Value.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void OfRun_Twice_IsTheSameButForTheTime()
    {
        using var run = new SmallRun();
        run.Train();
        var first = run.Report(ImportanceEffort.Fast);
        var second = run.Report(ImportanceEffort.Fast);
        (second with { Created = first.Created }).ToJson().ShouldBe(first.ToJson());
    }

    [Fact]
    public void OfRun_OutputThatIsAnInput_IsRefused()
    {
        using var run = new SmallRun();
        run.Train();
        foreach (var input in new[] { run.Place("rows.tsv"), run.Configuration, Path.Combine(run.Bundle, "manifest.json"), MetricLogReader.PathIn(run.Output) })
        {
            var before = File.ReadAllBytes(input);
            Should.Throw<InputException>(() => Report.OfRun(run.Bundle, RunConfiguration.Load(run.Configuration), run.Options() with { Json = input, Importance = ImportanceEffort.None }), input).Message.ShouldContain("made from it");
            File.ReadAllBytes(input).ShouldBe(before);
        }

        Should.Throw<InputException>(() => Report.OfRun(run.Bundle, null, run.Options() with { Csv = run.Bundle })).Message.ShouldContain("--csv");
    }

    /// <summary>A spreadsheet would run them.</summary>
    [Fact]
    public void Csv_TextsLikeFormulas_AreMadeTexts()
    {
        using var writer = new StringWriter();
        FigureCsv.Write(
            new Figure
            {
                Id = "f",
                Title = "f",
                Description = "f",
                Kind = FigureKind.Table,
                Columns = [new("name", "Name"), Column.Number("value", "Value")],
                Rows = [["=HYPERLINK(1)", -1.5], ["@x", 2.0], ["a-b", 3.0]],
            },
            writer);
        writer.ToString().ShouldBe("name,value\n'=HYPERLINK(1),-1.5\n'@x,2\na-b,3\n");
    }

    [Fact]
    public void CommandText_WordsThatAShellReads_AreQuoted()
    {
        string[] words = ["switchyard", "report", "runs/a b", "--set", "x=$HOME", "it's", "a\\b", ""];
        CommandText.Of(words, isWindows: false).ShouldBe("switchyard report 'runs/a b' --set 'x=$HOME' 'it'\\''s' 'a\\b' ''");
        CommandText.Of(words, isWindows: true).ShouldBe("switchyard report \"runs/a b\" --set \"x=$HOME\" \"it's\" a\\b \"\"");
    }

    [Fact]
    public void OfRun_UnwritableOutput_WritesNothing()
    {
        using var run = new SmallRun();
        run.Train();
        Directory.CreateDirectory(run.Place("folder"));
        Should.Throw<InputException>(() => Report.OfRun(run.Bundle, null, run.Options() with { Output = run.Place("folder") })).Message.ShouldContain("it is a folder");
        File.WriteAllText(run.Place("file"), "");
        Should.Throw<InputException>(() => Report.OfRun(run.Bundle, null, run.Options() with { Csv = run.Place("file") })).Message.ShouldContain("it is a file");
        Should.Throw<InputException>(() => Report.OfRun(run.Bundle, null, run.Options() with { Json = run.Place("report.html") })).Message.ShouldContain("name another file");
        File.Exists(run.Place("report.html")).ShouldBeFalse();
        Directory.Exists(run.Place("tables")).ShouldBeFalse();
    }
}
