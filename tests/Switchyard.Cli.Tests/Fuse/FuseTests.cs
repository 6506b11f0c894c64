using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Switchyard.Cli.Tests;

public sealed class FuseTests
{
    static readonly string[] Objective = ["--objective", "click: 1, buy: 5"];

    [Fact]
    public void Fuse_ATrainedModel_PredictAndEvaluateHaveTheFusedScore() => Longer().Use(run =>
    {
        run.Train().ShouldSucceed();
        run.Predict("rows.csv", "before.csv").ShouldSucceed();
        var said = CliRun.Run(["fuse", run.Bundle, "--json", run.Place("fuse.json"), "--min-groups", "5", .. Objective]).ShouldSucceed();
        run.Predict("rows.csv", "after.csv").ShouldSucceed();
        var evaluated = CliRun.Run("evaluate", run.Bundle, "--json", run.Place("metrics.json")).ShouldSucceed();

        said.Output.ShouldContain("| equal weights |");
        said.Output.ShouldContain("NDCG@10 of buy 5, click 1");
        JsonNode.Parse(File.ReadAllText(run.Place("fuse.json")))!["scenarios"]!.AsArray()[^1]!["scenario"]!.GetValue<string>().ShouldBe("all");
        evaluated.Output.ShouldContain("fused score, version ");
        JsonNode.Parse(File.ReadAllText(run.Place("metrics.json")))!["fusion"]!["reference"].ShouldNotBeNull();
        var (before, after) = (run.ReadLines("before.csv"), run.ReadLines("after.csv"));
        after[0].ShouldBe(before[0] + ",fused");
        after.Length.ShouldBe(before.Length);
        for (var row = 1; row < after.Length; row++)
        {
            // The tasks' scores are as they were.
            after[row][..after[row].LastIndexOf(',')].ShouldBe(before[row]);
            float.Parse(after[row].Split(',')[^1], CultureInfo.InvariantCulture).ShouldBeInRange(0, 1);
        }
    });

    /// <summary>The search has no way to a test row: whatever their labels say, the file has the same bytes.</summary>
    [Fact]
    public void Fuse_OtherTestRows_WritesTheSameFile() => Longer().Use(run =>
    {
        run.Train().ShouldSucceed();
        CliRun.Run(["fuse", run.Bundle, "-o", run.Place("one.yaml"), .. Objective]).ShouldSucceed();
        int Column(string name) => Array.IndexOf(CliRun.Header.Split(','), name);
        run.Write("rows.csv", run.ReadLines("rows.csv").Select((line, i) =>
        {
            var values = line.Split(',');
            if (i == 0 || int.Parse(values[^1], CultureInfo.InvariantCulture) < 9) return line;
            values[Column("click")] = values[Column("click")] == "1" ? "0" : "1";
            values[Column("buy")] = values[Column("click")];
            values[Column("item")] = "i3";
            return string.Join(',', values);
        }));

        CliRun.Run(["fuse", run.Bundle, "-o", run.Place("two.yaml"), .. Objective]).ShouldSucceed();

        File.ReadAllText(run.Place("two.yaml")).ShouldBe(File.ReadAllText(run.Place("one.yaml")));
        File.Exists(Path.Combine(run.Bundle, Fusion.FileName)).ShouldBeFalse();
    });

    [Fact]
    public void Fuse_AnyThreads_WritesTheSameFile() => Longer().Use(run =>
    {
        run.Train().ShouldSucceed();
        foreach (var threads in (string[])["1", "3"])
            CliRun.Run(["fuse", run.Configuration, "--set", $"training.threads={threads}", "-o", run.Place($"{threads}.yaml"), "--min-groups", "5", .. Objective]).ShouldSucceed();

        File.ReadAllText(run.Place("3.yaml")).ShouldBe(File.ReadAllText(run.Place("1.yaml")));
    });

    /// <summary>A formula of one's own, one set of weights for all, and its value in the column.</summary>
    [Fact]
    public void Fuse_OwnFormula_IsWhatPredictComputes() => Longer().Use(run =>
    {
        run.Train().ShouldSucceed();
        CliRun.Run(["fuse", run.Bundle, "--formula", "buy + a * click", "--ranges", "a: [0.25, 0.5]", "--levels", "0", .. Objective]).ShouldSucceed();
        run.Predict("rows.csv", "scores.csv").ShouldSucceed();

        var file = File.ReadAllLines(Path.Combine(run.Bundle, Fusion.FileName));
        file.ShouldContain("formula: \"buy + a * click\"");
        file.ShouldNotContain(line => line.StartsWith("scenarios", StringComparison.Ordinal));
        var a = double.Parse(file.Single(l => l.StartsWith("  a: ", StringComparison.Ordinal))[5..], CultureInfo.InvariantCulture);
        a.ShouldBeInRange(0.25, 0.5);
        foreach (var line in run.ReadLines("scores.csv").Skip(1))
        {
            float[] scores = [.. line.Split(',').Select(v => float.Parse(v, CultureInfo.InvariantCulture))];
            scores[^1].ShouldBe((float)(scores[1] + a * scores[0]));
        }
    });

    [Fact]
    public void Scorer_BundleWithAFusion_HasTheBitsOfPredictsColumn() => Longer().Use(run =>
    {
        run.Train("training.epochs=1").ShouldSucceed();
        using (var without = Scorer.Load(run.Bundle)) (without.Fusion, without.Score([]).Count).ShouldBe((null, 0));
        File.WriteAllText(Path.Combine(run.Bundle, Fusion.FileName), "formula: click^a * buy^b\nweights: {a: 1, b: 0.4}\nscenarios: {ams: {weights: {b: 0.7}}}\n");
        run.Predict("rows.csv", "scores.csv").ShouldSucceed();
        string[] header = CliRun.Header.Split(',');
        using var scorer = Scorer.Load(run.Bundle, 2);
        var rows = run.ReadLines("rows.csv").Skip(1)
            .Select(l => header.Zip(l.Split(',')).Where(p => scorer.Columns.Contains(p.First)).ToDictionary(p => p.First, p => (string?)p.Second, StringComparer.Ordinal)).ToArray();

        var scores = scorer.Score(rows);
        var requests = scorer.ScoreRequest(new Dictionary<string, string?> { ["city"] = rows[0]["city"] }, rows.Where(r => r["city"] == rows[0]["city"]).Select(r => r.Where(v => v.Key != "city").ToDictionary()));

        var expected = run.ReadLines("scores.csv");
        expected[0].ShouldBe("click,buy,like,fused");
        scores.Select(s => string.Join(',', expected[0].Split(',').Select(n => s[n].ToString("R", CultureInfo.InvariantCulture)))).ShouldBe(expected[1..]);
        requests.Select(s => s[Scorer.Fused]).ShouldBe(scores.Where((_, i) => rows[i]["city"] == rows[0]["city"]).Select(s => s[Scorer.Fused]));
        scorer.Fusion!.Version.Length.ShouldBe(12);
    });

    /// <summary>The column would stand there twice.</summary>
    [Fact]
    public void Predict_KeepsAColumnCalledFused_IsRefused() => Longer().Use(run =>
    {
        run.Train("training.epochs=1").ShouldSucceed();
        File.WriteAllText(Path.Combine(run.Bundle, Fusion.FileName), "formula: click * buy\n");
        run.Write("more.csv", run.ReadLines("rows.csv").Select((l, i) => $"{l},{(i == 0 ? "fused" : "1")}"));

        run.Predict("more.csv", "scores.csv", "--keep", "fused").ShouldRefuse("--keep fused: the fused score has this name");
        run.Predict("more.csv", "scores.csv", "--keep", "*").ShouldSucceed();
        run.ReadLines("scores.csv")[0].Split(',').Count(c => c == "fused").ShouldBe(1);
    });

    [Fact]
    public void Fuse_AnotherModel_RefusesTheFile() => Longer().Use(run =>
    {
        run.Train().ShouldSucceed();
        CliRun.Run(["fuse", run.Bundle, "-o", run.Place("one.yaml"), .. Objective]).ShouldSucceed();
        run.Train("training.seed=2").ShouldSucceed();
        File.Exists(Path.Combine(run.Bundle, Fusion.FileName)).ShouldBeFalse();
        File.Copy(run.Place("one.yaml"), Path.Combine(run.Bundle, Fusion.FileName));

        run.Predict("rows.csv", "scores.csv").ShouldRefuse("fusion.yaml:", "model: these weights were searched for a model with weights", "run switchyard fuse again");
    });

    [Theory]
    [InlineData("'clck' is no task. Did you mean 'click'?", "--objective", "clck: 1")]
    [InlineData("the objective gives every row the worth 0", "--objective", "click: 0")]
    [InlineData("a row cannot be worth -1", "--objective", "click: -1")]
    [InlineData("expected a number", "--objective", "click")]
    [InlineData("--formula: say which of its names are weights", "--objective", "click: 1", "--formula", "click * a")]
    [InlineData("--ranges w_clck: there is no such weight. Did you mean 'w_click'?", "--objective", "click: 1", "--ranges", "w_clck: [0, 1]")]
    [InlineData("character 1: 'clck' is neither a task nor a weight; did you mean 'click'?", "--objective", "click: 1", "--formula", "clck * a", "--ranges", "a: [0, 1]")]
    [InlineData("--ranges b: the formula 'click * a' does not name it", "--objective", "click: 1", "--formula", "click * a", "--ranges", "a: [0, 1], b: [0, 1]")]
    [InlineData("a: expected the smallest and the largest value", "--objective", "click: 1", "--ranges", "a: 1")]
    [InlineData("--ranges a: the smallest value is not below the largest", "--objective", "click: 1", "--ranges", "a: [1, 1]")]
    [InlineData("--levels 3: the model has 2 scenario levels", "--objective", "click: 1", "--levels", "3")]
    [InlineData("--folds 1: give 2 to 100 folds", "--objective", "click: 1", "--folds", "1")]
    public void Fuse_WrongOption_SaysWhich(string message, params string[] options) => Longer().Use(run =>
    {
        run.Train("training.epochs=1").ShouldSucceed();

        CliRun.Run(["fuse", run.Bundle, .. options]).ShouldRefuse(message);
        File.Exists(Path.Combine(run.Bundle, Fusion.FileName)).ShouldBeFalse();
    });

    [Fact]
    public void Fuse_FewGroups_SaysHowMany() => new CliRun().Use(run =>
    {
        run.Train("training.epochs=1").ShouldSucceed();

        CliRun.Run(["fuse", run.Bundle, .. Objective]).ShouldRefuse("Only 9 of 10 validation groups have a row of worth; at least 10 are needed");
    });

    [Fact]
    public void Fuse_NoGroups_SaysWhatToSet() => Longer().Use(run =>
    {
        File.WriteAllText(run.Configuration, File.ReadAllText(run.Configuration).Replace("group: search\n", "", StringComparison.Ordinal));
        run.Train("training.epochs=1").ShouldSucceed();

        CliRun.Run(["fuse", run.Bundle, .. Objective]).ShouldRefuse("set 'group' to the column");
    });

    /// <summary>A process that ends in the middle leaves the old file whole.</summary>
    [Fact]
    public async Task Fuse_Killed_LeavesAWholeFile()
    {
        using var run = Longer();
        run.Train().ShouldSucceed();
        var file = Path.Combine(run.Bundle, Fusion.FileName);
        const string Old = "formula: click # old\n";
        CliRun.Run(["fuse", run.Bundle, "--draws", "2000", .. Objective]).ShouldSucceed();
        var found = File.ReadAllText(file);
        File.WriteAllText(file, Old);
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { WorkingDirectory = run.Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[typeof(Application).Assembly.Location, "fuse", run.Bundle, "--draws", "2000", .. Objective]) start.ArgumentList.Add(argument);
        foreach (var wait in (int[])[200, 500, 900, 1300])
        {
            using var process = Process.Start(start)!;
            await Task.Delay(wait);
            process.Kill();
            await process.WaitForExitAsync();

            var text = await File.ReadAllTextAsync(file);
            text.ShouldBeOneOf(Old, found);
            run.Predict("rows.csv", "scores.csv").ShouldSucceed();
        }
    }

    /// <summary>A log with groups enough to search on.</summary>
    static CliRun Longer()
    {
        var run = new CliRun();
        run.Write("rows.csv", CliRun.Lines(2400).Prepend(CliRun.Header));
        return run;
    }
}
