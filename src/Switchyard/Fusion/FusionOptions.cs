using System.Collections.Immutable;
using System.ComponentModel;

namespace Switchyard;

/// <summary>How task scores become one score: fusion.yaml of a bundle. docs/fusion.md describes every key.</summary>
sealed record FusionOptions
{
    [Description("Formula over task scores and named weights: click^a * book^b. Operators + - * / ^, functions log, exp, sqrt, abs, min, max; names with other characters than letters, digits and _ stand in quotes.")]
    public required string Formula { get; init; }

    [Description("Value of each weight, by name.")]
    public FusionWeights Weights { get; init; } = FusionWeights.None;

    [Description("Other formulas or weights of scenarios, by path: node names from the coarsest level on, joined by /; * stands for any node. The entry that names most levels wins.")]
    public FusionScenarios Scenarios { get; init; } = FusionScenarios.None;

    [Description("SHA-256 (hex) of the weights of the model that this was searched for; beside another model it is refused. Left out, it goes with any model.")]
    public string? Model { get; init; }
}

/// <summary>What a scenario has of its own.</summary>
sealed record FusionScenarioOptions
{
    [Description("Formula of the scenario. Default: that of the next wider entry.")]
    public string? Formula { get; init; }

    [Description("Value of each weight that the scenario has of its own; others are those of the next wider entry.")]
    public FusionWeights Weights { get; init; } = FusionWeights.None;
}

/// <summary>Values by name, in the order written.</summary>
sealed record FusionWeights(ImmutableArray<FusionWeight> Items)
{
    public static FusionWeights None { get; } = new([]);
}

/// <summary>A weight.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Place">Where the name was written.</param>
readonly record struct FusionWeight(string Name, double Value, Place Place);

/// <summary>Scenarios by path, in the order written.</summary>
sealed record FusionScenarios(ImmutableArray<FusionScenario> Items)
{
    public static FusionScenarios None { get; } = new([]);
}

/// <summary>A scenario's entry.</summary>
/// <param name="Path">Its path as written.</param>
/// <param name="Options">What it has of its own.</param>
/// <param name="Place">Where the path was written.</param>
readonly record struct FusionScenario(string Path, FusionScenarioOptions Options, Place Place);
