using System.Text.Json.Nodes;

namespace Switchyard;

/// <summary>A data report for programs.</summary>
static class DataReportJson
{
    public static string Write(DataReport report) => new JsonObject
    {
        ["worst"] = Word(report.Worst),
        ["rows"] = report.Rows,
        ["findings"] = JsonReport.List(report.Findings, f => new JsonObject
        {
            ["verdict"] = Word(f.Verdict),
            ["check"] = f.Check,
            ["subject"] = f.Subject,
            ["text"] = f.Text,
            ["count"] = f.Count,
            ["examples"] = JsonReport.List(f.Examples, e => JsonValue.Create(e)!),
        }),
        ["labels"] = JsonReport.List(report.Labels, l => new JsonObject
        {
            ["task"] = l.Task,
            ["scenario"] = l.Scenario,
            ["part"] = l.Part,
            ["observed"] = l.Observed,
            ["positives"] = l.Positives,
            ["rate"] = l.Rate,
        }),
        ["field_auc"] = JsonReport.List(report.FieldAucs, a => new JsonObject { ["field"] = a.Field, ["task"] = a.Task, ["auc"] = a.Auc, ["measured_on"] = a.MeasuredOn }),
        ["unseen"] = JsonReport.List(report.Unseen, u => new JsonObject
        {
            ["field"] = u.Field,
            ["part"] = u.Part,
            ["unseen"] = u.Unseen,
            ["values"] = u.Values,
            ["share"] = u.Share,
        }),
    }.ToJsonString(JsonReport.Options);

    static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();
}
