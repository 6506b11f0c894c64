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
    public void DryRun_WithInitFrom_SaysThatTheyDoNotGoTogether()
    {
        using var run = new CliRun();

        CliRun.Run("train", run.Configuration, "--dry-run", "--init-from", run.Bundle).ShouldRefuse("--dry-run and --init-from cannot be given together");
    }

    [Fact]
    public void DryRun_FileInTheBundlesPlace_IsRefusedAsTrainDoes()
    {
        using var run = new CliRun();
        Directory.CreateDirectory(run.Place("runs/demo"));
        File.WriteAllText(run.Bundle, "mine");

        foreach (var options in new string[][] { [], ["--dry-run"] }) CliRun.Run(["train", run.Configuration, .. options]).ShouldRefuse("is a file; choose another place");
    }

    [Theory]
    [InlineData("train", "--json")]
    [InlineData("validate", "--json")]
    [InlineData("evaluate", "--json")]
    [InlineData("inspect", "--csv")]
    [InlineData("inspect", "--json")]
    [InlineData("importance", "--csv")]
    [InlineData("importance", "--json")]
    public void Run_FileWithoutAName_IsRefusedByItsOption(string command, string option)
    {
        using var run = new CliRun();

        foreach (var name in new[] { "", " " }) CliRun.Run(command, run.Configuration, option, name).ShouldRefuse($"{option}: the name is empty");
    }

    [Fact]
    public void Predict_OutputWithoutAName_IsRefusedByItsOption()
    {
        using var run = new CliRun();

        CliRun.Run("predict", run.Configuration, "--input", run.Place("rows.csv"), "--output", "").ShouldRefuse("--output: the name is empty");
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("importance")]
    public void Run_TwoFilesOfOneName_AreRefused(string command)
    {
        using var run = new CliRun();

        CliRun.Run(command, run.Configuration, "--csv", run.Place("all.txt"), "--json", run.Place("./all.txt")).ShouldRefuse("all.txt", "is written there; name another file");
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
        { ["--part", "tset"], ["--part tset", "use train, validation, test"] },
        { ["--repeats", "0"], ["--repeats 0"] },
        { ["--rows", "1"], ["--rows 1"] },
        { ["--rows", "12"], ["12 test rows are too few", "positive", "raise --rows"] },
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
