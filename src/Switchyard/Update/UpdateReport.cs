using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Switchyard.Evaluation;
using Switchyard.Models;

namespace Switchyard;

/// <summary>What an update changed.</summary>
/// <param name="Start">The bundle it started from.</param>
/// <param name="NewRows">Before and after on the measured rows of this run; null where there are none.</param>
/// <param name="OldRows">Before and after on the test rows of the run that trained the bundle; null where there are none or they were not read.</param>
public sealed record UpdateReport(BundleAncestor Start, ReportComparison? NewRows, ReportComparison? OldRows)
{
    /// <summary>The report of the measured rows with one key more: <c>update</c>.</summary>
    internal string AddTo(EvaluationReport report)
    {
        using var metrics = JsonDocument.Parse(report.ToJson());
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            foreach (var property in metrics.RootElement.EnumerateObject()) property.WriteTo(json);
            json.WriteStartObject("update");
            json.WriteStartObject("start");
            json.WriteString("run", Start.Run);
            json.WriteString("weights", Start.Weights);
            json.WriteEndObject();
            Write(json, "new_rows", NewRows);
            Write(json, "old_rows", OldRows);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    static void Write(Utf8JsonWriter json, string name, ReportComparison? comparison)
    {
        json.WritePropertyName(name);
        if (comparison is null) json.WriteNullValue();
        else comparison.WriteJson(json);
        json.WritePropertyName($"{name}_means");
        if (comparison is null) json.WriteNullValue();
        else comparison.WriteMeansJson(json);
    }
}
