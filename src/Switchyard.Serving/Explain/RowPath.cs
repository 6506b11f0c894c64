using System.Collections.Immutable;

namespace Switchyard.Serving;

/// <summary>The way of one row through a model.</summary>
/// <param name="Logits">Logit of every task.</param>
/// <param name="Gates">The model's gates in the order of its forward pass; empty for a model without gates.</param>
/// <param name="Inputs">What every field and scenario level does.</param>
public sealed record RowPath(ImmutableArray<double> Logits, ImmutableArray<GatePath> Gates, ImmutableArray<InputEffect> Inputs);

/// <summary>A gate on the way.</summary>
/// <param name="Layer">The layer of experts, as <c>inspect</c> names it.</param>
/// <param name="Task">The task whose gate it is; null for the gate of a scenario node, or of nobody.</param>
/// <param name="Level">Scenario level whose node's gate it is; −1 for another.</param>
/// <param name="Experts">The experts that are chosen or mixed.</param>
public sealed record GatePath(string Layer, string? Task, int Level, ImmutableArray<ExpertEffect> Experts);

/// <summary>What an expert does for the row.</summary>
/// <param name="Choice">The expert, how it was chosen, its mixing weight.</param>
/// <param name="Logits">
/// Every task's logit, less the logit of the same row without the expert: its weight 0, the others as they are. Empty where the gate
/// tells of what is mixed elsewhere, so that nothing can be left out.
/// </param>
public sealed record ExpertEffect(ExpertChoice Choice, ImmutableArray<double> Logits);

/// <summary>What an input does for the row.</summary>
/// <param name="Name">The field, or the column of the scenario level.</param>
/// <param name="IsScenario">Whether it is a scenario level, whose node is then taken as unknown.</param>
/// <param name="Logits">Every task's logit, less the logit of the same row without the value.</param>
public sealed record InputEffect(string Name, bool IsScenario, ImmutableArray<double> Logits);
