using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Switchyard.Server.Tests;

/// <summary>The calls that docs/serving.md shows, as a reader would paste them, to a real server.</summary>
public sealed partial class CurlExampleTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    [CurlFact]
    public async Task Examples_OfThePage_AreAnswered()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "serving.md"));
        var blocks = Blocks().Matches(page).Select(m => m.Groups[1].Value).Where(b => b.StartsWith("curl ", StringComparison.Ordinal)).ToArray();
        blocks.Length.ShouldBeGreaterThan(2);
        await using var server = await Serve();

        foreach (var block in blocks)
        {
            // One error ends the block, and so does a status of 400 or more.
            var script = "set -e; curl() { command curl --fail-with-body --write-out '\\n' \"$@\"; }\n" + block.Replace("http://127.0.0.1:8080", server.Addresses.Single(), StringComparison.Ordinal);
            var (exitCode, output) = await Bash(script);

            exitCode.ShouldBe(0, $"{block}\n{output}");
            var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            answers.ShouldNotBeEmpty();
            if (block.Contains("/rank", StringComparison.Ordinal)) JsonDocument.Parse(output).RootElement.GetProperty("order").GetArrayLength().ShouldBe(3);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // The model of the page.
    async Task<SwitchyardServer> Serve()
    {
        await File.WriteAllLinesAsync(Path.Combine(_folder.FullName, "rows.csv"), Enumerable.Range(0, 200).Select(Row).Prepend("page,country,user_id,age,hour,price,tags,click,book"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "run.yaml"),
            """
            name: trips
            sources: rows.csv
            fields:
              - {name: user_id, side: user}
              - {name: age, side: user, type: numeric, buckets: 4}
              - {name: hour, side: context}
              - {name: price, type: numeric, buckets: 4}
              - {name: tags, type: multi-value, separator: "|"}
            scenario: [page, country]
            tasks: {click: click, book: {label: book, given: click}}
            split: {train: "row mod 10 in [0..7]", validation: row mod 10 == 8, test: row mod 10 == 9}
            model: {name: mmoe, experts: 2}
            training: {epochs: 1, batch_size: 64}
            """);
        Run.Train(RunConfiguration.Load(Path.Combine(_folder.FullName, "run.yaml")));
        var models = Directory.CreateDirectory(Path.Combine(_folder.FullName, "models")).FullName;
        Directory.Move(Path.Combine(_folder.FullName, "runs", "trips", "model"), Path.Combine(models, "trips"));
        var options = OptionsFile.Parse<ServeOptions>("models: {path: models}\nlisten: http://127.0.0.1:0", "serve.yaml");
        var server = SwitchyardServer.Create(new ServeConfiguration(options, _folder.FullName), services => services.AddLogging(logging => logging.ClearProviders()));
        await server.StartAsync();
        await server.LoadedAsync();
        return server;
    }

    static string Row(int i) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(i % 2 == 0 ? "home" : "search")},{(i % 3 == 0 ? "DE" : "FR")},u{i % 20},{20 + (i % 50)},{i % 24},{i * 37 % 200},{(i % 2 == 0 ? "beach" : "city")}|family,{(i % 4 == 1 ? 1 : 0)},{(i % 8 == 1 ? 1 : 0)}");

    static async Task<(int ExitCode, string Output)> Bash(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    static string Root => Path.GetFullPath(typeof(CurlExampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!);

    [GeneratedRegex(@"^```bash\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}

/// <summary>A test that pastes commands into a shell; skipped where bash or curl is missing.</summary>
public sealed class CurlFactAttribute : FactAttribute
{
    public CurlFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        foreach (var program in new[] { "bash", "curl" })
        {
            if (!folders.Any(f => f.Length > 0 && File.Exists(Path.Combine(f, program)))) Skip = $"{program} is not installed: the examples cannot be run.";
        }
    }
}
