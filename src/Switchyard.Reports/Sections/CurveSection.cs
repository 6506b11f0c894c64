using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>ROC and calibration curves of every scenario × task.</summary>
sealed class CurveSection
{
    /// <summary>Lines that one picture can hold; with more scenarios every scenario has its own.</summary>
    const int MostLines = 8;

    /// <summary>Scenarios that have curves: of more, those with the most rows.</summary>
    const int MostScenarios = 60;

    readonly MeasuredRows _rows;
    readonly float[][] _scores;
    readonly ImmutableArray<NodeRows> _nodes;
    readonly int _left;

    public CurveSection(MeasuredRows rows, float[][] scores)
    {
        (_rows, _scores) = (rows, scores);
        var all = NodeRows.Of(rows.Layout, rows.Leaves);
        var level = all.Length > 1 ? all[1].Level : "total";
        var scenarios = all.Where(n => n.Level == level && n.Level != "total").ToList();
        var kept = scenarios.OrderByDescending(n => n.Rows.Length).Take(MostScenarios).ToHashSet();
        _left = scenarios.Count - kept.Count;
        _nodes = [all[0], .. scenarios.Where(kept.Contains)];
    }

    public Section Build() => new(
        "curves",
        "Curves",
        _left == 0 ? [] : [$"The {MostScenarios} scenarios with the most rows have curves; {Words.Count(_left, "smaller one")} have none."],
        [Roc(), Calibration()]);

    bool SeriesAreScenarios => _nodes.Length <= MostLines;

    string Series => SeriesAreScenarios ? "scenario" : "task";

    ImmutableArray<string> Select => SeriesAreScenarios ? ["task"] : ["scenario"];

    Figure Roc() => new()
    {
        Id = "roc",
        Title = "ROC curves",
        Description = "Of all positives, the share found (up) when so many of the negatives are let through (right). The further a curve bends to the upper left, the better; the area under it is the AUC, and the diagonal is chance.",
        Kind = FigureKind.Line,
        Encoding = new Encoding { X = "false_positives", Y = "true_positives", Series = Series, Dash = "diagonal" },
        Columns = [new("task", "Task"), new("scenario", "Scenario"), Column.Number("false_positives", "False positive rate"), Column.Number("true_positives", "True positive rate")],
        Rows = [.. Cells().SelectMany(c => Curves.Roc(c.Node.Rows, _scores[c.Task], _rows.Labels[c.Task])
            .Select(p => new FigureValue[] { _rows.Layout.Tasks[c.Task], Name(c.Node), p.FalsePositives, p.TruePositives }))],
        Select = Select,
        Note = $"Each curve is thinned to at most {Curves.RocPoints} of its points.",
    };

    Figure Calibration() => new()
    {
        Id = "calibration-curves",
        Title = "Calibration curves",
        Description = "Rows in groups of equal size by score: what the model promised on average (right) and what share was positive (up). On the diagonal scores are probabilities; below it the model promises too much.",
        Kind = FigureKind.Line,
        Encoding = new Encoding { X = "score", Y = "rate", Low = "low", High = "high", Series = Series, Dash = "diagonal" },
        Columns =
        [
            new("task", "Task"), new("scenario", "Scenario"), Column.Number("score", "Mean score"), Column.Number("rate", "Share of positives"),
            Column.Number("low", "Lower end"), Column.Number("high", "Upper end"), Column.Integer("rows", "Rows"),
        ],
        Rows = [.. Cells().SelectMany(c => Curves.Calibration(c.Node.Rows, _scores[c.Task], _rows.Labels[c.Task])
            .Select(p => new FigureValue[] { _rows.Layout.Tasks[c.Task], Name(c.Node), p.Score, p.Rate, p.Low, p.High, p.Rows }))],
        Select = Select,
        Note = $"Up to {Curves.Bins} groups of at least 50 rows; bands are 95 % intervals of the share (Jeffreys).",
    };

    IEnumerable<(NodeRows Node, int Task)> Cells() => _nodes.SelectMany(node => Enumerable.Range(0, _scores.Length).Select(task => (node, task)));

    static string Name(NodeRows node) => node.Level == "total" ? "all rows" : node.Scenario;
}
