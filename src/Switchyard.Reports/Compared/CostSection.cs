using System.Collections.Immutable;

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
            Scatter(),
            Table(),
        }.OfType<Figure>()]);

    Figure? Scatter()
    {
        (string Title, Func<FileVariant, double?> Of)[] costs =
        [
            ("active parameters", v => v.ActiveParameters?.Mean), ("operations of a row", v => v.FlopsPerRow?.Mean), ("all trained values, embedding tables included", v => v.Parameters),
        ];
        var rows = costs.SelectMany(c => _file.Variants.Where(v => c.Of(v) is not null).Select(v => new FigureValue[] { c.Title, v.Variant, c.Of(v), v.Mean(_file.Level)?.Mean })).ToImmutableArray();
        return rows.IsEmpty ? null : new()
        {
            Id = "cost-auc",
            Title = "Cost and mean AUC",
            Description = "Each point is a model: what it costs, counted as chosen below (right), and mean AUC over the cells (up). Up and left is better: quality for less. Where points lie close, some have no name beside them; pointing at one names it, and the table has all.",
            Kind = FigureKind.Scatter,
            Encoding = new Encoding { X = "cost", Y = "mean_auc", Label = "model" },
            Columns = [new("counted", "Counted"), new("model", "Model"), Column.Integer("cost", "Cost"), Column.Number("mean_auc", "Mean AUC")],
            Rows = rows,
            Select = ["counted"],
        };
    }

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
