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
