using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>A run in plain words. Sentences say no more than their intervals: cells are called different only where a test corrected for all of them says so.</summary>
static class RunWords
{
    const double Level = 0.05;

    public static ImmutableArray<SummaryLine> Of(RunSubject run) =>
    [
        .. run.Rows.Layout.Tasks.SelectMany(task => Quality(run, task)),
        .. Calibration(run),
        .. ExpertWords.Of(run.Layers),
        .. Fields(run.Importance),
        new("Which scenario gains from sharing and which loses cannot be read from one model: compare it with a model per scenario (switchyard compare) and report on that."),
    ];

    static IEnumerable<SummaryLine> Quality(RunSubject run, string task)
    {
        var total = run.Evaluation.Totals.First(c => c.Task == task);
        var interval = run.Estimates.Auc(total);
        yield return new SummaryLine($"{task}: AUC {Words.WithInterval(total.Metrics.Auc, interval?.Low, interval?.High)} over {Words.Count(total.Metrics.Rows, $"{run.Part.Name()} row")}.");
        if (Ends(task, [.. Cells(run, task).Select(c => (c.Scenario, Auc: run.Estimates.Auc(c))).Where(c => c.Auc is not null).Select(c => (c.Scenario, c.Auc!))]) is { } ends) yield return ends;
    }

    /// <summary>
    /// The highest and the lowest of a task's cells. They are the two of all pairs that lie farthest apart, so their difference is named only where it holds
    /// among all pairs (Bonferroni).
    /// </summary>
    public static SummaryLine? Ends(string task, IReadOnlyList<(string Scenario, Estimate Auc)> cells)
    {
        if (cells.Count < 2) return null;
        var (best, worst) = (cells.MaxBy(c => c.Auc.Value), cells.MinBy(c => c.Auc.Value));
        var pairs = cells.Count * (cells.Count - 1L) / 2;
        var among = pairs == 1 ? "" : $", corrected for all {Words.Number(pairs)} pairs of scenarios,";
        var apart = best.Auc.PValue(worst.Auc) * pairs < Level ? $"the difference{among} is more than chance" : $"the difference{among} may be chance";
        return new SummaryLine(
            $"{task}: the highest AUC was measured in {best.Scenario} ({Words.WithInterval(best.Auc.Value, best.Auc.Low, best.Auc.High)}) and the lowest in {worst.Scenario} ({Words.WithInterval(worst.Auc.Value, worst.Auc.Low, worst.Auc.High)}); {apart}.");
    }

    /// <summary>Cells whose calibration is not 1, after Holm's correction over all of them.</summary>
    static IEnumerable<SummaryLine> Calibration(RunSubject run)
    {
        var all = run.Rows.Layout.Tasks.SelectMany(task => Cells(run, task)).ToList();
        var cells = all.Select(c => (Cell: c, Value: run.Estimates.Calibration(c))).Where(c => c.Value is not null).ToList();
        var small = cells.Count == all.Count ? "" : $" ({Words.Count(all.Count - cells.Count, "other")} too small to say)";
        if (cells.Count == 0) yield break;
        var corrected = Holm.Adjust([.. cells.Select(c => c.Value!.PValue(1))]);
        var wrong = cells.Where((_, i) => corrected[i] < Level).OrderByDescending(c => Math.Abs(Math.Log(c.Value!.Value))).ToList();
        yield return wrong.Count == 0
            ? new SummaryLine($"On average scores promise what comes: in none of {Words.Count(cells.Count, "cell")} (scenario × task) is the sum of scores shown to differ from the sum of positives{small}. Whether high and low scores are right each is seen in the calibration curves.")
            : new SummaryLine(
                $"On average scores promise too much or too little in {Words.Number(wrong.Count)} of {Words.Count(cells.Count, "cell")} (scenario × task){small}, most in {Words.List(wrong.Take(3).Select(c => $"{c.Cell.Scenario} {c.Cell.Task} ({c.Value!.Value.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)} times what came)"))}; Holm over the cells.",
                Tone.Bad);
    }

    static IEnumerable<SummaryLine> Fields(ImportanceReport? report)
    {
        if (report is null) yield break;
        var first = report.Fields.Where(f => f.Loss.MeanAuc is { } drop && drop.Value - drop.HalfWidth() > 0).Take(3).ToList();
        yield return new SummaryLine(first.Count > 0
            ? $"The fields without which mean AUC over the cells falls most: {Words.List(first.Select(f => $"{f.Unit.Name} (by {Words.WithInterval(f.Loss.MeanAuc!.Value, f.Loss.MeanAuc.Value - f.Loss.MeanAuc.HalfWidth(), f.Loss.MeanAuc.Value + f.Loss.MeanAuc.HalfWidth())})"))}."
            : "No field is shown to matter for mean AUC over the cells: the interval of every drop holds 0.");
    }

    /// <summary>The cells of the coarsest level.</summary>
    static IEnumerable<Cell> Cells(RunSubject run, string task)
    {
        var level = run.Evaluation.Cells.FirstOrDefault(c => c.Level != "total")?.Level ?? "total";
        return run.Evaluation.Cells.Where(c => c.Level == level && c.Task == task && c.Metrics.Rows > 0);
    }
}
