using System.Globalization;
using System.Text;

namespace Switchyard;

/// <summary>A data report for people.</summary>
static class DataReportText
{
    const int Fields = 10;
    const int Scenarios = 20;

    public static string Write(DataReport report)
    {
        var text = new StringBuilder();
        foreach (var finding in report.Findings)
        {
            var subject = finding.Subject.Length > 0 ? $"{finding.Subject}: " : "";
            var examples = finding.Examples.IsEmpty ? "" : $" ({string.Join("; ", finding.Examples)})";
            text.Append(CultureInfo.InvariantCulture, $"{finding.Verdict.ToString().ToUpperInvariant(),-4} {finding.Check,-16} ");
            text.Append(OneLine.Of($"{subject}{finding.Text}{examples}")).Append('\n');
        }

        Labels(text, report);
        Aucs(text, report);
        var count = report.Findings.CountBy(f => f.Verdict).ToDictionary(c => c.Key, c => c.Value);
        text.Append(CultureInfo.InvariantCulture,
            $"\n{report.Worst.ToString().ToUpperInvariant()}: {count.GetValueOrDefault(Verdict.Fail)} FAIL, {count.GetValueOrDefault(Verdict.Warn)} WARN, {count.GetValueOrDefault(Verdict.Pass)} PASS");
        return text.ToString();
    }

    static void Labels(StringBuilder text, DataReport report)
    {
        if (report.Labels.IsEmpty) return;
        text.Append("\nLabel rates (positives / observed)\n");
        var lines = report.Labels.GroupBy(l => (l.Task, l.Scenario)).ToList();
        var scenarios = lines.Where(l => l.Key.Scenario is not null).OrderByDescending(l => l.Sum(r => r.Observed)).ThenBy(l => l.Key.Scenario, StringComparer.Ordinal).ToList();
        Row("task", "scenario", "train", "validation", "test");
        foreach (var line in lines.Where(l => l.Key.Scenario is null).Concat(scenarios.Take(Scenarios)))
            Row(line.Key.Task, line.Key.Scenario ?? "all", Cell(line, "train"), Cell(line, "validation"), Cell(line, "test"));
        if (scenarios.Count > Scenarios)
            text.Append(CultureInfo.InvariantCulture, $"  … {scenarios.Count - Scenarios} more in the JSON\n");

        static string Cell(IEnumerable<LabelRate> rates, string part) =>
            rates.FirstOrDefault(r => r.Part == part) is { Rate: { } rate } r
                ? string.Create(CultureInfo.InvariantCulture, $"{r.Positives:N0} / {r.Observed:N0} = {rate:P2}")
                : "–";

        void Row(string task, string scenario, string train, string validation, string test) =>
            text.Append(CultureInfo.InvariantCulture, $"  {OneLine.Of(task),-16} {OneLine.Of(scenario),-30} {train,-28} {validation,-28} {test}\n");
    }

    static void Aucs(StringBuilder text, DataReport report)
    {
        if (report.FieldAucs.IsEmpty) return;
        text.Append("\nSingle-field AUC, the best ten (label rate per value or quantile, fitted on training rows)\n");
        foreach (var auc in report.FieldAucs.Take(Fields))
            text.Append(CultureInfo.InvariantCulture, $"  {auc.Auc:0.0000}  {OneLine.Of(auc.Field),-24} {OneLine.Of(auc.Task),-16} on {auc.MeasuredOn}\n");
    }
}
