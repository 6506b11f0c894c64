using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Switchyard.Evaluation;

/// <summary>The report as JSON (docs: the file of <c>evaluate --json</c>).</summary>
static class ReportJson
{
    public static string Write(EvaluationReport report)
    {
        using var stream = new MemoryStream();
        // Scenario names stay readable; the file is no part of a web page.
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            json.WriteStartObject("mean_auc");
            foreach (var mean in report.Means) Number(json, mean.Level, mean.Value);
            json.WriteEndObject();
            json.WriteStartObject("mean_auc_cells");
            foreach (var mean in report.Means) json.WriteNumber(mean.Level, mean.Counted);
            json.WriteEndObject();
            json.WriteNumber("min_positives", report.Options.MinPositives);
            json.WriteNumber("min_negatives", report.Options.MinNegatives);
            json.WriteNumber("top_k", report.Options.TopK);
            json.WriteNumber("unknown_scenario_rows", report.UnknownRows);
            json.WriteStartArray("cells");
            foreach (var cell in report.Cells)
            {
                json.WriteStartObject();
                json.WriteString("scenario", cell.Scenario);
                json.WriteString("level", cell.Level);
                json.WriteString("task", cell.Task);
                Metrics(json, cell.Metrics);
                if (cell.GivenParent is { } given)
                {
                    json.WriteStartObject("given_parent");
                    json.WriteString("parent", report.Layout.Tasks[report.Layout.Given[report.Layout.TaskIndex(cell.Task)]]);
                    Metrics(json, given);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    static void Metrics(Utf8JsonWriter json, CellMetrics metrics)
    {
        json.WriteNumber("rows", metrics.Rows);
        json.WriteNumber("positives", metrics.Positives);
        Number(json, "auc", metrics.Auc);
        Number(json, "gauc", metrics.Gauc);
        Number(json, "ndcg", metrics.Ndcg);
        Number(json, "mrr", metrics.Mrr);
        Number(json, "logloss", metrics.LogLoss);
        Number(json, "calibration", metrics.Calibration);
        if (metrics.Reasons.Count == 0) return;
        json.WriteStartObject("reasons");
        foreach (var (metric, reason) in metrics.Reasons) json.WriteString(metric, reason);
        json.WriteEndObject();
    }

    static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
