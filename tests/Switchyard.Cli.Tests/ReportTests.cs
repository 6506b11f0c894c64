using System.Text.Json;

namespace Switchyard.Cli.Tests;

public sealed class ReportTests
{
    [Fact]
    public void Report_Run_WritesPageDocumentAndTables() => new CliRun().Use(run =>
    {
        run.Train().ShouldSucceed();
        var weights = run.WeightsDigest();
        var result = CliRun.Run("report", run.Configuration, "-o", run.Place("out/r.html"), "--json", run.Place("r.json"), "--csv", run.Place("tables")).ShouldSucceed();

        result.Output.ShouldContain("click: AUC ");
        result.Output.TrimEnd().ShouldEndWith(run.Place("out/r.html"));
        run.WeightsDigest().ShouldBe(weights);
        File.ReadAllText(run.Place("out/r.html")).ShouldStartWith("<!DOCTYPE html>");
        using var json = JsonDocument.Parse(File.ReadAllText(run.Place("r.json")));
        json.RootElement.GetProperty("provenance").GetProperty("command").GetString().ShouldNotBeNull().ShouldStartWith("switchyard report ");
        var sections = json.RootElement.GetProperty("sections").EnumerateArray().Select(s => s.GetProperty("id").GetString()).ToList();
        sections.ShouldBe(["quality", "training", "experts", "experts-over-time", "flow", "curves", "map", "fields"], ignoreOrder: true);
        run.ReadLines("tables/auc.csv")[0].ShouldBe("level,scenario,task,value,low,high,rows,positives");
        File.Exists(run.Place("tables/gauc.csv")).ShouldBeTrue();
    });

    [Fact]
    public void Report_BundleWithOtherRows_ReadsThem() => new CliRun().Use(run =>
    {
        run.Train("training.epochs=1").ShouldSucceed();
        var all = CliRun.Run("report", run.Bundle, "-o", run.Place("r.html"), "--importance", "none").ShouldSucceed().Output;
        var other = CliRun.Run("report", run.Bundle, "-c", run.Configuration, "--set", "split.test=day >= 10", "-o", run.Place("r.html"), "--importance", "none").ShouldSucceed().Output;
        other.ShouldNotBe(all);
    });

    [Fact]
    public void Report_Comparison_SaysWhatToTake() => new CliRun().Use(run =>
    {
        run.Write("compare.yaml", ["base: run.yaml", "seeds: [1]", "bootstrap: {samples: 100}", "variants: {single: {model: single}, mmoe: {model: mmoe}}"]);
        CliRun.Run("report", run.Place("compare.yaml"), "-o", run.Place("c.html")).ShouldRefuse("switchyard compare");
        CliRun.Run("compare", run.Place("compare.yaml"), "--set", "training.epochs=1").ShouldSucceed();
        var result = CliRun.Run("report", run.Place("compare.yaml"), "-o", run.Place("c.html")).ShouldSucceed();
        result.Output.ShouldContain("Candidate: mmoe");
        result.Output.ShouldContain("One seed");
        CliRun.Run("report", run.Place("runs/compare"), "-o", run.Place("d.html")).ShouldSucceed();
        File.WriteAllText(run.Place("runs/compare/report.json"), File.ReadAllText(run.Place("runs/compare/report.json"))[..500]);
        CliRun.Run("report", run.Place("runs/compare"), "-o", run.Place("e.html")).ShouldRefuse("no whole report");
        File.Exists(run.Place("e.html")).ShouldBeFalse();
    });

    [Fact]
    public void Report_WrongInputs_FailWithOneLineAndWriteNothing() => new CliRun().Use(run =>
    {
        CliRun.Run("report", run.Configuration, "-o", run.Place("r.html")).ShouldRefuse("there is no model in");
        CliRun.Run("report", run.Folder, "-o", run.Place("r.html")).ShouldRefuse("neither a run nor a comparison");
        CliRun.Run("report", run.Place("nothing"), "-o", run.Place("r.html")).ShouldRefuse("there is no");
        run.Train("training.epochs=1").ShouldSucceed();
        CliRun.Run("report", run.Bundle, "-o", run.Folder).ShouldRefuse("it is a folder");
        CliRun.Run("report", run.Bundle, "--importance", "some").Code.ShouldBe(Application.InputError);
        CliRun.Run("report", run.Configuration, "-c", run.Configuration, "-o", run.Place("r.html")).ShouldRefuse("--configuration");
        File.Exists(run.Place("r.html")).ShouldBeFalse();
        Directory.EnumerateFiles(run.Folder, "*.tmp-*").ShouldBeEmpty();
    });
}
