using System.Text.Json;
using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

/// <summary>baseline.json as text; docs/bundle-format.md describes it.</summary>
static class DriftBaselineJson
{
    const string Format = "switchyard-baseline";
    const int Version = 1;

    /// <param name="baseline">What to write.</param>
    /// <param name="digest">SHA-256 (hex) of the model's weights.</param>
    public static byte[] Write(DriftBaseline baseline, string digest)
    {
        var tally = baseline.Tally;
        var json = new JsonObject
        {
            ["format"] = Format,
            ["format_version"] = Version,
            ["model"] = digest,
            ["part"] = baseline.Part.Name(),
            ["rows"] = baseline.Rows,
            ["scenarios"] = JsonReport.List(tally.Nodes, node => new JsonObject
            {
                ["scenario"] = node.Scenario,
                ["rows"] = node.Counts.Rows,
                ["scores"] = Of(DriftKind.Score, node.Counts),
                ["fields"] = Of(DriftKind.Field, node.Counts),
                ["experts"] = new JsonObject(node.Counts.Layers.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)Numbers(l.Value)))),
            }),
        };
        // Not indented: bins are many lines.
        return JsonSerializer.SerializeToUtf8Bytes(json, Plain);

        JsonObject Of(DriftKind kind, DriftCounts counts) =>
            new(tally.Features.Index().Where(f => f.Item.Kind == kind).Select(f => KeyValuePair.Create(f.Item.Name, (JsonNode?)Numbers(counts.Features[f.Index]))));
    }

    /// <exception cref="InputException">The file is not valid, cannot be read, or was made for another model.</exception>
    public static DriftBaseline? Read(LoadedBundle bundle)
    {
        var file = Path.Combine(bundle.Folder, DriftBaseline.FileName);
        if (!File.Exists(file)) return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = document.RootElement;
            if (root.GetProperty("format").GetString() != Format || root.GetProperty("format_version").GetInt32() != Version)
                throw new InputException($"{file}: it is no baseline of version {Version}; remove it to go without, or train again.");
            if (root.GetProperty("model").GetString() != bundle.WeightsSha256)
                throw new InputException($"{file}: it belongs to another model's weights; copy the bundle again as a whole, or remove the file to go without.");
            return Read(root, bundle.Ranker);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException($"{file}: it cannot be read: {e.Message.TrimEnd('.')}; copy the bundle again, or remove the file to go without.", e);
        }
    }

    static readonly JsonSerializerOptions Plain = new(JsonReport.Options) { WriteIndented = false };

    static DriftBaseline Read(JsonElement root, Ranker ranker)
    {
        var tally = new DriftTally(ranker.Schema, ranker.Embedding.Fields);
        var experts = Experts(ranker);
        foreach (var scenario in root.GetProperty("scenarios").EnumerateArray())
        {
            var counts = tally.Node(scenario.GetProperty("scenario").GetString() ?? throw new FormatException("a scenario has no name"));
            counts.Rows = scenario.GetProperty("rows").GetInt64();
            if (counts.Rows < 0) throw new FormatException("a count of rows is negative");
            for (var f = 0; f < tally.Features.Length; f++)
            {
                var feature = tally.Features[f];
                Read(scenario.GetProperty(feature.Kind == DriftKind.Score ? "scores" : "fields").GetProperty(feature.Name), counts.Features[f], feature.Name);
            }

            foreach (var layer in scenario.GetProperty("experts").EnumerateObject())
            {
                if (!experts.TryGetValue(layer.Name, out var count)) throw new FormatException($"the model has no layer {layer.Name}");
                Read(layer.Value, counts.Layer(layer.Name, count), layer.Name);
            }
        }

        var part = Enum.GetValues<Part>().Where(p => p.Name() == root.GetProperty("part").GetString()).ToArray();
        return part.Length == 1 ? new DriftBaseline(tally, part[0]) : throw new FormatException("there is no such part");
    }

    /// <summary>Experts of every layer, as a row's gates have them: what is counted must have the same.</summary>
    static Dictionary<string, int> Experts(Ranker ranker)
    {
        var (pass, row) = (new DriftPass(ranker), new Batch(ranker.Schema, 1) { Count = 1 });
        pass.Score(row);
        var experts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (ref readonly var gate in pass.Graph.Gates) experts[gate.Layer] = gate.Weights.Cols;
        return experts;
    }

    static void Read(JsonElement from, double[] into, string name)
    {
        if (from.GetArrayLength() != into.Length) throw new FormatException($"{name} has {from.GetArrayLength()} bins, the model {into.Length}");
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = from[i].GetDouble();
            if (!(into[i] >= 0 && double.IsFinite(into[i]))) throw new FormatException($"{name} has a count of {into[i]}");
        }
    }

    static JsonArray Numbers(double[] values) => [.. values.Select(v => (JsonNode)JsonValue.Create(v))];
}
