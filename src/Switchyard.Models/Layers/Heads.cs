using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>How a model whose paper knows one axis is carried to scenario × task.</summary>
public enum Heads
{
    /// <summary>One head per task; a scenario reaches the model as a field only.</summary>
    Task,

    /// <summary>One head per (scenario, task); a row computes and trains those of its own scenario.</summary>
    Pair,

    /// <summary>The structure twice: a stage with one head per scenario, then a stage with one head per task.</summary>
    Stack,
}

/// <summary>What a report prints of it, and what models without stages say of it.</summary>
public static class HeadsText
{
    const string NoStack = "heads: stack has no meaning here; choose task or pair.";

    /// <param name="level">Scenario level of the heads, 1-based.</param>
    public static string Of(Heads heads, int level) => heads switch
    {
        Heads.Task => "one head per task; scenarios are fields only",
        Heads.Pair => $"one head per (scenario of level {level}, task)",
        _ => $"two stacks: scenarios of level {level}, then tasks",
    };

    /// <summary>The error of <see cref="Heads.Stack"/>, for options whose heads are tasks or pairs.</summary>
    public static IEnumerable<ValidationResult> RefuseStack(Heads heads) =>
        heads == Heads.Stack ? [new ValidationResult(NoStack, [nameof(Heads)])] : [];

    /// <summary>The scenarios that have heads of their own; null where heads are tasks.</summary>
    /// <exception cref="ArgumentException">Heads are a stack, or there is no such level.</exception>
    public static Members? Pairs(Heads heads, int level, ModelShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return heads switch
        {
            Heads.Task => null,
            Heads.Pair => shape.Scenarios(level),
            _ => throw new ArgumentException(NoStack),
        };
    }
}
