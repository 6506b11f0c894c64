using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>Metrics of every scenario × task × model.</summary>
sealed class CellSection(ComparisonSubject comparison)
{
    readonly ComparisonFile _file = comparison.File;
    readonly ImmutableHashSet<string> _drawn = comparison.Drawn;
    readonly HashSet<(string, string)> _leftOut = [.. comparison.File.LeftOut()];

    public Section Build() => new(
        "quality",
        "Quality of every scenario and task",
        [
            .. comparison.LeftOut is { } left ? [left] : Array.Empty<string>(),
            .. HasGauc ? [] : new[] { _file.Groups == _file.Rows ? "Every row is a group of its own, so there is no GAUC." : "No group has both a positive and a negative, so there is no GAUC." },
        ],
        [.. new[]
        {
            Table("auc", "AUC", $"higher is better; 0.5 is chance{(_leftOut.Count > 0 ? "; – where there are too few positives or negatives to count" : "")}", c => IsCounted(c) ? c.Auc : null, null),
            Table("gauc", "GAUC", "AUC inside each group: how well rows of one list are ordered; higher is better", c => IsCounted(c) ? c.Gauc : null, null),
            Table("log-loss", "Log loss", "mean cross-entropy in nats; lower is better", c => c.Logloss, null),
            Table("calibration", "Calibration", "sum of scores over sum of positives; 1 is right, above 1 the model promises too much", c => c.Calibration, 1),
        }.OfType<Figure>()]);

    /// <summary>The AUC of a handful of rows is left out of means and tests, and would be read for more than it is in a picture.</summary>
    bool IsCounted(FileCell cell) => cell.Level == "total" || !_leftOut.Contains((cell.Scenario, cell.Task));

    bool HasGauc => _file.Variants.Any(v => v.Cells.Any(c => c.Gauc is not null));

    Figure? Table(string id, string title, string meaning, Func<FileCell, FileSpread?> metric, double? center)
    {
        var hasSeeds = _file.Variants.Any(v => v.Runs.Length > 1);
        var rows = (from variant in _file.Variants
                    from cell in variant.Cells
                    where ((cell.Level == _file.Level && _drawn.Contains(cell.Scenario)) || cell.Level == "total") && (metric(cell) is not null || !IsCounted(cell))
                    let spread = metric(cell)
                    select (FigureValue[])
                    [
                        cell.Task, cell.Level == "total" ? "all rows" : cell.Scenario, variant.Variant, spread?.Mean, .. hasSeeds ? [spread?.Sd, spread?.Seeds] : Array.Empty<FigureValue>(), cell.Rows, cell.Positives,
                    ]).ToImmutableArray();
        if (rows.All(r => r[3].Number is null)) return null;
        return new Figure
        {
            Id = id,
            Title = $"{title} by scenario and model",
            Description = $"{title}, {(hasSeeds ? "mean over seeds: " : "")}{meaning}. {Reading(rows, title)}",
            Kind = FigureKind.Heat,
            Encoding = new Encoding { X = "model", Y = "scenario", Value = "value", Scale = center is null ? "sequential" : "diverging", Center = center },
            Columns =
            [
                new("task", "Task"), new("scenario", "Scenario"), new("model", "Model"), Column.Number("value", title),
                .. hasSeeds ? [Column.Number("sd", "Deviation over seeds"), Column.Integer("seeds", "Seeds")] : Array.Empty<Column>(),
                Column.Integer("rows", "Rows"), Column.Integer("positives", "Positives"),
            ],
            Rows = rows,
            Select = ["task"],
        };
    }

    /// <summary>The ends over all rows, task by task: a fact, no verdict.</summary>
    static string Reading(ImmutableArray<FigureValue[]> rows, string title) => string.Join(" ", rows.Where(r => r[1].Text == "all rows").GroupBy(r => r[0].Text).Select(task =>
    {
        var (least, most) = (task.MinBy(r => r[3].Number)!, task.MaxBy(r => r[3].Number)!);
        return $"{task.Key} over all rows: {title} from {Words.Metric(least[3].Number)} ({least[2].Text}) to {Words.Metric(most[3].Number)} ({most[2].Text}).";
    }));
}
