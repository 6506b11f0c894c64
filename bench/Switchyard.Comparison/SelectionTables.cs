using System.Globalization;

namespace Switchyard.Comparison;

/// <summary>The runs of <see cref="Selection"/> as tables.</summary>
static class SelectionTables
{
    public static void Print(IReadOnlyList<SelectionRun> runs)
    {
        TextTable.Print(
            "| world | model | seeds | mean AUC | mean gap | gap minus that of " + SelectionModel.Dense + " | gap, largest scenario | gap, smallest scenario | weights | kFLOPs a row | overlap alike − apart | seeds with p < 0.01 |",
            runs.GroupBy(r => (r.World, r.Model)).Select(g => Summary([.. g], [.. runs.Where(r => r.World == g.Key.World && r.Model == SelectionModel.Dense)])));
        TextTable.Print(
            "| world | model | seed | best epoch | mean AUC | mean gap | gap, largest scenario | gap, smallest scenario | overlap alike | overlap apart | p |",
            runs.Select(r => string.Create(
                CultureInfo.InvariantCulture,
                $"| {r.World} | {r.Model} | {r.Seed} | {r.BestEpoch} | {r.Auc:0.0000} | {r.Gap:0.0000} | {r.LargestScenario:0.0000} | {r.SmallestScenario:0.0000} | {r.Alike:0.0000} | {r.Apart:0.0000} | {r.P:0.0000} |")));
    }

    static string Summary(IReadOnlyList<SelectionRun> runs, IReadOnlyList<SelectionRun> dense)
    {
        // Seeds make the worlds too: only a difference of one seed's models tells the models apart.
        var pairs = runs.Join(dense, r => r.Seed, d => d.Seed, (r, d) => r.Gap - d.Gap).ToList();
        var judged = runs.Where(r => r.P is not null).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {runs[0].World} | {runs[0].Model} | {runs.Count} | {Text(runs.Select(r => (double?)r.Auc))} | {Text(runs.Select(r => (double?)r.Gap))} | {(runs[0].Model == SelectionModel.Dense ? "" : Text(pairs.Select(p => (double?)p)))} | {Text(runs.Select(r => r.LargestScenario))} | {Text(runs.Select(r => r.SmallestScenario))} | {runs.Average(r => r.Weights):N0} | {runs.Average(r => r.Flops) / 1000:0.0} | {Text(runs.Select(r => r.Alike - r.Apart))} | {(judged.Count == 0 ? "" : $"{judged.Count(r => r.P < 0.01)} of {judged.Count}")} |");
    }

    static string Text(IEnumerable<double?> values) => ComparisonColumns.Text(Spread.Of(values));
}
