using System.Text.Json.Nodes;

namespace Switchyard;

/// <summary>A mapping from names of weights to numbers.</summary>
sealed class FusionWeightsShape : ValueShape
{
    readonly NumberShape _number = new(typeof(double), null);

    public override string Accepts => "a mapping from names of weights to numbers, for example {a: 1, b: 0.5}";

    public override string Label => "mapping to numbers";

    public override object Read(ConfigurationNode node, string path)
    {
        if (node is ScalarNode { IsNull: true }) return FusionWeights.None;
        var map = node as MapNode ?? throw Unexpected(node, path);
        return new FusionWeights([.. map.Entries.Select(e => new FusionWeight(e.Key.Text, (double)_number.Read(e.Value, RecordShape.Join(path, e.Key.Text)), e.Key.Place))]);
    }

    public override ConfigurationNode Write(object? value) =>
        new MapNode(default, [.. ((FusionWeights)value!).Items.Select(w => new MapEntry(Scalars.Text(w.Name), _number.Write(w.Value)))]);

    public override JsonObject Schema() => new() { ["type"] = "object", ["additionalProperties"] = _number.Schema() };
}

/// <summary>A mapping from scenario paths to what they have of their own.</summary>
sealed class FusionScenariosShape : ValueShape
{
    readonly RecordShape _record = new(typeof(FusionScenarioOptions));

    public override string Accepts => "a mapping from scenario paths to formula and weights, for example {home: {weights: {a: 0.5}}}";

    public override string Label => "mapping";

    public override object Read(ConfigurationNode node, string path)
    {
        if (node is ScalarNode { IsNull: true }) return FusionScenarios.None;
        var map = node as MapNode ?? throw Unexpected(node, path);
        return new FusionScenarios(
            [.. map.Entries.Select(e => new FusionScenario(e.Key.Text, (FusionScenarioOptions)_record.Read(e.Value, RecordShape.Join(path, e.Key.Text)), e.Key.Place))]);
    }

    public override ConfigurationNode Write(object? value) =>
        new MapNode(default, [.. ((FusionScenarios)value!).Items.Select(s => new MapEntry(Scalars.Text(s.Path), _record.Write(s.Options)))]);

    public override JsonObject Schema() => new() { ["type"] = "object", ["additionalProperties"] = _record.Schema() };
}
