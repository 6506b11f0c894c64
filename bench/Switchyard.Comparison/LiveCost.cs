using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using MathNet.Numerics.Statistics;
using Switchyard.Ui;

namespace Switchyard.Comparison;

/// <summary>
/// What the live page, open in a browser on the same machine, costs training: in rows per second and in processor time, against a training
/// without a page; in turn, every run in a process of its own.
/// </summary>
static class LiveCost
{
    const string Verb = "live-run";

    /// <summary>Who looks at a run.</summary>
    enum Viewer
    {
        /// <summary>Nobody.</summary>
        None,

        /// <summary>A browser with an empty page: what any open browser costs.</summary>
        Blank,

        /// <summary>A browser with the live page.</summary>
        Page,
    }

    /// <summary>Trains a configuration in rounds and prints both runs of each, then the share that the page costs.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="rounds">Rounds; in every other one the page comes first.</param>
    /// <param name="overrides">key=value changes of the configuration.</param>
    public static void Print(string configuration, int rounds, string[] overrides)
    {
        Console.WriteLine(Machine.Describe());
        // Reads the files into the page cache, and shows what a browser costs that shows nothing.
        var blank = Start(configuration, overrides, Viewer.Blank);
        var pairs = new List<(LiveRunTimes Alone, LiveRunTimes Watched)>();
        for (var round = 0; round < rounds; round++)
        {
            var first = Start(configuration, overrides, round % 2 == 1 ? Viewer.Page : Viewer.None);
            var second = Start(configuration, overrides, round % 2 == 0 ? Viewer.Page : Viewer.None);
            pairs.Add(round % 2 == 0 ? (first, second) : (second, first));
        }

        TextTable.Print("| round | rows/s without a page | rows/s with the page open | cost |", pairs.Select((p, i) => Text(
            $"| {i + 1} | {p.Alone.RowsPerSecond:N0} | {p.Watched.RowsPerSecond:N0} | {Percent(SpeedCost(p))} |")));
        Console.WriteLine(Summary("rows/s", pairs.Select(SpeedCost)));

        TextTable.Print(
            "| round | training without a page, s | training with the page open, s | browser, s | browser's part | training's difference | both |",
            pairs.Select((p, i) => Text(
                $"| {i + 1} | {p.Alone.Training:0.00} | {p.Watched.Training:0.00} | {p.Watched.Browser:0.00} | {Percent(BrowserCost(p))} | {Percent(TrainingCost(p))} | {Percent(BrowserCost(p) + TrainingCost(p))} |")));
        Console.WriteLine(Summary("processor time of the browser", pairs.Select(BrowserCost)));
        Console.WriteLine(Summary("processor time of both", pairs.Select(p => BrowserCost(p) + TrainingCost(p))));

        Console.WriteLine();
        Console.WriteLine(Text($"Seconds in this table are of processors, while a training of {pairs.Select(p => p.Watched.Seconds).Median():0} s lasted."));
        Console.WriteLine(Text($"An empty page in the same browser: {Percent(blank.Browser / blank.Training)} of the training's processor time."));
        Console.WriteLine(Text($"Opening, before the training began: {pairs.Select(p => p.Watched.Opening).Median():0.00} s of processors with the live page, {blank.Opening:0.00} s with an empty one."));
    }

    /// <summary>What a process of a run does; true where the arguments ask for it.</summary>
    public static bool Serve(string[] args)
    {
        if (args is not [Verb, var configuration, var viewer, .. var overrides]) return false;
        var output = Directory.CreateTempSubdirectory("switchyard-live-");
        try
        {
            var run = RunConfiguration.Load(configuration, [.. overrides, $"output={output.FullName}/runs/live"]);
            Console.WriteLine(JsonSerializer.Serialize(MeasureAsync(run, Enum.Parse<Viewer>(viewer), output.FullName).GetAwaiter().GetResult()));
        }
        finally
        {
            output.Delete(recursive: true);
        }

        return true;
    }

    static async Task<LiveRunTimes> MeasureAsync(RunConfiguration run, Viewer viewer, string folder)
    {
        if (viewer == Viewer.None) return Train(run, null, 0);
        var server = await PageServer.StartAsync(new PageOptions { Folder = Path.Combine(folder, "runs"), Live = new LiveRun(run.OutputDirectory) { Stop = () => true, Checkpoint = () => true, ScaleRate = _ => true } }).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            using var browser = await WatchingBrowser.StartAsync(viewer == Viewer.Page ? server.Address : new Uri("about:blank"), Path.Combine(folder, "profile")).ConfigureAwait(false);
            var opening = browser.ProcessorSeconds();
            var times = await Task.Run(() => Train(run, browser, opening)).ConfigureAwait(false);
            if (viewer == Viewer.Page && !browser.HasSeenTraining)
                throw new InvalidOperationException("The page in the browser never showed the training, so nothing was measured.");
            return times;
        }
    }

    static LiveRunTimes Train(RunConfiguration run, WatchingBrowser? browser, double opening)
    {
        var bracket = new TrainingBracket(TrainingBracket.Wall, TrainingBracket.ThisProcess, () => browser?.ProcessorSeconds() ?? 0);
        var trained = Run.Train(run, null, SilentReporter.Instance, watch: new RunWatch { Sinks = [bracket] });
        return new LiveRunTimes(trained.Training.RowsPerSecond, bracket.Seconds[0], bracket.Seconds[1], bracket.Seconds[2], opening);
    }

    static LiveRunTimes Start(string configuration, string[] overrides, Viewer viewer)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        foreach (var argument in (string[])[Verb, configuration, viewer.ToString(), .. overrides]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<LiveRunTimes>(text)!
            : throw new InvalidOperationException($"The run of {configuration} ended with exit code {process.ExitCode}.");
    }

    static double SpeedCost((LiveRunTimes Alone, LiveRunTimes Watched) pair) => 1 - (pair.Watched.RowsPerSecond / pair.Alone.RowsPerSecond);

    static double BrowserCost((LiveRunTimes Alone, LiveRunTimes Watched) pair) => pair.Watched.Browser / pair.Alone.Training;

    static double TrainingCost((LiveRunTimes Alone, LiveRunTimes Watched) pair) => (pair.Watched.Training / pair.Alone.Training) - 1;

    /// <summary>The median of the rounds and the range that half of them lie in.</summary>
    static string Summary(string what, IEnumerable<double> costs)
    {
        var all = costs.ToArray();
        return Text($"\nCost in {what}: median {Percent(all.Median())}, middle half {Percent(all.LowerQuartile())} to {Percent(all.UpperQuartile())}, all {Percent(all.Min())} to {Percent(all.Max())}.");
    }

    static string Percent(double part) => Text($"{100 * part:0.00} %");

    static string Text(FormattableString text) => FormattableString.Invariant(text);
}
