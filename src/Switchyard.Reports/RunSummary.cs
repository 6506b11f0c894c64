using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>A run in plain words. Sentences say no more than their intervals: cells are called different only where a test corrected for all of them says so.</summary>
static class RunSummary
{
    const double Level = 0.05;

    public static ImmutableArray<SummaryLine> Of(RunSubject run) =>
    [
        .. run.Rows.Layout.Tasks.SelectMany(task => Quality(run, task)),
        .. Calibration(run),
        .. Experts(LayerView.Of(run.Use)),
        .. Fields(run.Importance),
        new("Which scenario gains from sharing and which loses cannot be read from one model: compare it with a model per scenario (switchyard compare) and report on that."),
    ];

    /// <summary>What the gates of every layer come to.</summary>
    public static IEnumerable<SummaryLine> Experts(ImmutableArray<LayerView> layers)
    {
        var shown = layers.Where(l => !l.IsScenarioAttention && !l.IsBeforeSelection(layers) && l.Experts > 1).ToList();
        if (shown.Count == 0) yield break;
        var collapsed = shown.Where(l => l.Collapsed is not null).ToList();
        yield return collapsed.Count == 0
            ? new SummaryLine("The gates have not collapsed: in no layer one expert carries 90 % of the weight.", Tone.Good)
            : new SummaryLine($"Gates have collapsed in {Words.List(collapsed.Select(l => $"{l.Name} (onto expert {l.Collapsed})"))}: one expert carries 90 % of the weight or more.", Tone.Bad);
        var dead = shown.Where(l => !l.Dead.IsEmpty).ToList();
        yield return dead.Count == 0
            ? new SummaryLine("No expert is dead.", Tone.Good)
            : new SummaryLine($"Dead experts, used by fewer than 0.1 % of the rows: {Words.List(dead.Select(l => $"{l.Name} {Words.Numbers(l.Dead)}"))}.", Tone.Bad);
        foreach (var layer in shown.Where(l => l.Own.Length > 1 && (!l.Selects || l.SelectsShared)))
        {
            var all = layer.SharedByAll;
            var gates = layer.Column is { } column ? $"all {layer.Own.Length} nodes of {column}" : $"all {layer.Own.Length} tasks";
            yield return new SummaryLine(all.IsEmpty
                ? $"{layer.Name}: no expert is shared by {gates}."
                : $"{layer.Name}: {(all.Length == 1 ? "expert" : "experts")} {Words.Numbers(all)} {(all.Length == 1 ? "is" : "are")} shared by {gates}.");
        }
    }

    static IEnumerable<SummaryLine> Quality(RunSubject run, string task)
    {
        var total = run.Evaluation.Totals.First(c => c.Task == task);
        var interval = run.Estimates.Auc(total);
        yield return new SummaryLine($"{task}: AUC {Words.WithInterval(total.Metrics.Auc, interval?.Low, interval?.High)} over {Words.Count(total.Metrics.Rows, $"{run.Part.Name()} row")}.");
        var cells = Cells(run, task).Select(c => (Cell: c, Auc: run.Estimates.Auc(c))).Where(c => c.Auc is not null).ToList();
        if (cells.Count < 2) yield break;
        var (best, worst) = (cells.MaxBy(c => c.Auc!.Value), cells.MinBy(c => c.Auc!.Value));
        var apart = best.Auc!.Low > worst.Auc!.High ? "their intervals lie apart" : "their intervals overlap, so the order may be chance";
        yield return new SummaryLine(
            $"{task} is ranked best in {best.Cell.Scenario} (AUC {Words.WithInterval(best.Auc.Value, best.Auc.Low, best.Auc.High)}) and worst in {worst.Cell.Scenario} ({Words.WithInterval(worst.Auc.Value, worst.Auc.Low, worst.Auc.High)}); {apart}.");
    }

    /// <summary>Cells whose calibration is not 1, after Holm's correction over all of them.</summary>
    static IEnumerable<SummaryLine> Calibration(RunSubject run)
    {
        var cells = run.Rows.Layout.Tasks.SelectMany(task => Cells(run, task)).Select(c => (Cell: c, Value: run.Estimates.Calibration(c))).Where(c => c.Value is not null).ToList();
        if (cells.Count == 0) yield break;
        var corrected = Holm.Adjust([.. cells.Select(c => c.Value!.PValue(1))]);
        var wrong = cells.Where((_, i) => corrected[i] < Level).OrderByDescending(c => Math.Abs(Math.Log(c.Value!.Value))).ToList();
        yield return wrong.Count == 0
            ? new SummaryLine($"Scores are calibrated as far as the rows can tell: of {Words.Count(cells.Count, "cell")} (scenario × task) none promises significantly too much or too little.", Tone.Good)
            : new SummaryLine(
                $"Calibration is off in {wrong.Count} of {Words.Count(cells.Count, "cell")} (scenario × task), most in {Words.List(wrong.Take(3).Select(c => $"{c.Cell.Scenario} {c.Cell.Task} ({c.Value!.Value.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)} times what came)"))}; Holm over the cells.",
                Tone.Bad);
    }

    static IEnumerable<SummaryLine> Fields(ImportanceReport? report)
    {
        if (report is null) yield break;
        var first = report.Fields.Where(f => f.Importance > 0).Take(3).ToList();
        if (first.Count > 0) yield return new SummaryLine($"The fields that matter most: {Words.List(first.Select(f => $"{f.Unit.Name} (AUC falls by {Words.Metric(f.Importance)} without it)"))}.");
    }

    /// <summary>The cells of the coarsest level.</summary>
    static IEnumerable<Cell> Cells(RunSubject run, string task)
    {
        var level = run.Evaluation.Cells.FirstOrDefault(c => c.Level != "total")?.Level ?? "total";
        return run.Evaluation.Cells.Where(c => c.Level == level && c.Task == task && c.Metrics.Rows > 0);
    }
}
