using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>Gain and loss of every cell against a model per scenario, one model for all and the baseline.</summary>
sealed class SeesawSection(ComparisonSubject comparison)
{
    readonly ComparisonFile _file = comparison.File;
    readonly ImmutableHashSet<string> _drawn = comparison.Drawn;

    public Section? Build()
    {
        var rows = Rows().ToImmutableArray();
        if (rows.IsEmpty) return null;
        return new Section(
            "seesaw",
            "Who gains and who pays",
            [
                _file.Controls.Any()
                    ? $"Negative transfer: a cell that is significantly worse than under {Words.List(_file.Controls.Select(Meaning))}. ▲ gain, ▼ loss, · undecided; p values are corrected over a model's cells (Holm)."
                    : "There is no control (a variant called single or pooled), so nothing says whether sharing helps; the differences are from the baseline.",
                .. Verdicts(),
                .. comparison.LeftOut is { } left ? [left] : Array.Empty<string>(),
            ],
            [.. new[] { Map(rows), Seesaw(rows), VerdictTable() }.OfType<Figure>()]);
    }

    string Meaning(string control) => control == _file.Single ? $"{control} (a model per scenario)" : $"{control} (one model for all scenarios)";

    IEnumerable<string> Verdicts() => _file.Losses.IsEmpty
        ? _file.Controls.Any() ? ["No model significantly loses a cell against the controls, over the cells of all models together (Holm)."] : []
        : [$"Significant losses over the cells of all models together (Holm): {Words.List(_file.Losses.Select(l => $"{l.Variant} against {l.Reference} in {l.Scenario} {l.Task} ({Words.Signed(l.Bootstrap!.Difference)})"))}."];

    IEnumerable<FigureValue[]> Rows() =>
        from reference in _file.References
        from variant in _file.Variants
        where variant.Variant != reference
        from cell in _file.Cells(variant.Variant, reference)
        where _drawn.Contains(cell.Scenario!)
        let interval = cell.Bootstrap!
        select new FigureValue[]
        {
            reference, variant.Variant, cell.Scenario, cell.Task, cell.Cell, interval.Difference, interval.Low, interval.High, cell.PHolm,
            cell.Verdict(_file.Significance),
        };

    static ImmutableArray<Column> Columns { get; } =
    [
        new("reference", "Against"), new("model", "Model"), new("scenario", "Scenario"), new("task", "Task"), new("cell", "Cell"), Column.Number("difference", "Difference of AUC"),
        Column.Number("low", "Lower end"), Column.Number("high", "Upper end"), Column.Number("p_holm", "p (Holm)"), new("verdict", "Verdict"),
    ];

    Figure Map(ImmutableArray<FigureValue[]> rows) => new()
    {
        Id = "transfer",
        Title = "Gain of every cell, all models",
        Description = $"A row is a cell (scenario and task), a column a model: its AUC minus that of what it is compared with. {Extremes()}",
        Kind = FigureKind.Heat,
        Encoding = new Encoding { X = "model", Y = "cell", Value = "difference", Verdict = "verdict", Scale = "diverging", Center = 0 },
        Columns = [Columns[0], Columns[1], Columns[4], Columns[5], Columns[9]],
        Rows = [.. rows.Select(r => new[] { r[0], r[1], r[4], r[5], r[9] })],
        Select = ["reference"],
    };

    Figure Seesaw(ImmutableArray<FigureValue[]> rows) => new()
    {
        Id = "seesaw",
        Title = "Seesaw: gain of every cell, one model",
        Description = "One model's gain in every cell with its interval. A filled point is decided after correction over the model's cells (Holm): right of 0 the cell gains against what the model is compared with, left of it the cell pays. " +
            $"A hollow point is undecided, also where its interval, which is not corrected, misses 0. Of all models and references, {Words.Decided(rows.Count(r => r[9].Text != FileDifference.Undecided), rows.Length)}.",
        Kind = FigureKind.Interval,
        Encoding = new Encoding { Category = "cell", Value = "difference", Low = "low", High = "high", Verdict = "verdict", Zero = 0 },
        Columns = Columns,
        Rows = [.. rows.OrderBy(r => r[1].Text == comparison.Told?.Variant ? 0 : 1).ThenByDescending(r => r[5].Number).GroupBy(r => (r[0], r[1])).SelectMany(g => g)],
        Select = ["reference", "model"],
    };

    string Extremes()
    {
        var reference = _file.References.First();
        var cells = _file.Variants.SelectMany(v => _file.Cells(v.Variant, reference)).Where(c => c.PHolm < _file.Significance).ToList();
        if (cells.Count == 0) return $"Against {reference} no cell differs significantly.";
        var (most, least) = (cells.MaxBy(c => c.Bootstrap!.Difference)!, cells.MinBy(c => c.Bootstrap!.Difference)!);
        var gain = most.Bootstrap!.Difference > 0 ? $"The largest significant gain against {reference}: {most.Variant} in {most.Scenario} {most.Task} ({Words.Signed(most.Bootstrap.Difference)})" : $"There is no significant gain against {reference}";
        var loss = least.Bootstrap!.Difference < 0 ? $"largest significant loss: {least.Variant} in {least.Scenario} {least.Task} ({Words.Signed(least.Bootstrap.Difference)})" : "no significant loss";
        return $"{gain}; {loss}.";
    }

    Figure? VerdictTable() => _file.Verdicts.IsEmpty ? null : new()
    {
        Id = "verdicts",
        Title = "Verdicts",
        Description = "For every model and control: in how many cells it is significantly better, worse, or undecided, and what that means.",
        Kind = FigureKind.Table,
        Columns = [new("model", "Model"), new("reference", "Against"), Column.Integer("gains", "Gains"), Column.Integer("losses", "Losses"), Column.Integer("undecided", "Undecided"), new("verdict", "In words")],
        Rows = [.. _file.Verdicts.Select(v => new FigureValue[] { v.Variant, v.Reference, v.Gains.Length, v.Loses.Length, v.Undecided.Length, v.Text })],
    };
}
