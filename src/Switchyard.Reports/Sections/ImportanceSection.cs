using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>What the model loses without each field.</summary>
/// <param name="report">The measurement; null where there is none.</param>
/// <param name="missing">Why there is none.</param>
sealed class ImportanceSection(ImportanceReport? report, string? missing)
{
    const int MostFields = 25;

    /// <summary>Of more, those with the most rows are drawn.</summary>
    const int MostScenarios = 60;

    public Section? Build()
    {
        if (report is null) return missing is null ? null : new Section("fields", "Fields", [missing], []);
        return new Section(
            "fields",
            "What every field is worth",
            [
                $"Each field's values were permuted {report.Options.Repeats} times within every scenario, on {Words.Number(report.Rows)} of {Words.Number(report.RowsInPart)} rows of the part {report.Part.Name()}: what AUC loses is what the model gets from the field alone. " +
                "Fields that say the same hide each other.",
                Only(),
            ],
            [Totals(), ByScenario()]);
    }

    string Only() => report!.OneScenario.IsEmpty
        ? "No field is shown to help one scenario only."
        : $"Fields that help one scenario only: {Words.List(report.OneScenario.Select(f => $"{f.Unit.Name} ({f.Task} in {f.Scenario})"))}.";

    Figure Totals()
    {
        var fields = report!.Fields.Take(MostFields).ToList();
        var means = fields.Where(f => f.Loss.MeanAuc is not null).Select(f => Row("mean over the cells", f, f.Loss.MeanAuc!));
        var totals = fields.SelectMany(f => f.Loss.Cells.Where(c => c.Level == "total" && c.Auc is not null).Select(c => Row($"{c.Task}, all rows", f, c.Auc!)));
        return new Figure
        {
            Id = "importance",
            Title = "Drop of AUC without each field",
            Description = $"How much AUC falls when a field's values are permuted, with 95 % intervals: the mean over the cells (scenario × task), or a task's AUC over all rows. A field whose interval holds 0 is not shown to matter.",
            Kind = FigureKind.Bar,
            Encoding = new Encoding { Category = "field", Value = "drop", Low = "low", High = "high" },
            Columns = [new("task", "Task"), new("field", "Field"), Column.Number("drop", "Drop of AUC"), Column.Number("low", "Lower end"), Column.Number("high", "Upper end")],
            Rows = [.. means, .. totals],
            Select = ["task"],
            Note = report.Fields.Length > MostFields ? $"The {MostFields} most important of {report.Fields.Length} fields." : null,
        };
    }

    static FigureValue[] Row(string measure, FieldImportance field, Difference drop) =>
        [measure, field.Unit.Name, drop.Value, drop.Value - drop.HalfWidth(), drop.Value + drop.HalfWidth()];

    Figure ByScenario()
    {
        var shown = report!.Base.Cells.Where(c => c.Level == "leaf").GroupBy(c => c.Scenario).OrderByDescending(s => s.Max(c => c.Metrics.Rows)).Select(s => s.Key).ToList();
        var kept = shown.Take(MostScenarios).ToHashSet();
        var rows = report!.Fields.Take(MostFields).SelectMany(f => f.Loss.Cells.Where(c => c.Auc is not null && (c.Level == "total" || (c.Level == "leaf" && kept.Contains(c.Scenario))))
            .Select(c => new FigureValue[]
            {
                c.Task, f.Unit.Name, c.Level == "total" ? "all rows" : c.Scenario, c.Auc?.Value, c.Auc?.Value - c.Auc?.HalfWidth(), c.Auc?.Value + c.Auc?.HalfWidth(),
                report.IsSignificant(f, c) switch { true => "yes", false => "no", _ => null },
            }));
        return new Figure
        {
            Id = "importance-by-scenario",
            Title = "Drop of AUC without each field, by scenario",
            Description = "A row is a field, a column a scenario: how much AUC falls there when the field's values are permuted. A field that matters in one column only is one that only that scenario needs.",
            Kind = FigureKind.Heat,
            Encoding = new Encoding { X = "scenario", Y = "field", Value = "drop", Scale = "diverging", Center = 0 },
            Columns =
            [
                new("task", "Task"), new("field", "Field"), new("scenario", "Scenario"), Column.Number("drop", "Drop of AUC"), Column.Number("low", "Lower end"),
                Column.Number("high", "Upper end"), new("significant", "More than chance"),
            ],
            Rows = [.. rows.Where(r => r[3].Number is not null)],
            Select = ["task"],
            Note = (shown.Count > kept.Count ? $"The {kept.Count} of {Words.Number(shown.Count)} scenarios with the most rows. " : "") + "More than chance: at 5 %, corrected for all fields, scenarios and tasks (Benjamini and Hochberg).",
        };
    }
}
