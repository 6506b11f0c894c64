using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using MathNet.Numerics.Statistics;
using Switchyard.Ui;

namespace Switchyard.Comparison;

/// <summary>Training rows per second with the live page open in a browser, and without a page: in turn, every run in a process of its own.</summary>
static class LiveCost
{
    const string Verb = "live-run";

    /// <summary>Trains a configuration in rounds and prints both speeds of each, then the share that the page costs.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="rounds">Rounds; in every other one the page comes first.</param>
    /// <param name="overrides">key=value changes of the configuration.</param>
    public static void Print(string configuration, int rounds, string[] overrides)
    {
        Console.WriteLine(Machine.Describe());
        var pairs = new List<(double Alone, double Watched)>();
        // Reads the files into the page cache.
        _ = Start(configuration, overrides, isWatched: false);
        for (var round = 0; round < rounds; round++)
        {
            var first = Start(configuration, overrides, isWatched: round % 2 == 1);
            var second = Start(configuration, overrides, isWatched: round % 2 == 0);
            pairs.Add(round % 2 == 0 ? (first, second) : (second, first));
        }

        TextTable.Print("| round | rows/s without a page | rows/s with the page open | cost |", pairs.Select((p, i) => Line($"{i + 1}", p.Alone, p.Watched)));
        Console.WriteLine(Line("median", pairs.Select(p => p.Alone).Median(), pairs.Select(p => p.Watched).Median()));
    }

    /// <summary>What a process of a run does; true where the arguments ask for it.</summary>
    public static bool Serve(string[] args)
    {
        if (args is not [Verb, var configuration, var watched, .. var overrides]) return false;
        var output = Directory.CreateTempSubdirectory("switchyard-live-");
        try
        {
            var run = RunConfiguration.Load(configuration, [.. overrides, $"output={output.FullName}/runs/live"]);
            Console.WriteLine(RowsPerSecond(run, bool.Parse(watched), output.FullName).GetAwaiter().GetResult().ToString("R", CultureInfo.InvariantCulture));
        }
        finally
        {
            output.Delete(recursive: true);
        }

        return true;
    }

    static async Task<double> RowsPerSecond(RunConfiguration run, bool isWatched, string folder)
    {
        if (!isWatched) return Train(run);
        var server = await PageServer.StartAsync(new PageOptions { Folder = Path.Combine(folder, "runs"), Live = new LiveRun(run.OutputDirectory) { Stop = () => true, Checkpoint = () => true, ScaleRate = _ => true } }).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            using var browser = await WatchingBrowser.StartAsync(server.Address, Path.Combine(folder, "profile")).ConfigureAwait(false);
            var rate = await Task.Run(() => Train(run)).ConfigureAwait(false);
            return browser.HasSeenTraining ? rate : throw new InvalidOperationException("The page in the browser never showed the training, so nothing was measured.");
        }
    }

    static double Train(RunConfiguration run) => Run.Train(run, null, SilentReporter.Instance).Training.RowsPerSecond;

    static double Start(string configuration, string[] overrides, bool isWatched)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        foreach (var argument in (string[])[Verb, configuration, isWatched.ToString(), .. overrides]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? double.Parse(text, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"The run of {configuration} ended with exit code {process.ExitCode}.");
    }

    static string Line(string name, double alone, double watched) =>
        string.Create(CultureInfo.InvariantCulture, $"| {name} | {alone:N0} | {watched:N0} | {100 * (1 - (watched / alone)):0.00} % |");
}
