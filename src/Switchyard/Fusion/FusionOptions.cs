using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Data;

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

    [Description("What the formula is for, and measured by: evaluate reports it. switchyard fuse writes what it searched for.")]
    public FusionObjective? Objective { get; init; }

    [Description("SHA-256 (hex) of the weights of the model that this was searched for; beside another model it is refused. Left out, it goes with any model.")]
    public string? Model { get; init; }
}

/// <summary>NDCG@k of what rows are worth.</summary>
sealed record FusionObjective
{
    [Description("Worth of a row with label 1, by task; a row is worth the sum. Tasks left out count nothing.")]
    public required FusionWeights Gain { get; init; }

    [Description("The k of NDCG@k.")]
    [Range(1, int.MaxValue)]
    public int TopK { get; init; } = 10;

    /// <summary>The objective on one line: <c>NDCG@10 of click 1, book 5</c>.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"NDCG@{TopK} of {string.Join(", ", Gain.Items.Select(g => $"{g.Name} {NumberShape.Text(g.Value)}"))}");

    /// <summary>Worth of label 1, by the tasks of a schema.</summary>
    /// <exception cref="InputException">A name is no task, or a worth is negative, or all are 0.</exception>
    public float[] ByTask(Schema schema)
    {
        var tasks = schema.Tasks.Select(t => t.Name).ToList();
        var gains = new float[tasks.Count];
        foreach (var gain in Gain.Items)
        {
            if (!tasks.Contains(gain.Name)) throw gain.Place.Error($"'{gain.Name}' is no task.{Suggestion.For(gain.Name, tasks)}");
            if (gain.Value < 0 || !float.IsFinite((float)gain.Value)) throw gain.Place.Error($"{gain.Name}: a row cannot be worth {NumberShape.Text(gain.Value)}; give 0 or more.");
            gains[tasks.IndexOf(gain.Name)] = (float)gain.Value;
        }

        return gains.Any(g => g > 0) ? gains : throw new InputException($"the objective gives every row the worth 0; give at least one of {string.Join(", ", tasks)} more.");
    }
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
