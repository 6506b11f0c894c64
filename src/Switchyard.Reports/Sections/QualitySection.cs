using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>Metrics of every scenario × task with their intervals.</summary>
sealed class QualitySection(RunSubject run)
{
    readonly ImmutableArray<string> _levels = [.. run.Evaluation.Cells.Where(c => c.Level != "total").Select(c => c.Level).Distinct()];

    public Section Build() => new(
        "quality",
        "Quality of every scenario and task",
        [
            $"Measured on {Words.Count(run.Rows.Count, $"{run.Part.Name()} row")}{(run.Part == Part.Test ? ", which chose nothing" : ", for there are no test rows: the weights were chosen on them, which flatters the numbers")}. Brackets are 95 % intervals over {Drawn()}: what other rows of the same kind might give. " +
            "Another training with another seed differs too; that is in no interval here (switchyard compare trains several seeds).",
        ],
        [.. new[]
        {
            Table("auc", "AUC", "probability that a positive row scores above a negative one; 0.5 is chance", m => m.Auc, run.Estimates.Auc, null),
            run.Evaluation.HasGroups
                ? Table("gauc", "GAUC", $"AUC inside each {run.Schema.Group ?? "group"}, weighted by its rows: how well rows of one list are ordered", m => m.Gauc, run.Estimates.Gauc, null)
                : null,
            Table("log-loss", "Log loss", "mean cross-entropy in nats: lower is better; it depends on how rare positives are, so compare it within a column's scenario only with other models", m => m.LogLoss, run.Estimates.LogLoss, null),
            Table("calibration", "Calibration", "sum of scores over sum of positives: 1 is right, above 1 the model promises too much", m => m.Calibration, run.Estimates.Calibration, 1),
        }.OfType<Figure>()]);

    string Drawn() => run.Schema.Group is { } group ? $"groups ({group})" : "rows";

    Figure Table(string id, string title, string meaning, Func<CellMetrics, double?> metric, Func<Cell, Estimate?> estimate, double? center)
    {
        var rows = ImmutableArray.CreateBuilder<FigureValue[]>();
        foreach (var level in _levels.DefaultIfEmpty("total"))
        {
            foreach (var cell in run.Evaluation.Cells.Where(c => c.Metrics.Rows > 0 && (c.Level == level || c.Level == "total")))
            {
                var interval = estimate(cell);
                FigureValue[] values =
                [
                    LevelName(level), cell.Level == "total" ? "all rows" : cell.Scenario, cell.Task, metric(cell.Metrics), interval?.Low, interval?.High,
                    cell.Metrics.Rows, cell.Metrics.Positives,
                ];
                rows.Add(values);
            }
        }

        return new Figure
        {
            Id = id,
            Title = $"{title} by scenario and task",
            Description = $"{title}: {meaning}. {Reading(metric, estimate)}",
            Kind = FigureKind.Heat,
            Encoding = new Encoding
            {
                X = "task",
                Y = "scenario",
                Value = "value",
                Low = "low",
                High = "high",
                Scale = center is null ? "sequential" : "diverging",
                Center = center,
            },
            Columns =
            [
                new("level", "Level"), new("scenario", "Scenario"), new("task", "Task"), Column.Number("value", title), Column.Number("low", "Lower end"),
                Column.Number("high", "Upper end"), Column.Integer("rows", "Rows"), Column.Integer("positives", "Positives"),
            ],
            Rows = rows.ToImmutable(),
            Select = _levels.Length > 1 ? ["level"] : null,
            Note = $"No interval where a cell has fewer than {run.Configuration.Evaluation.MinPositives} positives or {run.Configuration.Evaluation.MinNegatives} negatives.",
        };
    }

    string LevelName(string level) => level == "leaf" ? run.Rows.Layout.Levels[^1].Column
        : level == "total" ? "all rows"
        : run.Rows.Layout.Levels[int.Parse(level.AsSpan("level".Length), System.Globalization.CultureInfo.InvariantCulture) - 1].Column;

    /// <summary>The ends of every task's cells that have rows enough for an interval: those of a few rows are noise.</summary>
    string Reading(Func<CellMetrics, double?> metric, Func<Cell, Estimate?> estimate)
    {
        var level = _levels.IsEmpty ? "total" : _levels[0];
        return string.Join(" ", run.Rows.Layout.Tasks.Select(task =>
        {
            var cells = run.Evaluation.Cells.Where(c => c.Level == level && c.Task == task && metric(c.Metrics) is not null && estimate(c) is not null).ToList();
            if (cells.Count < 2) return $"{task}: {Words.Metric(metric(run.Evaluation.Total(task)))} over all rows.";
            var (least, most) = (cells.MinBy(c => metric(c.Metrics))!, cells.MaxBy(c => metric(c.Metrics))!);
            return $"{task}: {Words.Metric(metric(run.Evaluation.Total(task)))} over all rows, from {Words.Metric(metric(least.Metrics))} in {least.Scenario} to {Words.Metric(metric(most.Metrics))} in {most.Scenario}.";
        }));
    }
}
