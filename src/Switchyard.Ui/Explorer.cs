using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Serving;

namespace Switchyard.Ui;

/// <summary>A run's trained model and the rows it was measured on, to look at one row after another. Used by one thread at a time.</summary>
sealed class Explorer : IDisposable
{
    readonly Dataset _data;
    readonly Part _part;
    readonly Schema _schema;
    readonly RowExplainer _explainer;

    Explorer(Ranker ranker, Dataset data, Part part) => (_data, _part, _schema, _explainer) = (data, part, ranker.Schema, new RowExplainer(ranker));

    /// <summary>Rows there are.</summary>
    public long Rows => _data.Rows(_part);

    /// <summary>Loads a model.</summary>
    /// <exception cref="InputException">It cannot be read, or its rows are gone.</exception>
    public static Explorer Open(string bundle, CancellationToken cancellation)
    {
        var (ranker, data, part) = Run.OpenMeasured(bundle, cancellation);
        return new Explorer(ranker, data, part);
    }

    /// <summary>Explains a row.</summary>
    /// <param name="number">Its place in the part, from 0 and below <see cref="Rows"/>.</param>
    /// <param name="cancellation">Ends the search for it.</param>
    public JsonObject Explain(long number, CancellationToken cancellation)
    {
        using var rows = _data.Open(_part);
        var batch = new Batch(_schema, 4096);
        rows.Rewind(0);
        for (var left = number; rows.Next(batch, batch.Capacity); left -= batch.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            if (left >= batch.Count) continue;
            batch.FixPositions();
            return Write(number, batch, (int)left, _explainer.Explain(batch, (int)left));
        }

        throw new ArgumentOutOfRangeException(nameof(number));
    }

    public void Dispose() => _data.Dispose();

    JsonObject Write(long number, Batch batch, int row, RowPath path) => new()
    {
        ["row"] = number,
        ["rows"] = Rows,
        ["part"] = _part.Name(),
        ["scenario"] = new JsonObject(_schema.Levels.Select((l, i) => KeyValuePair.Create(l.Column, (JsonNode?)JsonValue.Create(batch.Nodes(i)[row] is >= 0 and var node ? l.Nodes[node] : null)))),
        ["tasks"] = new JsonArray([.. _schema.Tasks.Select((t, i) => new JsonObject { ["name"] = t.Name, ["logit"] = Number(path.Logits[i]), ["label"] = Number(batch.Labels(i)[row]) })]),
        ["gates"] = new JsonArray([.. path.Gates.Select(Gate)]),
        ["inputs"] = new JsonArray([.. path.Inputs.Select(f => new JsonObject { ["name"] = f.Name, ["as"] = f.IsScenario ? "scenario" : "field", ["value"] = Value(batch, row, f), ["logits"] = Numbers(f.Logits) })]),
    };

    string Value(Batch batch, int row, InputEffect input)
    {
        if (!input.IsScenario) return ValueWords.Of(batch, FieldOf(input.Name), row);
        var level = LevelOf(input.Name);
        return batch.Nodes(level)[row] is >= 0 and var node ? _schema.Levels[level].Nodes[node] : "unknown to training";
    }

    int FieldOf(string name) => Enumerable.Range(0, _schema.Fields.Length).First(f => _schema.Fields[f].Name == name);

    int LevelOf(string column) => Enumerable.Range(0, _schema.Levels.Length).First(l => _schema.Levels[l].Column == column);

    JsonObject Gate(GatePath gate) => new()
    {
        ["layer"] = gate.Layer,
        ["task"] = gate.Task,
        ["column"] = gate.Level >= 0 ? _schema.Levels[gate.Level].Column : null,
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

    static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create((float)value) : null;
}
