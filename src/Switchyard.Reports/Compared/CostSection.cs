namespace Switchyard.Reports;

/// <summary>What quality costs: weights and work against mean AUC.</summary>
sealed class CostSection(ComparisonSubject comparison)
{
    readonly ComparisonFile _file = comparison.File;

    public Section Build() => new(
        "cost",
        "What it costs",
        ["Active parameters are those a row uses (of experts only the chosen ones), embedding tables left out; operations are those of a row's matrix products."],
        [.. new[]
        {
            Scatter("cost-active-parameters", "Active parameters", "active parameters", v => v.ActiveParameters?.Mean),
            Scatter("cost-operations", "Operations of a row", "operations of a row", v => v.FlopsPerRow?.Mean),
            Scatter("cost-parameters", "All trained values", "trained values, embedding tables included", v => v.Parameters),
            Table(),
        }.OfType<Figure>()]);

    Figure? Scatter(string id, string title, string what, Func<FileVariant, double?> cost) => !_file.Variants.Any(v => cost(v) is not null) ? null : new()
    {
        Id = id,
        Title = $"{title} and mean AUC",
        Description = $"Each point is a model: {what} (right) and mean AUC over the cells (up). Up and left is better: quality for less.",
        Kind = FigureKind.Scatter,
        Encoding = new Encoding { X = "cost", Y = "mean_auc", Label = "model" },
        Columns = [new("model", "Model"), new Column("cost", title, ColumnType.Integer), Column.Number("mean_auc", "Mean AUC")],
        Rows = [.. _file.Variants.Where(v => cost(v) is not null).Select(v => new FigureValue[] { v.Variant, cost(v), v.Mean(_file.Level)?.Mean })],
    };

    Figure Table() => new()
    {
        Id = "cost",
        Title = "Cost of every model",
        Description = "Weights and work of every model, with its mean AUC.",
        Kind = FigureKind.Table,
        Columns =
        [
            new("model", "Model"), Column.Number("mean_auc", "Mean AUC"), Column.Integer("parameters", "Trained values"), Column.Integer("dense", "Without tables"), Column.Integer("active", "Active"),
            Column.Integer("operations", "Operations of a row"),
        ],
        Rows = [.. _file.Variants.Select(v => new FigureValue[]
        {
            v.Variant, v.Mean(_file.Level)?.Mean, v.Parameters, v.DenseParameters, v.ActiveParameters?.Mean, v.FlopsPerRow?.Mean,
        })],
    };
}
