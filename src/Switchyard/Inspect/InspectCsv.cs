using System.Globalization;
using CsvHelper;

namespace Switchyard;

/// <summary>Expert use as a tidy table: one line per layer, gate, kind and expert.</summary>
static class InspectCsv
{
    public static void Write(InspectReport report, TextWriter writer)
    {
        using var csv = CsvWriter.Create(writer, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        string[] heads = ["layer", "task", "level", "scenario", "rows", "kind", "expert", "share"];
        csv.WriteRecord(report.Drift is null ? heads : [.. heads, "against"]);
        foreach (var layer in report.Use.Layers)
        {
            foreach (var gate in layer.Gates)
            {
                var against = report.Drift?.Gates.FirstOrDefault(d => d.Layer == layer.Name && ReferenceEquals(d.Gate, gate))?.Against;
                foreach (var kind in layer.Kinds) Write(csv, layer, gate, kind, report.Drift is not null, against);
            }
        }
    }

    static void Write(CsvWriter csv, LayerUse layer, GateUse gate, ExpertKind kind, bool compared, GateUse? against)
    {
        for (var k = 0; k < layer.Experts; k++)
        {
            string[] line = [layer.Name, gate.Task ?? "", gate.Level ?? "", gate.Scenario ?? "", Text(gate.Rows), kind.Name(), Text(k), Text(gate[kind][k])];
            var other = against is { } twin && !twin[kind].IsEmpty ? Text(twin[kind][k]) : "";
            csv.WriteRecord(compared ? [.. line, other] : line);
        }
    }

    static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
