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
                    ? $"A cell is a scenario and a task. What it gains or loses is its AUC minus that under {Words.All([.. _file.Controls.Select(_file.Meaning)])}; losing to a model per scenario is negative transfer. ▲ gain, ▼ loss, · undecided."
                    : "There is no control (a variant called single or pooled), so nothing says whether sharing helps; the differences are from the baseline.",
                .. comparison.LeftOut is { } left ? [left] : Array.Empty<string>(),
            ],
            [.. new[] { Map(rows), Seesaw(rows), VerdictTable() }.OfType<Figure>()]);
    }

    IEnumerable<FigureValue[]> Rows() =>
        from reference in _file.References
        from variant in _file.Variants
        where variant.Variant != reference
        from cell in _file.Cells(variant.Variant, reference)
        where _drawn.Contains(cell.Scenario!)
        let interval = cell.Bootstrap!
        select new FigureValue[]
        {
            reference, variant.Variant, cell.Scenario, cell.Task, cell.Cell, interval.Difference, interval.Low, interval.High, comparison.Decisions.P(cell),
            comparison.Decisions.Verdict(cell),
        };

    static ImmutableArray<Column> Columns { get; } =
    [
        new("reference", "Against"), new("model", "Model"), new("scenario", "Scenario"), new("task", "Task"), new("cell", "Cell"), Column.Number("difference", "Difference of AUC"),
        Column.Number("low", "Lower end"), Column.Number("high", "Upper end"), Column.Number("p_holm", "p, corrected"), new("verdict", "Verdict"),
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
        Description = "One model's gain in every cell with its interval. A filled point is decided: right of 0 the cell gains against what the model is compared with, left of it the cell pays. " +
            "A hollow point is undecided, also where its interval, which is not corrected, misses 0.",
        Kind = FigureKind.Interval,
        Encoding = new Encoding { Category = "cell", Value = "difference", Low = "low", High = "high", Verdict = "verdict", Zero = 0 },
        Columns = Columns,
        Rows = [.. rows.OrderBy(r => r[1].Text == comparison.Told?.Variant ? 0 : 1).ThenByDescending(r => r[5].Number).GroupBy(r => (r[0], r[1])).SelectMany(g => g)],
        Select = ["reference", "model"],
    };

    /// <summary>The ends against each reference, so that the text is true whichever is chosen.</summary>
    string Extremes() => string.Join(' ', _file.References.Select(reference =>
    {
        var cells = _file.Variants.SelectMany(v => _file.Cells(v.Variant, reference)).Where(c => comparison.Decisions.Verdict(c) != FileDifference.Undecided).ToList();
        if (cells.Count == 0) return $"Against {reference} no difference of a cell is shown.";
        var (most, least) = (cells.MaxBy(c => c.Bootstrap!.Difference)!, cells.MinBy(c => c.Bootstrap!.Difference)!);
        var gain = most.Bootstrap!.Difference > 0 ? $"the largest gain is that of {most.Variant} in {most.Scenario}, {most.Task} ({Words.Signed(most.Bootstrap.Difference)})" : "no gain is shown";
        var loss = least.Bootstrap!.Difference < 0 ? $"the largest loss that of {least.Variant} in {least.Scenario}, {least.Task} ({Words.Signed(least.Bootstrap.Difference)})" : "no loss is shown";
        return $"Against {reference}, {gain}; {loss}.";
    }));

    /// <summary>How many cells every model gains and loses against the controls; models of which nothing is shown are named below.</summary>
    Figure? VerdictTable()
    {
        var verdicts = (from control in _file.Controls
                        from variant in _file.Variants
                        let cells = _file.Cells(variant.Variant, control).ToLookup(comparison.Decisions.Verdict)
                        where cells.Count > 0
                        select (variant.Variant, Control: control, Cells: cells)).ToList();
        if (verdicts.Count == 0) return null;
        var shown = verdicts.Where(v => v.Cells.Contains(FileDifference.Gain) || v.Cells.Contains(FileDifference.Loss)).ToList();
        var silent = verdicts.Except(shown).GroupBy(v => v.Control).Select(c => $"of {Words.All([.. c.Select(v => v.Variant)])} against {c.Key}").ToList();
        if (shown.Count == 0) return null;
        return new()
        {
            Id = "verdicts",
            Title = "Verdicts",
            Description = $"For every model and control: in how many cells a gain, a loss or neither is shown.{(silent.Count == 0 ? "" : $" In no cell is a difference shown {Words.All(silent)}.")}",
            Kind = FigureKind.Table,
            Columns =
            [
                new("model", "Model"), new("reference", "Against"), Column.Integer("gains", "Gains"), Column.Integer("losses", "Losses"), Column.Integer("undecided", "Undecided"),
                new("most_gain", "Most gain in"), new("most_loss", "Most loss in"),
            ],
            Rows = [.. shown.Select(v => new FigureValue[]
            {
                v.Variant, v.Control, v.Cells[FileDifference.Gain].Count(), v.Cells[FileDifference.Loss].Count(), v.Cells[FileDifference.Undecided].Count(),
                Most(v.Cells[FileDifference.Gain]), Most(v.Cells[FileDifference.Loss]),
            })],
        };

        static string? Most(IEnumerable<FileDifference> cells) =>
            cells.MaxBy(c => Math.Abs(c.Bootstrap!.Difference)) is { } most ? $"{most.Scenario}, {most.Task} ({Words.Signed(most.Bootstrap!.Difference)})" : null;
    }
}
