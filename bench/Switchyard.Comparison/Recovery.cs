using System.Collections.Immutable;
using System.Globalization;
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

    static readonly ExpertKind[] Kinds = [ExpertKind.Shared, ExpertKind.Specific];

    /// <summary>Generates, trains and measures both worlds for every seed; a table of AUC, one of cells, one of overlaps.</summary>
    /// <param name="folder">Where logs and models are put.</param>
    /// <param name="seeds">The seeds.</param>
    /// <param name="rows">Rows of every log.</param>
    /// <param name="overrides">Overrides of the configuration, for experiments.</param>
    public static void Run(string folder, SeedRange seeds, long rows, IReadOnlyList<string> overrides)
    {
        List<string> cells = [], overlaps = [];
        Console.WriteLine("| seed | world | best epoch | mean AUC, best | mean AUC, AESM² | mean gap | largest gap |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var seed in seeds)
        {
            Four(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"four-{seed}")), seed, rows, overrides, cells, overlaps);
            Many(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"many-{seed}")), seed, rows, overrides, overlaps);
        }

        TextTable.Print("| seed | scenario | task | test positives | best AUC | AESM² | gap |", cells);
        TextTable.Print("| seed | world | gates | experts chosen as | overlap alike | overlap apart | p |", overlaps);
    }

    static void Four(string folder, ulong seed, long rows, IReadOnlyList<string> overrides, List<string> cells, List<string> overlaps)
    {
        var (log, run) = Train(folder, "2 × 2", new FundSearchOptions { Seed = seed }, rows, overrides);
        foreach (var (best, auc) in log.Cells(run.Report))
        {
            cells.Add(string.Create(
                CultureInfo.InvariantCulture, $"| {seed} | {best.Scenario} | {best.Task} | {best.TestPositives:N0} | {best.BestAuc:0.0000} | {auc:0.0000} | {best.BestAuc - auc:0.0000} |"));
        }

        // One row of every search: rows of one search resemble each other.
        var use = log.Count(run, [.. overrides, "filter=position == 1"]);
        var families = log.Truth.Planted.Families;
        Compare(use, seed, "2 × 2", "channel/domain", log.Truth.Scenarios, families, overlaps, (gates, kind) =>
        {
            var counts = gates.Select(g => g[kind].Select(share => (long)Math.Round(share * g.Rows)).ToImmutableArray()).ToList();
            return PlantedOverlap.BySearch(counts, families, Permutations, seed);
        });
    }

    static void Many(string folder, ulong seed, long rows, IReadOnlyList<string> overrides, List<string> overlaps)
    {
        var world = $"2 × {ManyDomains}";
        var (log, run) = Train(folder, world, new FundSearchOptions { Seed = seed, Domains = ManyDomains }, rows, overrides);
        var families = log.DomainFamilies;
        Compare(log.Count(run, overrides), seed, world, "domain", log.Domains, families, overlaps, (gates, kind) => PlantedOverlap.ByScenario([.. gates.Select(g => g[kind])], families));
    }

    static (PlantedLog Log, TrainedRun Run) Train(string folder, string name, FundSearchOptions world, long rows, IReadOnlyList<string> overrides)
    {
        var log = PlantedLog.Make(folder, world, rows);
        var run = log.Train(log.Configuration(overrides));
        var cells = log.Cells(run.Report).ToList();
        var (best, auc) = (cells.Average(c => c.Best.BestAuc!.Value), cells.Average(c => c.Auc));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {world.Seed} | {name} | {run.Training.BestEpoch} | {best:0.0000} | {auc:0.0000} | {best - auc:0.0000} | {cells.Max(c => c.Best.BestAuc!.Value - c.Auc):0.0000} |"));
        return (log, run);
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
        foreach (var gate in PlantedGate.All)
        {
            var gates = gate.Uses(use, level, scenarios);
            foreach (var kind in Kinds)
            {
                var (alike, apart) = PlantedOverlap.Means([.. gates.Select(g => g[kind])], families);
                var chosenAs = kind.ToString().ToLowerInvariant();
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {seed} | {world} | {gate.Name} | {chosenAs} | {alike:0.0000} | {apart:0.0000} | {test(gates, kind):0.0000} |"));
            }
        }
    }
}
