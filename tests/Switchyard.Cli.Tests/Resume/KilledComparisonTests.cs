using System.Diagnostics;

namespace Switchyard.Cli.Tests;

/// <summary>A comparison whose process is killed again and again, and each time called again, has the scores of one left in peace.</summary>
public sealed class KilledComparisonTests
{
    const string Comparison =
        """
        base: run.yaml
        output: runs/OUTPUT
        seeds: [1, 2]
        bootstrap: {samples: 100}
        variants:
          aesm2: {training: {epochs: 60, patience: 0, checkpoint_every: 2}}
          mmoe: {model: mmoe}
        """;

    [Fact]
    public async Task Compare_KilledAndCalledAgain_SameScoresAsWithoutKill()
    {
        using var run = new CliRun();
        File.WriteAllText(run.Place("whole.yaml"), Comparison.Replace("OUTPUT", "whole", StringComparison.Ordinal));
        File.WriteAllText(run.Place("killed.yaml"), Comparison.Replace("OUTPUT", "killed", StringComparison.Ordinal));
        CliRun.Run("compare", run.Place("whole.yaml")).ShouldSucceed();

        // After so many validations: in the first run, at its end, in the second and in the third. A busy machine may read a line so late that
        // the process has come to its end: one kill must land, not all.
        var kills = 0;
        foreach (var validations in new[] { 3, 8, 2, 4 })
        {
            if (await Killed(run, validations)) kills++;
        }

        kills.ShouldBeGreaterThan(0);
        (await Killed(run, int.MaxValue)).ShouldBeFalse();

        var scores = Directory.GetFiles(run.Place("runs/whole/results"), "*.scores");
        scores.Length.ShouldBe(4);
        foreach (var file in scores) File.ReadAllBytes(run.Place($"runs/killed/results/{Path.GetFileName(file)}")).ShouldBe(File.ReadAllBytes(file));
        Directory.GetFileSystemEntries(run.Place("runs/killed/work")).ShouldBeEmpty();
    }

    /// <summary>Whether the process was killed; otherwise it came to its end.</summary>
    static async Task<bool> Killed(CliRun run, int validations)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = run.Folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in new[] { typeof(Application).Assembly.Location, "compare", run.Place("killed.yaml") }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("epoch ", StringComparison.Ordinal) || --validations > 0) continue;
            process.Kill();
            break;
        }

        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        error.ShouldNotContain("damaged");
        if (process.ExitCode == 0) return false;
        process.ExitCode.ShouldBe(OperatingSystem.IsWindows() ? -1 : 128 + 9, error);
        return true;
    }
}
