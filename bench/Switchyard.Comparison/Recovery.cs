using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Generation;

namespace Switchyard.Comparison;

/// <summary>
/// Whether AESM² recovers a planted structure: its AUC against the best that can be reached, and whether scenarios planted alike
/// choose the same shared experts. What is measured was fixed before the seeds were run: docs/results.md.
/// </summary>
static class Recovery
{
    /// <summary>The last scenario level, where the gates know a row's whole path.</summary>
    const string Layer = "scenario.1.0";

    const int Permutations = 999;
    const int ManyDomains = 12;

    /// <summary>Generates, trains and measures both worlds for every seed, and prints a line for each.</summary>
    /// <param name="folder">Where logs and models are put.</param>
    /// <param name="seeds">First and last seed, as <c>1..5</c>.</param>
    /// <param name="rows">Rows of every log.</param>
    /// <param name="overrides">Overrides of the configuration, for experiments.</param>
    public static void Run(string folder, string seeds, long rows, IReadOnlyList<string> overrides)
    {
        var range = seeds.Split("..").Select(s => ulong.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        Console.WriteLine("| seed | world | best epoch | mean AUC, best | mean AUC, AESM² | mean gap | largest gap | overlap alike | overlap apart | p |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        List<string> cells = [];
        for (var seed = range[0]; seed <= range[^1]; seed++)
        {
            Four(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"four-{seed}")), seed, rows, overrides, cells);
            Many(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"many-{seed}")), seed, rows, overrides);
        }

        Console.WriteLine();
        Console.WriteLine("| seed | scenario | task | test positives | best AUC | AESM² | gap |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var line in cells) Console.WriteLine(line);
    }

    static void Four(string folder, ulong seed, long rows, IReadOnlyList<string> overrides, List<string> cells)
    {
        var (truth, run) = Train(folder, new FundSearchOptions { Seed = seed }, rows, overrides);
        foreach (var (best, auc) in Cells(truth, run.Report))
        {
            cells.Add(string.Create(
                CultureInfo.InvariantCulture, $"| {seed} | {best.Scenario} | {best.Task} | {best.TestPositives:N0} | {best.BestAuc:0.0000} | {auc:0.0000} | {best.BestAuc - auc:0.0000} |"));
        }

        // One row of every search: rows of one search resemble each other.
        var gates = Count(folder, run, overrides, "channel/domain", "position == 1");
        var counts = truth.Scenarios.Select(s => Find(gates, s)).Select(g => g.Shared.Select(share => (long)Math.Round(share * g.Rows)).ToImmutableArray()).ToList();
        var p = PlantedOverlap.BySearch(counts, truth.Planted.Families, Permutations, seed);
        Print(seed, "2 × 2", truth, run, PlantedOverlap.Means([.. truth.Scenarios.Select(s => Find(gates, s).Shared)], truth.Planted.Families), p);
    }

    static void Many(string folder, ulong seed, long rows, IReadOnlyList<string> overrides)
    {
        var (truth, run) = Train(folder, new FundSearchOptions { Seed = seed, Domains = ManyDomains }, rows, overrides);
        var gates = Count(folder, run, overrides, "domain", null);
        var domains = truth.Scenarios.Take(ManyDomains).Select(s => s.Split('/')[1]);
        var families = truth.Planted.Families[..ManyDomains];
        ImmutableArray<double>[] shares = [.. domains.Select(d => Find(gates, d).Shared)];
        Print(seed, $"2 × {ManyDomains}", truth, run, PlantedOverlap.Means(shares, families), PlantedOverlap.ByScenario(shares, families));
    }

    static (Truth Truth, TrainedRun Run) Train(string folder, FundSearchOptions world, long rows, IReadOnlyList<string> overrides)
    {
        var truth = Switchyard.Run.Generate(
            new GenerateOptions { World = world, Rows = rows, Output = Path.Combine(folder, "log.csv.gz"), Force = true }, SilentReporter.Instance);
        List<string> changes = [$"training.seed={world.Seed}", .. overrides];
        return (truth, Switchyard.Run.Train(RunConfiguration.Load(folder, changes), null, SilentReporter.Instance));
    }

    /// <summary>Which shared experts the test rows choose, by the nodes of a level.</summary>
    static ImmutableArray<GateUse> Count(string folder, TrainedRun run, IReadOnlyList<string> overrides, string level, string? only)
    {
        string[] changes = only is null ? [.. overrides] : [.. overrides, $"filter={only}"];
        var configuration = RunConfiguration.Load(folder, changes);
        using var data = Dataset.OpenOrImport(configuration.Data, run.Ranker.Schema, configuration.BaseDirectory, configuration.ColumnDirectory);
        using var rows = data.Open(Part.Test);
        return ExpertUse.Count(run.Ranker, rows).Layer(Layer).Nodes(level);
    }

    static GateUse Find(ImmutableArray<GateUse> gates, string scenario) => gates.Single(g => g.Scenario == scenario);

    static IEnumerable<(BestCell Best, double Auc)> Cells(Truth truth, EvaluationReport report) =>
        from best in truth.Best
        where best.BestAuc is not null
        select (best, report.Cells.Single(c => c.Level == "leaf" && c.Scenario == best.Scenario && c.Task == best.Task).Metrics.Auc!.Value);

    static void Print(ulong seed, string world, Truth truth, TrainedRun run, (double Alike, double Apart) overlap, double p)
    {
        var cells = Cells(truth, run.Report).ToList();
        var (best, auc) = (cells.Average(c => c.Best.BestAuc!.Value), cells.Average(c => c.Auc));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {seed} | {world} | {run.Training.BestEpoch} | {best:0.0000} | {auc:0.0000} | {best - auc:0.0000} | {cells.Max(c => c.Best.BestAuc!.Value - c.Auc):0.0000} | {overlap.Alike:0.000} | {overlap.Apart:0.000} | {p:0.0000} |"));
    }
}
