namespace Switchyard.Reports;

/// <summary>What quality costs: weights, work and time against mean AUC.</summary>
sealed class CostSection(ComparisonSubject comparison)
{
    readonly ComparisonFile _file = comparison.File;

    public Section Build() => new(
        "cost",
        "What it costs",
        ["Active parameters are those a row uses (of experts only the chosen ones), embedding tables left out; operations are those of a row's matrix products. Rows per second depend on the machine and on what else it did."],
        [.. new[]
        {
            Scatter("cost-active-parameters", "Active parameters", "active parameters", v => v.ActiveParameters?.Mean),
            Scatter("cost-operations", "Operations of a row", "operations of a row", v => v.FlopsPerRow?.Mean),
            Scatter("cost-parameters", "All trained values", "trained values, embedding tables included", v => v.Parameters),
            Scatter("cost-speed", "Training rows per second", "training rows a second", v => v.RowsPerSecond?.Mean),
            Table(),
        }.OfType<Figure>()]);

    Figure? Scatter(string id, string title, string what, Func<FileVariant, double?> cost) => !_file.Variants.Any(v => cost(v) is not null) ? null : new()
    {
        Id = id,
        Title = $"{title} and mean AUC",
        Description = $"Each point is a model: {what} (right) and mean AUC over the cells (up). {(id == "cost-speed" ? "Up and right is better." : "Up and left is better: quality for less.")}",
        Kind = FigureKind.Scatter,
        Encoding = new Encoding { X = "cost", Y = "mean_auc", Label = "model" },
        Columns = [new("model", "Model"), new Column("cost", title, ColumnType.Integer), Column.Number("mean_auc", "Mean AUC")],
        Rows = [.. _file.Variants.Where(v => cost(v) is not null).Select(v => new FigureValue[] { v.Variant, cost(v), v.Mean(_file.Level)?.Mean })],
    };

    Figure Table() => new()
    {
        Id = "cost",
        Title = "Cost of every model",
        Description = "Weights, work and training time; means over seeds.",
        Kind = FigureKind.Table,
        Columns =
        [
            new("model", "Model"), Column.Number("mean_auc", "Mean AUC"), Column.Integer("parameters", "Trained values"), Column.Integer("dense", "Without tables"), Column.Integer("active", "Active"),
            Column.Integer("operations", "Operations of a row"), Column.Integer("speed", "Training rows per second"), Column.Number("seconds", "Seconds of training", 1),
        ],
        Rows = [.. _file.Variants.Select(v => new FigureValue[]
        {
            v.Variant, v.Mean(_file.Level)?.Mean, v.Parameters, v.DenseParameters, v.ActiveParameters?.Mean, v.FlopsPerRow?.Mean, v.RowsPerSecond?.Mean, v.Runs.Average(r => r.Seconds),
        })],
    };
}
