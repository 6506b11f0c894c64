namespace Switchyard.Cli.Tests;

/// <summary>init and validate from the command line: what they print, write and return.</summary>
public sealed class DataCommandsTests
{
    static (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = new Application(output, error, CancellationToken.None).Run(args);
        return (code, output.ToString(), error.ToString());
    }

    [Fact]
    public void Init_Log_SaysWhatItIsUnsureOfAndWhatComesNext()
    {
        using var run = new TemporaryRun();
        var file = Path.Combine(run.Path, "proposed.yaml");
        var (code, output, _) = Run("init", Path.Combine(run.Path, "rows.csv"), "--output", file);
        code.ShouldBe(0);
        output.ShouldContain("unsure:");
        output.ShouldContain($"switchyard train {file}");
        Run("validate", file).Code.ShouldBe(0);
    }

    [Fact]
    public void Init_ConfigurationThere_IsAnInputErrorAndForceReplacesIt()
    {
        using var run = new TemporaryRun();
        var before = File.ReadAllText(run.Configuration);
        string[] init = ["init", Path.Combine(run.Path, "rows.csv"), "-o", run.Configuration];
        var (code, _, error) = Run(init);
        code.ShouldBe(Application.InputError);
        error.ShouldContain("--force");
        File.ReadAllText(run.Configuration).ShouldBe(before);
        Run([.. init, "--force"]).Code.ShouldBe(0);
        File.ReadAllText(run.Configuration).ShouldNotBe(before);
    }

    [Fact]
    public void Validate_Verdicts_DecideTheExitCode()
    {
        using var run = new TemporaryRun();
        var (code, output, _) = Run("validate", run.Configuration);
        code.ShouldBe(0, output);
        output.ShouldContain("WARN");
        Run("validate", run.Configuration, "--strict").Code.ShouldBe(ValidateCommand.Failed);
        Run("validate", run.Configuration, "--set", "split.train=size > 1000").Code.ShouldBe(ValidateCommand.Failed);
        Run("validate", run.Configuration, "--set", "scenario=nowhere").Code.ShouldBe(Application.InputError);
    }

    [Fact]
    public void Validate_Json_IsWrittenBesideTheLines()
    {
        using var run = new TemporaryRun();
        var json = Path.Combine(run.Path, "report.json");
        Run("validate", run.Configuration, "--json", json).Output.ShouldContain("Single-field AUC");
        File.ReadAllText(json).ShouldContain("\"worst\": \"warn\"");
    }
}
