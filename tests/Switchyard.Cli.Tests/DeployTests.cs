using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Switchyard.Server;

namespace Switchyard.Cli.Tests;

/// <summary>What deploy/ and docs/deploying.md name is there: files, options, variables, times.</summary>
public sealed partial class DeployTests
{
    const string ServeFile = "/etc/switchyard/serve.yaml";

    static readonly string Root = Path.GetFullPath(typeof(DeployTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!);

    static string Unit => Text("deploy/switchyard.service");

    static string Image => Text("deploy/Dockerfile");

    static string Page => Text("docs/deploying.md");

    [Fact]
    public void Unit_CommandLine_Starts()
    {
        var words = Setting("ExecStart").Split(' ');
        File.Exists(Path.Combine(AppContext.BaseDirectory, Path.GetFileName(words[1]))).ShouldBeTrue();
        using var run = new TemporaryRun();
        var keys = Path.Combine(run.Path, "keys.json");
        CliRun.Run("keys", "create", "--file", keys, "--name", "search").ShouldSucceed();

        // All of it is read and found right before the models are looked for.
        string[] arguments = [.. words[2..].Select(w => w == ServeFile ? Place("deploy/serve.yaml") : w), "--set", $"keys={keys}", "--set", $"models.path={run.Path}/nowhere"];
        CliRun.Run(arguments).ShouldRefuse("nowhere: there is no such folder");
    }

    [Fact]
    public void Image_CommandLine_IsThatOfTheUnit()
    {
        string[] words = [.. JsonSerializer.Deserialize<string[]>(Instruction("ENTRYPOINT"))!, .. JsonSerializer.Deserialize<string[]>(Instruction("CMD"))!];

        words.ShouldBe(Setting("ExecStart").Split(' ').Select((w, i) => i < 2 ? Path.GetFileName(w) : w));
        var project = Regex.Match(Image, @"dotnet publish (\S+)").Groups[1].Value;
        Directory.Exists(Place(project)).ShouldBeTrue();
        Page.ShouldContain($"dotnet publish {project} ");
    }

    [Fact]
    public void ServeFile_WithAndWithoutStore_IsRead()
    {
        var text = Text("deploy/serve.yaml");
        var store = Commented().Replace(text[text.IndexOf("# features:", StringComparison.Ordinal)..], "");
        using var run = new TemporaryRun();
        var file = Path.Combine(run.Path, "serve.yaml");
        File.WriteAllText(file, text + store);

        var plain = ServeConfiguration.Load(Place("deploy/serve.yaml")).Options;
        var stored = ServeConfiguration.Load(file).Options;

        plain.Features.ShouldBeNull();
        Page.ShouldContain($"`{stored.Features!.Connection}=Host=…`");
        text.ShouldContain(Setting("EnvironmentFile").TrimStart('-'));
        Path.GetDirectoryName(plain.Models.Path).ShouldBe($"/var/lib/{Setting("StateDirectory")}");
        new Uri(plain.Listen.Single()).Port.ShouldBe(int.Parse(Instruction("EXPOSE"), CultureInfo.InvariantCulture));
        Page.ShouldContain($"keys create --file {plain.Keys} ");
    }

    [Fact]
    public void Times_ToStop_AreLongerThanThoseOfTheServer()
    {
        var seconds = ServeConfiguration.Load(Place("deploy/serve.yaml")).Options.Limits.StopSeconds;

        double.Parse(Setting("TimeoutStopSec"), CultureInfo.InvariantCulture).ShouldBeGreaterThan(seconds);
        double.Parse(Regex.Match(Page, @"docker stop -t (\d+)").Groups[1].Value, CultureInfo.InvariantCulture).ShouldBeGreaterThan(seconds);
    }

    [Fact]
    public void Page_Files_AreThere()
    {
        var files = Regex.Matches(Page, @"\bdeploy/[\w.]+").Select(m => m.Value).Distinct().ToArray();

        files.Length.ShouldBeGreaterThan(2);
        files.Where(f => !File.Exists(Place(f))).ShouldBeEmpty();
    }

    static string Setting(string name) => Regex.Match(Unit, $"^{name}=(.+)$", RegexOptions.Multiline).Groups[1].Value;

    static string Instruction(string name) => Regex.Matches(Image, $"^{name} (.+)$", RegexOptions.Multiline).Single().Groups[1].Value;

    static string Text(string file) => File.ReadAllText(Place(file));

    static string Place(string file) => Path.Combine(Root, file);

    [GeneratedRegex("^# ", RegexOptions.Multiline)]
    private static partial Regex Commented();
}
