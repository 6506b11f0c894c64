using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Importance for programs.</summary>
static class ImportanceJson
{
    public static string Write(ImportanceReport report) => new JsonObject
    {
        ["part"] = report.Part.Name(),
        ["rows"] = report.Rows,
        ["rows_in_part"] = report.RowsInPart,
        ["repeats"] = report.Options.Repeats,
        ["seed"] = report.Options.Seed,
        ["permuted"] = report.Options.AcrossScenarios ? "across" : "within",
        ["confidence"] = 1 - ImportanceReport.Level,
        ["base_auc"] = new JsonObject(report.Base.Totals.Select(t => KeyValuePair.Create(t.Task, (JsonNode?)JsonValue.Create(t.Metrics.Auc)))),
        ["fields"] = JsonReport.List(report.Fields, f => new JsonObject
        {
            ["name"] = f.Unit.Name,
            ["column"] = f.Unit.Column,
            ["fields"] = JsonReport.List(f.Unit.Fields, n => JsonValue.Create(n)!),
            ["scenario_column"] = f.Unit.IsScenario,
            ["levels_below"] = JsonReport.List(f.Unit.LevelsBelow, n => JsonValue.Create(n)!),
            ["without_effect"] = f.IsWithoutEffect,
            ["mean_auc"] = Of(f.Loss.MeanAuc),
            ["cells"] = JsonReport.List(f.Loss.Cells, c => Cell(report, f, c)),
        }),
        ["one_scenario"] = JsonReport.List(report.OneScenario, o => new JsonObject
        {
            ["name"] = o.Unit.Name,
            ["level"] = o.Level,
            ["scenario"] = o.Scenario,
            ["task"] = o.Task,
            ["auc"] = Of(o.Drop),
            ["next_scenario"] = o.NextScenario,
            ["next_auc"] = Of(o.Next),
            ["compared"] = o.Compared,
            ["too_small"] = o.TooSmall,
        }),
        ["fixed"] = JsonReport.List(report.Fixed, f => new JsonObject { ["name"] = f.Field, ["value"] = f.Value }),
    }.ToJsonString(JsonReport.Options);

    static JsonObject Cell(ImportanceReport report, FieldImportance field, CellDifference cell) => new()
    {
        ["level"] = cell.Level,
        ["scenario"] = cell.Scenario,
        ["task"] = cell.Task,
        ["rows"] = cell.Rows,
        ["positives"] = cell.Positives,
        ["auc"] = Of(cell.Auc),
        ["logloss"] = Of(cell.LogLoss),
        ["significant"] = report.IsSignificant(field, cell),
    };

    static JsonObject? Of(Difference? difference) => difference is null ? null : new JsonObject
    {
        ["drop"] = difference.Value,
        ["low"] = difference.Value - difference.HalfWidth(),
        ["high"] = difference.Value + difference.HalfWidth(),
        ["p"] = difference.PValue,
    };
}
