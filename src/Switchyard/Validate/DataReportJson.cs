using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard;

/// <summary>A data report for programs.</summary>
static class DataReportJson
{
    static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(DataReport report) => new JsonObject
    {
        ["worst"] = Word(report.Worst),
        ["rows"] = report.Rows,
        ["findings"] = List(report.Findings, f => new JsonObject
        {
            ["verdict"] = Word(f.Verdict),
            ["check"] = f.Check,
            ["subject"] = f.Subject,
            ["text"] = f.Text,
            ["count"] = f.Count,
            ["examples"] = List(f.Examples, e => JsonValue.Create(e)!),
        }),
        ["labels"] = List(report.Labels, l => new JsonObject
        {
            ["task"] = l.Task,
            ["scenario"] = l.Scenario,
            ["part"] = l.Part,
            ["observed"] = l.Observed,
            ["positives"] = l.Positives,
            ["rate"] = l.Rate,
        }),
        ["field_auc"] = List(report.FieldAucs, a => new JsonObject { ["field"] = a.Field, ["task"] = a.Task, ["auc"] = a.Auc, ["measured_on"] = a.MeasuredOn }),
        ["unseen"] = List(report.Unseen, u => new JsonObject
        {
            ["field"] = u.Field,
            ["part"] = u.Part,
            ["unseen"] = u.Unseen,
            ["values"] = u.Values,
            ["share"] = u.Share,
        }),
    }.ToJsonString(Options);

    static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode> write) => [.. items.Select(write)];
}
