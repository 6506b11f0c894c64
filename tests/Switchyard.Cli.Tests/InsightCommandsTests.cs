namespace Switchyard.Cli.Tests;

/// <summary>train --dry-run and importance from the command line.</summary>
public sealed class InsightCommandsTests
{
    [Fact]
    public void DryRun_Run_PrintsNumbersAndLeavesNoOutput()
    {
        using var run = new CliRun();
        var json = run.Place("dry.json");

        var result = CliRun.Run("train", run.Configuration, "--dry-run", "--json", json).ShouldSucceed();

        foreach (var text in new[] { "Parameters", "embedding tables", "Memory", "FLOPs per row", "stored experts", "rows/s", "an epoch", "Disk", "PASS" }) result.Output.ShouldContain(text);
        File.ReadAllText(json).ShouldContain("\"rows_per_second\"");
        Directory.Exists(run.Place("runs/demo")).ShouldBeFalse();
        run.Leftovers().ShouldBeEmpty();
        run.Train().ShouldSucceed();
    }

    [Fact]
    public void DryRun_WithResume_IsRefused()
    {
        using var run = new CliRun();

        CliRun.Run("train", run.Configuration, "--dry-run", "--resume").ShouldRefuse("--dry-run trains nothing");
    }

    [Fact]
    public void Importance_Run_PrintsTables()
    {
        using var run = new CliRun();
        run.Train().ShouldSucceed();

        var result = CliRun.Run("importance", run.Configuration, "--repeats", "2", "--csv", run.Place("i.csv")).ShouldSucceed();

        result.Output.ShouldContain("| field ");
        result.Output.ShouldContain("city (scenario)");
        result.Output.ShouldContain("slot is a position field: 1 in all scoring");
        result.Output.ShouldContain("price, price_z read column price: permuted together.");
        result.Output.ShouldContain("Helps one scenario only");
        run.ReadLines("i.csv")[0].ShouldStartWith("field,column,level,scenario,task");
        CliRun.Run("importance", run.Bundle, "--repeats", "2").ShouldSucceed().Output.ShouldBe(result.Output);
    }

    public static TheoryData<string[], string[]> Wrong { get; } = new()
    {
        { ["--part", "tset"], ["--part tset", "train, validation, test"] },
        { ["--repeats", "0"], ["--repeats 0"] },
        { ["--rows", "1"], ["--rows 1"] },
        { ["--json", "."], ["is a folder"] },
        { ["--set", "split.test=day > 100"], ["no test row", "split.test"] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Importance_WrongInput_IsOneLine(string[] options, string[] texts)
    {
        using var run = new CliRun();
        run.Train("training.epochs=1").ShouldSucceed();
        if (options[0] == "--set") options = [.. options, "--part", "test"];

        CliRun.Run(["importance", run.Configuration, .. options]).ShouldRefuse(texts);
    }

    [Fact]
    public void Importance_NoBundle_IsOneLine()
    {
        using var run = new CliRun();

        CliRun.Run("importance", run.Place("nowhere")).ShouldRefuse("nowhere");
    }
}
