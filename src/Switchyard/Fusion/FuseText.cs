using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Writes a <see cref="FuseReport"/>.</summary>
static class FuseText
{
    public static string Write(FuseReport report)
    {
        var text = new StringBuilder();
        Line($"{report.Objective}; {report.Groups.Taken:N0} of {report.Groups.All:N0} groups; lists in which nothing has a worth are left out");
        Line($"formula: {report.Formula}");
        Line($"gain: {report.Ways[^1]} less {report.Reference}, ± 95 % over groups");
        Line($"");
        string[] heads = ["scenario", "groups", .. report.Ways, "gain", "verdict", .. report.Weights, "note"];
        MarkdownTable.Append(text, heads, 1, [.. report.Scenarios.Select(s => Cells(report, s))]);
        return text.ToString().TrimEnd();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    public static JsonObject Json(FuseReport report) => new()
    {
        ["objective"] = report.Objective,
        ["formula"] = report.Formula,
        ["reference"] = report.Reference,
        ["groups"] = report.Groups.All,
        ["groups_taken"] = report.Groups.Taken,
        ["scenarios"] = JsonReport.List(report.Scenarios, s => new JsonObject
        {
            ["scenario"] = s.Scenario,
            ["groups"] = s.Groups,
            ["values"] = new JsonObject(report.Ways.Zip(s.Values).Select(v => KeyValuePair.Create(v.First, (JsonNode?)JsonValue.Create(v.Second)))),
            ["gain"] = s.Gain is { } gain ? new JsonObject { ["value"] = gain.Value, ["half_width"] = gain.HalfWidth(), ["standard_error"] = gain.StandardError } : null,
            ["verdict"] = s.Verdict,
            ["weights"] = new JsonObject(report.Weights.Zip(s.Weights).Select(w => KeyValuePair.Create(w.First, (JsonNode?)JsonValue.Create(w.Second)))),
            ["own"] = s.IsOwn,
        }),
    };

    static string[] Cells(FuseReport report, FuseScenario scenario)
    {
        var gain = scenario.Gain is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.Value:+0.0000;-0.0000;0.0000} ± {known.HalfWidth():0.0000}") : "–";
        var note = report.Weights.IsEmpty || scenario == report.Total || scenario.IsOwn ? "" : "common weights";
        return
        [
            scenario.Scenario,
            scenario.Groups.ToString("N0", CultureInfo.InvariantCulture),
            .. scenario.Values.Select(v => v is { } value ? value.ToString("0.0000", CultureInfo.InvariantCulture) : "–"),
            gain,
            scenario.Verdict,
            .. scenario.Weights.Select(w => NumberShape.Text(w)),
            note,
        ];
    }
}
