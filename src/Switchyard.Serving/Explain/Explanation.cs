using System.Collections.Immutable;

namespace Switchyard.Serving;

/// <summary>Why an item has its scores: the experts that its row uses, and what each of its values does.</summary>
/// <param name="Gates">The model's gates in the order of its forward pass; empty for a model without gates.</param>
/// <param name="Contributions">One for each column that a field reads and for each scenario level, by the size of their difference of the fused score.</param>
public sealed record Explanation(ImmutableArray<GateChoice> Gates, ImmutableArray<Contribution> Contributions);

/// <summary>What a gate chose for an item.</summary>
/// <param name="Layer">The layer of experts, as <c>inspect</c> names it: scenario.0.0, task.0, expert.</param>
/// <param name="Task">The task whose gate it is; null for the gate of a scenario node, or of nobody.</param>
/// <param name="Experts">The experts that are chosen or mixed, by index.</param>
public sealed record GateChoice(string Layer, string? Task, ImmutableArray<ExpertChoice> Experts);

/// <summary>In which way an item uses an expert.</summary>
public enum ExpertRole
{
    /// <summary>Chosen as specific to the item's scenario or to the task.</summary>
    Specific,

    /// <summary>Chosen as shared by all.</summary>
    Shared,

    /// <summary>Chosen as both.</summary>
    Both,

    /// <summary>Mixed by a gate that does not choose.</summary>
    Mixed,
}

/// <summary>An expert that an item uses.</summary>
/// <param name="Expert">Its index in the layer.</param>
/// <param name="Role">How.</param>
/// <param name="Weight">Its mixing weight.</param>
public readonly record struct ExpertChoice(int Expert, ExpertRole Role, float Weight)
{
    /// <summary>Its divergence from an expert that the own gate alone chooses: the smallest are specific; null where the gate does not choose by it.</summary>
    public float? FromOwn { get; init; }

    /// <summary>Its divergence from an expert that all gates choose alike: the smallest are shared; null where the gate does not choose by it.</summary>
    public float? FromAll { get; init; }
}

/// <summary>What a value of an item does: the item's scores, less those of the same item without the value.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsScenario">
/// Whether it is occluded as a level of the scenario: its node is taken as unknown, and the mean embedding of its siblings is used. Otherwise
/// the fields that read the column are occluded: they are missing. A column may be both.
/// </param>
/// <param name="Scores">Difference of the score of every task: of a conditional task, of the product along its chain.</param>
/// <param name="Logits">Difference of ln(p / (1 − p)) of these scores; not finite where one of them is 0 or 1.</param>
/// <param name="Fused">Difference of the fused score, by the formula of the item's own scenario; NaN where the formula has no value.</param>
public sealed record Contribution(string Column, bool IsScenario, ImmutableArray<double> Scores, ImmutableArray<double> Logits, double Fused);
