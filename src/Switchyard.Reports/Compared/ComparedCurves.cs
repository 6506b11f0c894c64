using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>ROC and calibration curves of all models over each other, cell by cell.</summary>
sealed class ComparedCurves(ComparisonSubject comparison)
{
    /// <summary>Points of all curves together, so that the file stays small: of more scenarios those with the most rows have curves.</summary>
    const int MostPoints = 20_000;

    /// <summary>null where the rows or scores are not at hand; the provenance then says why.</summary>
    public Section? Build()
    {
        if (comparison.Rows is not { } rows || comparison.Scores.IsEmpty) return null;
        var all = NodeRows.Of(rows.Layout, rows.Leaves);
        var level = all.Length > 1 ? all[1].Level : "total";
        var most = Math.Max(1, MostPoints / (Curves.RocPoints * rows.Labels.Length * comparison.Scores.Length));
        var scenarios = all.Where(n => n.Level == level && n.Level != "total").ToList();
        var kept = scenarios.OrderByDescending(n => n.Rows.Length).Take(most - 1).ToHashSet();
        ImmutableArray<NodeRows> nodes = [all[0], .. scenarios.Where(kept.Contains)];
        return new Section(
            "curves",
            "Curves",
            [$"Of every model's first seed.{(kept.Count < scenarios.Count ? $" The {kept.Count} scenarios with the most rows have curves; {scenarios.Count - kept.Count} smaller ones have none." : "")}"],
            [
                Figure("roc", "ROC curves", "Of all positives, the share found (up) when so many of the negatives are let through (right), model by model. Where curves lie on each other, the models rank that cell alike.", "False positive rate", "True positive rate",
                    Points((node, task, scores) => Curves.Roc(node.Rows, scores[task], rows.Labels[task]).Select(p => (p.FalsePositives, p.TruePositives)))),
                Figure("calibration-curves", "Calibration curves", "What a model promised on average (right) and what share came (up), for rows in groups of equal size by score. On the diagonal scores are probabilities.", "Mean score", "Share of positives",
                    Points((node, task, scores) => Curves.Calibration(node.Rows, scores[task], rows.Labels[task]).Select(p => (p.Score, p.Rate)))),
            ]);

        ImmutableArray<FigureValue[]> Points(Func<NodeRows, int, float[][], IEnumerable<(double X, double Y)>> curve) =>
        [
            .. from node in nodes
               from task in Enumerable.Range(0, rows.Labels.Length)
               from model in comparison.Scores
               from point in curve(node, task, model.Scores)
               select new FigureValue[] { rows.Layout.Tasks[task], node.Level == "total" ? "all rows" : node.Scenario, model.Variant, point.X, point.Y },
        ];
    }

    static Figure Figure(string id, string title, string description, string x, string y, ImmutableArray<FigureValue[]> rows) => new()
    {
        Id = id,
        Title = title,
        Description = description,
        Kind = FigureKind.Line,
        Encoding = new Encoding { X = "x", Y = "y", Series = "model", Dash = "diagonal" },
        Columns = [new("task", "Task"), new("scenario", "Scenario"), new("model", "Model"), Column.Number("x", x), Column.Number("y", y)],
        Rows = rows,
        Select = ["task", "scenario"],
    };
}
