using System.Diagnostics;

namespace Switchyard.Cli.Tests;

/// <summary>Processes that end in the middle leave nothing half-written under a final name, and the next run works.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData(150)]
    [InlineData(300)]
    [InlineData(450)]
    [InlineData(600)]
    public async Task Train_Killed_LeavesAWholeModelOrNone(int milliseconds)
    {
        using var run = new CliRun();
        using (var process = Start(run, "training.epochs=100000", "training.patience=0"))
        {
            await Task.Delay(milliseconds);
            process.Kill();
            await process.WaitForExitAsync();
        }

        Directory.Exists(run.Bundle).ShouldBeFalse();
        run.Train().ShouldSucceed();
        run.Leftovers().ShouldBeEmpty();
        run.Predict("rows.csv", "scores.csv").ShouldSucceed();
    }

    [Fact]
    public async Task Train_ThreeAtOnceInOneFolder_AllSucceedAndTheModelIsWhole()
    {
        using var run = new CliRun();
        var processes = Enumerable.Range(0, 3).Select(_ => Start(run)).ToArray();
        foreach (var process in processes)
        {
            using (process)
            {
                var error = await process.StandardError.ReadToEndAsync();
                await process.WaitForExitAsync();
                process.ExitCode.ShouldBe(0, error);
            }
        }

        run.Leftovers().ShouldBeEmpty();
        run.Predict("rows.csv", "scores.csv").ShouldSucceed();
    }

    [Fact]
    public async Task Import_StandardInput_IsRead()
    {
        using var run = new CliRun();
        using var process = Launch(run, ["import", run.Configuration, "--set", "sources=-"]);
        await process.StandardInput.WriteAsync(await File.ReadAllTextAsync(run.Place("rows.csv")));
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(0);
        output.ShouldContain("600 rows read");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(300)]
    public async Task LoadFeatures_Killed_LeavesAWholeStateAndTheNextLoadWorks(int? millisecondsAfterTheLastRow)
    {
        const int rows = 30_000;
        using var run = new CliRun();
        string[] load = ["features", "load", "-", "--entity", "item", "--key", "id", "--store", run.Place("features.db"), "--replace"];
        File.WriteAllText(run.Place("old.csv"), "id,price\nold,1\n");
        CliRun.Run([.. load.Select(a => a == "-" ? run.Place("old.csv") : a)]).ShouldSucceed();
        using (var process = Launch(run, load))
        {
            await process.StandardInput.WriteAsync("id,price\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"new{i},2\n")));
            await process.StandardInput.FlushAsync();
            if (millisecondsAfterTheLastRow is { } wait)
            {
                process.StandardInput.Close();
                await Task.Delay(wait);
            }

            process.Kill();
            await process.WaitForExitAsync();
        }

        string[] states = ["item: 1 ids; key id", $"item: {rows:N0} ids; key id"];
        CliRun.Run("features", "show", "--store", run.Place("features.db")).Output.Split('\n')[0].TrimEnd().ShouldBeOneOf(millisecondsAfterTheLastRow is null ? states[..1] : states);
        CliRun.Run([.. load.Select(a => a == "-" ? run.Place("old.csv") : a)]).ShouldSucceed().Output.ShouldContain("1 in the store");
    }

    static Process Start(CliRun run, params string[] overrides) => Launch(run, ["train", run.Configuration, .. overrides.SelectMany(o => new[] { "--set", o })]);

    static Process Launch(CliRun run, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = run.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(Application).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
