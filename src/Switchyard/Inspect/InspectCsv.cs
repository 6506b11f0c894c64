namespace Switchyard;

/// <summary>Expert use as a tidy table: one line per layer, gate, kind and expert.</summary>
static class InspectCsv
{
    public static void Write(InspectReport report, TextWriter writer)
    {
        string[] heads = ["layer", "task", "column", "scenario", "rows", "kind", "expert", "share"];
        using var csv = new CsvTable(writer, report.Drift is null ? heads : [.. heads, "against"]);
        foreach (var layer in report.Use.Layers)
        {
            foreach (var gate in layer.Gates)
            {
                var against = report.Drift?.Gates.FirstOrDefault(d => d.Layer == layer.Name && ReferenceEquals(d.Gate, gate))?.Against;
                foreach (var kind in layer.Kinds) Write(csv, layer, gate, kind, report.Drift is not null, against);
            }
        }
    }

    static void Write(CsvTable csv, LayerUse layer, GateUse gate, ExpertKind kind, bool compared, GateUse? against)
    {
        for (var k = 0; k < layer.Experts; k++)
        {
            string[] line = [layer.Name, gate.Task ?? "", gate.Column ?? "", gate.Scenario ?? "", CsvTable.Text(gate.Rows), kind.Name(), CsvTable.Text(k), CsvTable.Text(gate[kind][k])];
            var other = against is { } twin && !twin[kind].IsEmpty ? CsvTable.Text(twin[kind][k]) : "";
            csv.Add(compared ? [.. line, other] : line);
        }
    }
}
