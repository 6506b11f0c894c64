using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Ui;

/// <summary>A row's way through a model as the page reads it, wherever the row came from.</summary>
static class PathJson
{
    /// <summary>Scenario, tasks, gates and inputs.</summary>
    /// <param name="batch">Has the row.</param>
    /// <param name="row">Its index there.</param>
    /// <param name="path">Its way.</param>
    public static JsonObject Of(Batch batch, int row, RowPath path)
    {
        var schema = batch.Schema;
        return new JsonObject
        {
            ["scenario"] = new JsonObject(schema.Levels.Select((l, i) => KeyValuePair.Create(l.Column, (JsonNode?)Node(batch, i, row)))),
            ["tasks"] = new JsonArray([.. schema.Tasks.Select((t, i) => new JsonObject { ["name"] = t.Name, ["logit"] = Number(path.Logits[i]) })]),
            ["gates"] = new JsonArray([.. path.Gates.Select(g => Gate(schema, g))]),
            ["inputs"] = new JsonArray([.. path.Inputs.Select(f => new JsonObject { ["name"] = f.Name, ["as"] = f.IsScenario ? "scenario" : "field", ["value"] = Value(batch, row, f), ["logits"] = Numbers(f.Logits) })]),
        };
    }

    /// <summary>A number as a float has it; null where it is not finite.</summary>
    public static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create((float)value) : null;

    static string? Node(Batch batch, int level, int row) => batch.Nodes(level)[row] is >= 0 and var node ? batch.Schema.Levels[level].Nodes[node] : null;

    static string Value(Batch batch, int row, InputEffect input)
    {
        var schema = batch.Schema;
        return input.IsScenario
            ? Node(batch, IndexOf(schema.Levels, l => l.Column == input.Name), row) ?? "unknown to training"
            : ValueWords.Of(batch, IndexOf(schema.Fields, f => f.Name == input.Name), row);
    }

    static int IndexOf<T>(IReadOnlyList<T> all, Func<T, bool> isIt) => Enumerable.Range(0, all.Count).First(i => isIt(all[i]));

    static JsonObject Gate(Schema schema, GatePath gate) => new()
    {
        ["layer"] = gate.Layer,
        ["task"] = gate.Task,
        ["column"] = gate.Level >= 0 ? schema.Levels[gate.Level].Column : null,
        ["experts"] = new JsonArray([.. gate.Experts.Select(e => new JsonObject
        {
            ["expert"] = e.Choice.Expert,
            ["role"] = e.Choice.Role.ToString().ToLowerInvariant(),
            ["weight"] = Number(e.Choice.Weight),
            ["from_own"] = e.Choice.FromOwn is { } own ? Number(own) : null,
            ["from_all"] = e.Choice.FromAll is { } all ? Number(all) : null,
            ["logits"] = Numbers(e.Logits),
        })]),
    };

    static JsonArray Numbers(IEnumerable<double> values) => [.. values.Select(Number)];
}
