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

/// <summary>The same of a model that has nothing to stack.</summary>
public enum PairHeads
{
    /// <summary>One head per task; a scenario reaches the model as a field only, or through other layers.</summary>
    Task,

    /// <summary>One head per (scenario, task); a row computes and trains those of its own scenario.</summary>
    Pair,
}

/// <summary>What a report prints of it.</summary>
public static class HeadsText
{
    /// <param name="level">Scenario level of the heads, 1-based.</param>
    public static string Of(Heads heads, int level) => heads switch
    {
        Heads.Task => "one head per task",
        Heads.Pair => $"one head per (scenario of level {level}, task)",
        _ => $"two stacks: scenarios of level {level}, then tasks",
    };

    /// <inheritdoc cref="Of(Heads, int)"/>
    public static string Of(PairHeads heads, int level) => Of(heads == PairHeads.Pair ? Heads.Pair : Heads.Task, level);
}
