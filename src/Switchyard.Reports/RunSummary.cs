using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>A run in plain words.</summary>
static class RunSummary
{
    public static ImmutableArray<SummaryLine> Of(RunSubject run) =>
    [
        .. run.Rows.Layout.Tasks.Select(task =>
        {
            var total = run.Evaluation.Totals.First(c => c.Task == task);
            var interval = run.Estimates.Auc(total);
            return new SummaryLine($"{task}: AUC {Words.WithInterval(total.Metrics.Auc, interval?.Low, interval?.High)} over {Words.Count(total.Metrics.Rows, $"{run.Part.ToString().ToLowerInvariant()} row")}.");
        }),
    ];
}
