using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Importance as a table: a line for every field × scenario × task. Values that do not exist are empty.</summary>
static class ImportanceCsv
{
    static readonly string[] Heads =
    [
        "field", "column", "level", "scenario", "task", "rows", "positives",
        "auc_drop", "auc_low", "auc_high", "auc_p", "significant", "logloss_rise", "logloss_low", "logloss_high",
    ];

    public static void Write(ImportanceReport report, TextWriter writer)
    {
        using var table = new CsvTable(writer, Heads);
        foreach (var field in report.Fields)
        {
            foreach (var cell in field.Loss.Cells) table.Add([.. Place(field, cell), .. Drop(cell.Auc), .. Test(report.IsSignificant(field, cell), cell.Auc), .. Drop(cell.LogLoss)]);
        }
    }

    static string[] Place(FieldImportance field, CellDifference cell) =>
        [field.Unit.Name, field.Unit.Column, cell.Level, cell.Scenario, cell.Task, CsvTable.Text(cell.Rows), CsvTable.Text(cell.Positives)];

    static string[] Drop(Difference? difference) => difference is not { } d
        ? ["", "", ""]
        : [CsvTable.Text(d.Value), CsvTable.Text(d.Value - d.HalfWidth()), CsvTable.Text(d.Value + d.HalfWidth())];

    static string[] Test(bool? significant, Difference? difference) =>
        [difference is { } d ? CsvTable.Text(d.PValue) : "", significant is { } found ? found ? "1" : "0" : ""];
}
