using System.Text.Json.Nodes;

namespace Switchyard;

/// <summary>An inspection for programs.</summary>
static class InspectJson
{
    public static string Write(InspectReport report)
    {
        var json = new JsonObject
        {
            ["bundle"] = report.Bundle,
            ["part"] = report.Part,
            ["rows"] = report.Use.Rows,
            ["dead_below"] = report.DeadBelow,
            ["layers"] = JsonReport.List(report.Use.Layers, l => Layer(l, report.DeadBelow)),
        };
        if (report.Drift is { } drift)
        {
            json["drift"] = new JsonObject
            {
                ["against"] = report.Against,
                ["unmatched"] = JsonReport.List(drift.Unmatched, u => JsonValue.Create(u)),
                ["gates"] = JsonReport.List(drift.Gates, Drift),
            };
        }

        return json.ToJsonString(JsonReport.Options);
    }

    static JsonObject Layer(LayerUse layer, double deadBelow)
    {
        var json = new JsonObject
        {
            ["layer"] = layer.Name,
            ["column"] = layer.Column,
            ["experts"] = layer.Experts,
            ["selects"] = layer.Selects,
            ["dead"] = JsonReport.List(layer.Dead(deadBelow), k => JsonValue.Create(k)),
            ["gates"] = JsonReport.List(layer.Gates, g => Gate(g, layer)),
        };
        var own = layer.Own;
        json["overlap"] = new JsonObject
        {
            ["gates"] = JsonReport.List(own, g => JsonValue.Create(layer.Column is null ? g.Task! : g.Scenario!)),
        };
        foreach (var kind in layer.Kinds) json["overlap"]![kind.Name()] = JsonReport.List(own, a => Numbers(own.Select(b => GateUse.Overlap(a, b, kind))));
        return json;
    }

    static JsonObject Gate(GateUse gate, LayerUse layer)
    {
        var json = Place(gate);
        foreach (var kind in layer.Kinds)
        {
            json[kind.Name()] = new JsonObject
            {
                ["share"] = Numbers(gate[kind]),
                ["entropy_bits"] = gate.Entropy(kind),
                ["evenness"] = gate.Evenness(kind),
            };
        }

        return json;
    }

    static JsonObject Drift(GateDrift drift)
    {
        var json = new JsonObject { ["layer"] = drift.Layer };
        foreach (var (name, value) in Place(drift.Gate)) json[name] = value?.DeepClone();
        foreach (var kind in Enum.GetValues<ExpertKind>()) json[kind.Name()] = drift.Distance(kind);
        json["changed"] = drift.Gate.Changed;
        return json;
    }

    static JsonObject Place(GateUse gate) => new()
    {
        ["task"] = gate.Task,
        ["column"] = gate.Column,
        ["scenario"] = gate.Scenario,
        ["rows"] = gate.Rows,
    };

    static JsonArray Numbers(IEnumerable<double> values) => [.. values.Select(v => JsonValue.Create(v))];
}
