using System.Globalization;
using System.Text;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Importance for people: all fields, then field × scenario for every task, then what helps one scenario only.</summary>
sealed class ImportanceText
{
    /// <summary>Scenarios that fit beside each other; all are in JSON and CSV.</summary>
    const int Scenarios = 8;

    const int Fields = 20;

    readonly ImportanceReport _report;
    readonly StringBuilder _text = new();
    readonly string[] _tasks;

    ImportanceText(ImportanceReport report) => (_report, _tasks) = (report, [.. report.Base.Totals.Select(t => t.Task)]);

    public static string Write(ImportanceReport report) => new ImportanceText(report).Write();

    string Write()
    {
        var options = _report.Options;
        Line($"{_report.Part.Name()}: {_report.Rows:N0} of {_report.RowsInPart:N0} rows; every field permuted {options.Repeats} times {(options.AcrossScenarios ? "across all rows" : "within every scenario")}, seed {options.Seed}");
        Line($"AUC with nothing permuted: {string.Join(", ", _report.Base.Totals.Select(t => $"{t.Task} {Fixed(t.Metrics.Auc)}"))}");
        Line($"");
        Line($"What the model loses without a field (drop of AUC, ± 95 %; rise of log loss):");
        Line($"");
        string[] heads = ["field", "mean AUC", .. _tasks.SelectMany(t => new[] { $"{t} AUC", $"{t} log loss" })];
        MarkdownTable.Append(_text, heads, 1, [.. _report.Fields.Select(Totals)]);
        foreach (var task in _tasks) OfScenarios(task);
        OneScenario();
        Notes();
        return _text.ToString().TrimEnd();
    }

    string[] Totals(FieldImportance field)
    {
        var totals = field.Loss.Cells.Where(c => c.Level == "total").ToDictionary(c => c.Task, StringComparer.Ordinal);
        return [Name(field.Unit), Text(field.Loss.MeanAuc), .. _tasks.SelectMany(t => new[] { Text(totals[t].Auc), Signed(totals[t].LogLoss) })];
    }

    /// <summary>The finest level's scenarios with the most positives, side by side.</summary>
    void OfScenarios(string task)
    {
        var scenarios = _report.Fields.Take(1).SelectMany(f => f.Loss.Cells).Where(c => c.Task == task && c.Level == "leaf" && c.Counted).ToArray();
        if (scenarios.Length < 2) return;
        var shown = scenarios.OrderByDescending(s => s.Positives).Take(Scenarios).ToArray();
        var fields = _report.Fields.Where(f => !f.IsWithoutEffect).Take(Fields).ToArray();
        if (fields.Length == 0) return;
        Line($"");
        Line($"{task}: drop of AUC in every scenario (* more than chance)");
        Line($"");
        MarkdownTable.Append(_text, ["field", .. shown.Select(s => s.Scenario)], 1, [.. fields.Select(f => Row(f, task, shown))]);
        if (scenarios.Length > shown.Length) Line($"{scenarios.Length - shown.Length} more scenarios with fewer positives: in --json and --csv");
        if (_report.Fields.Length > fields.Length) Line($"{_report.Fields.Length - fields.Length} more fields: in --json and --csv");
    }

    string[] Row(FieldImportance field, string task, CellDifference[] shown)
    {
        var cells = field.Loss.Cells.Where(c => c.Task == task).ToDictionary(c => c.Node);
        return [Name(field.Unit), .. shown.Select(s => Signed(cells[s.Node].Auc) + (_report.IsSignificant(field, cells[s.Node]) == true ? "*" : " "))];
    }

    void OneScenario()
    {
        Line($"");
        if (_report.OneScenario.IsEmpty)
        {
            Line($"Helps one scenario only: no field.");
            return;
        }

        Line($"Helps one scenario only:");
        foreach (var found in _report.OneScenario)
        {
            var others = found.TooSmall == 0 ? $"all {found.Compared} others compared" : $"{found.Compared} others compared, {found.TooSmall} too small to compare";
            Line($"  {Name(found.Unit)}: {found.Task} in {found.Scenario}, drop {Text(found.Drop)}; elsewhere at most {Text(found.Next)} ({found.NextScenario}; {others})");
        }
    }

    void Notes()
    {
        Line($"");
        foreach (var (field, value) in _report.Fixed) Line($"{field} is a position field: {value} in all scoring, so it is not permuted.");
        foreach (var field in _report.Fields.Where(f => f.Unit.Fields.Length > (f.Unit.IsScenario ? 0 : 1)))
            Line($"{string.Join(", ", field.Unit.Fields)} read{(field.Unit.Fields.Length > 1 ? "" : "s")} column {field.Unit.Column}{(field.Unit.IsScenario ? ", which is also the scenario" : "")}: permuted together.");
        foreach (var unit in _report.Fields.Select(f => f.Unit).Where(u => u.LevelsBelow.Length > 0))
            Line($"{Name(unit)} is permuted together with the levels below it: {string.Join(", ", unit.LevelsBelow)}.");
        var without = _report.Fields.Where(f => f.IsWithoutEffect).Select(f => Name(f.Unit)).ToArray();
        if (without.Length > 0) Line($"No score changes without {string.Join(", ", without)}: unused, or the same in all rows{(_report.Options.AcrossScenarios ? "" : " of a scenario")}.");
        Line($"* and 'one scenario only' at 5 %, corrected for all fields, scenarios and tasks (Benjamini and Hochberg).");
    }

    static string Name(ImportanceUnit unit) => OneLine.Of(unit.IsScenario ? $"{unit.Name} (scenario)" : unit.Name);

    static string Text(Difference? difference) =>
        difference is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{Signed(difference)} ± {difference.HalfWidth():0.0000}");

    static string Signed(Difference? difference) => difference?.Value.ToString("0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture) ?? "";

    static string Fixed(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "undefined";

    void Line(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
