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
    const int Permutations = 999;
    const int ManyDomains = 12;

    /// <summary>Gates whose choices are compared: name, layer, and the task whose gate it is.</summary>
    static readonly (string Name, string Layer, string? Task)[] Gates =
    [
        ("channel", "scenario.0.0", null), ("domain", "scenario.1.0", null), ("task, click", "task.0", "click"), ("task, purchase", "task.0", "purchase"),
    ];

    static readonly ExpertKind[] Kinds = [ExpertKind.Shared, ExpertKind.Specific];

    /// <summary>Generates, trains and measures both worlds for every seed; a table of AUC, one of cells, one of overlaps.</summary>
    /// <param name="folder">Where logs and models are put.</param>
    /// <param name="seeds">First and last seed, as <c>1..5</c>.</param>
    /// <param name="rows">Rows of every log.</param>
    /// <param name="overrides">Overrides of the configuration, for experiments.</param>
    public static void Run(string folder, string seeds, long rows, IReadOnlyList<string> overrides)
    {
        var range = seeds.Split("..").Select(s => ulong.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        List<string> cells = [], overlaps = [];
        Console.WriteLine("| seed | world | best epoch | mean AUC, best | mean AUC, AESM² | mean gap | largest gap |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        for (var seed = range[0]; seed <= range[^1]; seed++)
        {
            Four(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"four-{seed}")), seed, rows, overrides, cells, overlaps);
            Many(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"many-{seed}")), seed, rows, overrides, overlaps);
        }

        Print("| seed | scenario | task | test positives | best AUC | AESM² | gap |", cells);
        Print("| seed | world | gates | experts chosen as | overlap alike | overlap apart | p |", overlaps);
    }

    static void Four(string folder, ulong seed, long rows, IReadOnlyList<string> overrides, List<string> cells, List<string> overlaps)
    {
        var (truth, run) = Train(folder, "2 × 2", new FundSearchOptions { Seed = seed }, rows, overrides);
        foreach (var (best, auc) in Cells(truth, run.Report))
        {
            cells.Add(string.Create(
                CultureInfo.InvariantCulture, $"| {seed} | {best.Scenario} | {best.Task} | {best.TestPositives:N0} | {best.BestAuc:0.0000} | {auc:0.0000} | {best.BestAuc - auc:0.0000} |"));
        }

        // One row of every search: rows of one search resemble each other.
        var use = Count(folder, run, [.. overrides, "filter=position == 1"]);
        Compare(use, seed, "2 × 2", "channel/domain", truth.Scenarios, truth.Planted.Families, overlaps, (gates, kind) =>
        {
            var counts = gates.Select(g => g[kind].Select(share => (long)Math.Round(share * g.Rows)).ToImmutableArray()).ToList();
            return PlantedOverlap.BySearch(counts, truth.Planted.Families, Permutations, seed);
        });
    }

    static void Many(string folder, ulong seed, long rows, IReadOnlyList<string> overrides, List<string> overlaps)
    {
        var world = $"2 × {ManyDomains}";
        var (truth, run) = Train(folder, world, new FundSearchOptions { Seed = seed, Domains = ManyDomains }, rows, overrides);
        var domains = truth.Scenarios.Take(ManyDomains).Select(s => s.Split('/')[1]).ToList();
        var families = truth.Planted.Families[..ManyDomains];
        Compare(
            Count(folder, run, overrides), seed, world, "domain", domains, families, overlaps, (gates, kind) => PlantedOverlap.ByScenario([.. gates.Select(g => g[kind])], families));
    }

    static (Truth Truth, TrainedRun Run) Train(string folder, string name, FundSearchOptions world, long rows, IReadOnlyList<string> overrides)
    {
        var truth = Switchyard.Run.Generate(
            new GenerateOptions { World = world, Rows = rows, Output = Path.Combine(folder, "log.csv.gz"), Force = true }, SilentReporter.Instance);
        List<string> changes = [$"training.seed={world.Seed}", .. overrides];
        var run = Switchyard.Run.Train(RunConfiguration.Load(folder, changes), null, SilentReporter.Instance);
        var cells = Cells(truth, run.Report).ToList();
        var (best, auc) = (cells.Average(c => c.Best.BestAuc!.Value), cells.Average(c => c.Auc));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {world.Seed} | {name} | {run.Training.BestEpoch} | {best:0.0000} | {auc:0.0000} | {best - auc:0.0000} | {cells.Max(c => c.Best.BestAuc!.Value - c.Auc):0.0000} |"));
        return (truth, run);
    }

    /// <summary>Which experts the test rows choose.</summary>
    static ExpertUse Count(string folder, TrainedRun run, IReadOnlyList<string> changes)
    {
        var configuration = RunConfiguration.Load(folder, changes);
        using var data = Dataset.OpenOrImport(configuration.Data, run.Ranker.Schema, configuration.BaseDirectory, configuration.ColumnDirectory);
        using var rows = data.Open(Part.Test);
        return ExpertUse.Count(run.Ranker, rows);
    }

    static void Compare(
        ExpertUse use,
        ulong seed,
        string world,
        string level,
        IReadOnlyList<string> scenarios,
        ImmutableArray<int> families,
        List<string> lines,
        Func<IReadOnlyList<GateUse>, ExpertKind, double> test)
    {
        foreach (var (name, layer, task) in Gates)
        {
            var nodes = use.Layer(layer).Nodes(level, task);
            var gates = scenarios.Select(s => nodes.Single(g => g.Scenario == s)).ToList();
            foreach (var kind in Kinds)
            {
                var (alike, apart) = PlantedOverlap.Means([.. gates.Select(g => g[kind])], families);
                var chosenAs = kind.ToString().ToLowerInvariant();
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {seed} | {world} | {name} | {chosenAs} | {alike:0.0000} | {apart:0.0000} | {test(gates, kind):0.0000} |"));
            }
        }
    }

    static IEnumerable<(BestCell Best, double Auc)> Cells(Truth truth, EvaluationReport report) =>
        from best in truth.Best
        where best.BestAuc is not null
        select (best, report.Cells.Single(c => c.Level == "leaf" && c.Scenario == best.Scenario && c.Task == best.Task).Metrics.Auc!.Value);

    static void Print(string header, List<string> lines)
    {
        Console.WriteLine();
        Console.WriteLine(header);
        Console.WriteLine(string.Concat(Enumerable.Repeat("|---", header.Count(c => c == '|') - 1)) + "|");
        foreach (var line in lines) Console.WriteLine(line);
    }
}
