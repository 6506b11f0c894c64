using System.Text.Json;

namespace Switchyard.Cli.Tests;

public sealed class ApplicationTests
{
    static (int Code, string Output, string Error) Run(CancellationToken cancellation, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = new Application(output, error, cancellation).Run(args);
        return (code, output.ToString(), error.ToString());
    }

    static (int Code, string Output, string Error) Run(params string[] args) => Run(CancellationToken.None, args);

    /// <summary>The pool of threads keeps the number it is told, which the server's latency under load rests on (docs/serving.md).</summary>
    [Fact]
    public void BuiltCommand_RuntimeConfiguration_LooksForNoBetterNumberOfThreads()
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Switchyard.Cli.runtimeconfig.json")));

        settings.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties").GetProperty("System.Threading.ThreadPool.HillClimbing.Disable").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("import", "--help")]
    [InlineData("train", "--help")]
    [InlineData("evaluate", "--help")]
    [InlineData("predict", "--help")]
    [InlineData("inspect", "--help")]
    [InlineData("features", "--help")]
    [InlineData("serve", "--help")]
    [InlineData("keys", "--help")]
    public void Run_Help_ShowsUsageAndExamples(params string[] args)
    {
        var (code, output, error) = Run(args);

        code.ShouldBe(0);
        error.ShouldBeEmpty();
        output.ShouldContain("Usage:");
        output.ShouldContain("switchyard");
        output[output.IndexOf("Examples:", StringComparison.Ordinal)..].ShouldContain($"switchyard {(args[0] == "--help" ? "train" : args[0])} ");
    }

    [Theory]
    [InlineData("unknown option", "train", "run.yaml", "--sett", "a=1")]
    [InlineData("unknown command", "trian", "run.yaml")]
    [InlineData("no command")]
    [InlineData("missing argument", "train")]
    [InlineData("missing option", "features", "load", "items.csv")]
    public void Run_WrongCommandLine_IsOneLineAndAHint(string why, params string[] args)
    {
        var (code, output, error) = Run(args);

        code.ShouldBe(Application.InputError, why);
        output.ShouldBeEmpty();
        error.ShouldStartWith("error: ");
        error.ShouldContain("--help' to see what is accepted.");
        error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("error: --port http: expected a whole number.", "serve", "--model", "m", "--port", "http")]
    [InlineData("error: --role root: expected rank or admin.", "keys", "create", "--file", "k", "--name", "n", "--role", "root")]
    [InlineData("error: --record: name a file that ends in .jsonl, or a folder.", "serve", "--model", "m", "--record", "")]
    public void Run_WrongOptionValue_SaysWhatIsExpected(string expected, params string[] args)
    {
        var (code, _, error) = Run(args);

        code.ShouldBe(Application.InputError);
        error.Split(Environment.NewLine)[0].ShouldBe(expected);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("import")]
    [InlineData("evaluate")]
    public void Run_MissingConfiguration_IsOneLine(string command)
    {
        var (code, output, error) = Run(command, "nowhere/run.yaml");

        code.ShouldBe(Application.InputError);
        output.ShouldBeEmpty();
        error.TrimEnd().ShouldBe(
            "error: nowhere/run.yaml: no such configuration file; give the path of a YAML file, or of a folder with a switchyard.yaml.");
    }

    [Fact]
    public void Run_FolderWithOtherConfigurations_NamesThem()
    {
        var folder = Directory.CreateTempSubdirectory();
        foreach (var name in new[] { "b.yml", "a.yaml", "notes.txt" }) File.WriteAllText(Path.Combine(folder.FullName, name), "");
        var (code, _, error) = Run("train", folder.FullName);
        folder.Delete(recursive: true);

        code.ShouldBe(Application.InputError);
        error.TrimEnd().ShouldBe(
            $"error: {folder.FullName}: the folder has no switchyard.yaml; name one of its YAML files: {Path.Combine(folder.FullName, "a.yaml")}, {Path.Combine(folder.FullName, "b.yml")}.");
    }

    [Fact]
    public void Run_Verbose_ShowsStackTrace() => Run("train", "nowhere/run.yaml", "--verbose").Error.ShouldContain("   at Switchyard.");

    [Fact]
    public void Run_SetWithoutConfiguration_SaysWhatToName()
    {
        var (code, _, error) = Run("evaluate", "some-bundle", "--set", "training.seed=1");

        code.ShouldBe(Application.InputError);
        error.ShouldStartWith("error: --set changes a configuration; name one with --configuration");
    }

    [Fact]
    public void Run_TwoConfigurations_IsRefused() =>
        Run("evaluate", "a.yaml", "--configuration", "b.yaml").Error.ShouldStartWith("error: 'a.yaml' is a configuration already");

    [Fact]
    public void Run_MissingBundle_IsOneLine()
    {
        var (code, output, error) = Run("predict", "no-such-bundle", "--input", "rows.csv");

        code.ShouldBe(Application.InputError);
        output.ShouldBeEmpty();
        error.ShouldContain("no-such-bundle");
        error.TrimEnd().Split('\n').Length.ShouldBe(1);
    }

    [Fact]
    public void Run_WrongOverride_NamesIt()
    {
        using var folder = new TemporaryRun();

        var (code, _, error) = Run("train", folder.Configuration, "--set", "training.batch=1");

        code.ShouldBe(Application.InputError);
        error.ShouldStartWith("error: --set training.batch=1: unknown key 'batch' in training");
    }

    [Fact]
    public void Run_Cancelled_ReturnsShellCodeAndLeavesNoModel()
    {
        using var folder = new TemporaryRun();
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        var (code, output, error) = Run(stop.Token, "train", folder.Configuration);

        code.ShouldBe(Application.Cancelled);
        output.ShouldBeEmpty();
        error.ShouldEndWith($"cancelled{Environment.NewLine}");
        Directory.Exists(Path.Combine(folder.Path, "runs", "demo", "model")).ShouldBeFalse();
    }
}
