using MathNet.Numerics.Statistics;
using Switchyard.Ui;

namespace Switchyard.Comparison;

/// <summary>
/// What the live page, open in a browser on the same machine, costs training: within one training the browser, and the server's looking at
/// the log for it, are stopped in every fourth epoch. Rates of epochs that lie so near to each other differ by less than those of two trainings.
/// </summary>
static class LiveCost
{
    /// <summary>Trains a configuration, watched, and prints what watching it cost.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="isEmpty">An empty page instead of the live one: what any open browser costs.</param>
    /// <param name="overrides">key=value changes of the configuration.</param>
    public static async Task PrintAsync(string configuration, bool isEmpty, string[] overrides)
    {
        Console.WriteLine(Machine.Describe());
        var folder = Directory.CreateTempSubdirectory("switchyard-live-");
        try
        {
            var run = RunConfiguration.Load(configuration, [.. overrides, $"output={folder.FullName}/runs/live"]);
            var time = new PausableTime();
            var live = new LiveRun(run.OutputDirectory) { Stop = () => true, Checkpoint = () => true, ScaleRate = _ => true };
            var server = await PageServer.StartAsync(new PageOptions { Folder = Path.Combine(folder.FullName, "runs"), Live = live }, time).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                using var browser = await WatchingBrowser.StartAsync(isEmpty ? new Uri("about:blank") : server.Address, Path.Combine(folder.FullName, "profile")).ConfigureAwait(false);
                var opening = browser.ProcessorSeconds();
                var cycles = new WatchCycles(browser, time);
                await Task.Run(() => Run.Train(run, null, SilentReporter.Instance, watch: new RunWatch { Sinks = [cycles] })).ConfigureAwait(false);
                if (!isEmpty && !browser.HasSeenTraining)
                    throw new InvalidOperationException("The page in the browser never showed the training, so nothing was measured.");
                Print(cycles, opening);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static void Print(WatchCycles cycles, double opening)
    {
        var all = cycles.Cycles;
        var costs = all.Select(c => 1 - (c.Watched / c.Alone)).ToArray();
        if (costs.Length < 2) throw new InvalidOperationException("The training was too short: give it more epochs (training.epochs=300 training.patience=0).");
        TextTable.Print("| cycles of 4 epochs | rows/s watched | rows/s alone | cost, mean | standard error | median | middle half |",
            [Text($"| {costs.Length} | {all.Average(c => c.Watched):N0} | {all.Average(c => c.Alone):N0} | {Percent(costs.Mean())} | {Percent(costs.StandardDeviation() / Math.Sqrt(costs.Length))} | {Percent(costs.Median())} | {Percent(costs.LowerQuartile())} to {Percent(costs.UpperQuartile())} |")]);
        Console.WriteLine();
        Console.WriteLine(Text($"The browser's processes took {1000 * cycles.BrowserSeconds / cycles.WatchedSeconds:0.0} ms of processors in a second in which they ran: {Percent(cycles.BrowserSeconds / cycles.WatchedSeconds / Environment.ProcessorCount)} of this machine's."));
        Console.WriteLine(Text($"Opening, before the training began, took {opening:0.00} s of processors."));
    }

    static string Percent(double part) => Text($"{100 * part:0.00} %");

    static string Text(FormattableString text) => FormattableString.Invariant(text);
}
