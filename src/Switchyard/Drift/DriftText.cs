using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Writes a comparison with a baseline.</summary>
static class DriftText
{
    /// <summary>What is worth a line, the most drifted first.</summary>
    public static string Write(DriftBaseline baseline, IReadOnlyList<ScenarioDrift> drifts)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{drifts[0].Rows:N0} rows against {baseline.Rows:N0} {baseline.Part.Name()} rows of the training\n\n");
        MarkdownTable.Append(
            text, ["scenario", "kind", "name", "psi", "by chance <", "verdict", "most changed", "unseen"], 3, [.. drifts.SelectMany(d => d.Findings.OrderByDescending(f => f.Psi).Where((f, i) => ReferenceEquals(d, drifts[0]) || i == 0 || f.Verdict is DriftVerdict.Moderate or DriftVerdict.Large).Select(f => Cells(d, f)))]);
        return text.ToString().TrimEnd();
    }

    /// <summary>Everything.</summary>
    public static string Json(DriftBaseline baseline, IReadOnlyList<ScenarioDrift> drifts) => new JsonObject
    {
        ["baseline"] = new JsonObject { ["part"] = baseline.Part.Name(), ["rows"] = baseline.Rows },
        ["scenarios"] = JsonReport.List(drifts, d => new JsonObject
        {
            ["scenario"] = d.Scenario,
            ["rows"] = d.Rows,
            ["baseline_rows"] = d.BaselineRows,
            ["verdict"] = NameOf(d.Verdict),
            ["findings"] = JsonReport.List(d.Findings, f => new JsonObject
            {
                ["kind"] = NameOf(f.Kind),
                ["name"] = f.Name,
                ["psi"] = f.Psi,
                ["noise"] = double.IsFinite(f.Noise) ? f.Noise : null,
                ["verdict"] = NameOf(f.Verdict),
                ["distance"] = f.Distance,
                ["unknown"] = f.Unknown,
                ["baseline_unknown"] = f.BaselineUnknown,
                ["most_changed"] = f.MostChanged,
            }),
        }),
    }.ToJsonString(JsonReport.Options);

    static string[] Cells(ScenarioDrift drift, DriftFinding f) =>
    [
        OneLine.Of(drift.Scenario),
        NameOf(f.Kind),
        OneLine.Of(f.Name),
        Number(f.Psi),
        double.IsFinite(f.Noise) ? Number(f.Noise) : "–",
        NameOf(f.Verdict).Replace('_', ' '),
        OneLine.Of(f.MostChanged),
        f.Unknown is { } unknown ? string.Create(CultureInfo.InvariantCulture, $"{100 * unknown:0.0} %") : "",
    ];

    static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    static string NameOf<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
