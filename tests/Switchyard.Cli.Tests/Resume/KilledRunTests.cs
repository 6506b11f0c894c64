using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Switchyard.Cli.Tests;

/// <summary>A process that is killed again and again, and each time resumed, leaves the file that one left in peace does.</summary>
public sealed class KilledRunTests(ITestOutputHelper log)
{
    const string KillsVariable = "SWITCHYARD_KILLS";

    static readonly string[] Settings =
    [
        "training.epochs=25", "training.patience=0", "training.validate_every=10", "training.checkpoint_every=2", "training.embeddings=exact",
        "model.expert.batch_norm=true", "model.expert.dropout=0.2", "evaluation.min_positives=1", "evaluation.min_negatives=1",
    ];

    static int Kills => int.TryParse(Environment.GetEnvironmentVariable(KillsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 6;

    [Fact]
    public async Task Train_KilledAtRandomMomentsAndResumed_SameFileAsWithoutKill()
    {
        using var run = new CliRun();
        run.Train([.. Settings, "output=runs/whole"]).ShouldSucceed();
        await KillAndCompare(run, Settings, 700);
    }

    /// <summary>An update of a bundle, with old rows among the new ones, weights that are frozen and a log that has grown meanwhile.</summary>
    [Fact]
    public async Task Train_UpdateKilledAtRandomMomentsAndResumed_SameFileAsWithoutKill()
    {
        using var run = new CliRun();
        run.Train([.. Settings, "name=first", "training.epochs=1"]).ShouldSucceed();
        run.Write("next.csv", CliRun.Lines(CliRun.Rows).Select(line => line.Replace(",i1", ",new1", StringComparison.Ordinal)).Prepend(CliRun.Header));
        string[] settings =
        [
            .. Settings, "sources=next.csv", "update.replay=0.5", "update.freeze=[scenario.0.*]", "training.monitor=logloss:like",
            $"--init-from={run.Place("runs/first/model")}",
        ];
        run.Train([.. settings, "output=runs/whole"]).ShouldSucceed().Error.ShouldNotContain("no step bettered them");
        await KillAndCompare(run, settings, 2000);
    }

    /// <summary>
    /// Moments are pseudo-random, up to so many milliseconds from the start of training on, or, every other time, from the first checkpoint on: a
    /// slow machine resumes too. SWITCHYARD_KILLS says how many, 6 by default.
    /// </summary>
    async Task KillAndCompare(CliRun run, string[] settings, int milliseconds)
    {
        var whole = run.WeightsDigest("whole");
        var (kills, finished, resumed) = (0, 0, 0);
        var state = 2463534242u;
        while (kills < Kills)
        {
            // A run that came to its end is compared; the next kill begins a new one.
            if (await KillAfter(Next(milliseconds), afterCheckpoint: kills % 2 == 1) is { } line)
            {
                kills++;
                if (line.StartsWith("resumed", StringComparison.Ordinal)) resumed++;
                continue;
            }

            Compare();
        }

        while (await KillAfter(int.MaxValue) is not null) kills.ShouldBe(Kills);
        Compare();
        log.WriteLine($"{kills} kills, {resumed} of them in a resumed run, {finished} runs compared");
        resumed.ShouldBeGreaterThan(0);

        void Compare()
        {
            run.WeightsDigest().ShouldBe(whole);
            Directory.Exists(run.Place("runs/demo/checkpoints")).ShouldBeFalse();
            Directory.Delete(run.Bundle, recursive: true);
            finished++;
        }

        int Next(int bound)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            return (int)(state % (uint)bound);
        }

        bool HasCheckpoint()
        {
            try
            {
                return Directory.GetDirectories(run.Place("runs/demo/checkpoints"), "step-*").Length > 0;
            }
            catch (DirectoryNotFoundException)
            {
                // Not there yet, or removed at the end of the run.
                return false;
            }
        }

        // The line that says how training began, where the process was killed; null where it ended by itself.
        async Task<string?> KillAfter(int limit, bool afterCheckpoint = false)
        {
            using var process = Start(run, settings);
            string? began = null;
            while (await process.StandardError.ReadLineAsync() is { } line)
            {
                if (!line.StartsWith("resumed", StringComparison.Ordinal) && !line.StartsWith("there is no checkpoint", StringComparison.Ordinal)) continue;
                began = line;
                break;
            }

            began.ShouldNotBeNull();
            var rest = process.StandardError.ReadToEndAsync();
            while (afterCheckpoint && !process.HasExited && !HasCheckpoint()) await Task.Delay(5);
            using var time = new CancellationTokenSource(limit == int.MaxValue ? Timeout.Infinite : limit);
            try
            {
                await process.WaitForExitAsync(time.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            var error = await rest;
            error.ShouldNotContain("damaged");
            if (process.ExitCode == 0) return null;
            process.ExitCode.ShouldBe(128 + 9, error);
            return began;
        }
    }

    [Fact]
    public async Task Train_TerminateSignal_SavesAndSaysHowToGoOn()
    {
        if (OperatingSystem.IsWindows()) return;
        using var run = new CliRun();
        string[] settings = [.. Settings, "training.epochs=100000"];
        using var process = Start(run, settings);
        while (await process.StandardError.ReadLineAsync() is { } line && !line.StartsWith("epoch ", StringComparison.Ordinal))
        {
        }

        // Not -INT: a shell starts background jobs with that signal ignored, and the test would wait for ever there.
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(Application.Cancelled, error);
        error.ShouldContain("; to go on: switchyard train ");
        error.ShouldContain(" --resume");
        Directory.GetDirectories(run.Place("runs/demo/checkpoints")).Length.ShouldBe(2);
    }

    static Process Start(CliRun run, string[]? settings = null)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = run.Folder,
            RedirectStandardError = true,
        };
        string[] arguments = [typeof(Application).Assembly.Location, "train", run.Configuration, "--resume", .. (settings ?? Settings).SelectMany(s => s.StartsWith("--", StringComparison.Ordinal) ? [s] : new[] { "--set", s })];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
