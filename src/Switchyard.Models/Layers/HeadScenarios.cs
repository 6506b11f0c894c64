using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>What <see cref="Heads"/> and a level mean for a model: whose scenarios have heads, and which of them a row belongs to.</summary>
public sealed class HeadScenarios
{
    readonly int _level;

    /// <param name="heads">How the model knows scenarios.</param>
    /// <param name="level">Scenario level of the heads, 1-based; not read where heads are tasks.</param>
    /// <param name="shape">Sizes of the model.</param>
    /// <exception cref="ArgumentException">There is no such level.</exception>
    public HeadScenarios(Heads heads, int level, ModelShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var scenarios = heads == Heads.Task ? null : shape.Scenarios(level);
        _level = scenarios is null ? -1 : level - 1;
        (Pairs, Stage) = heads == Heads.Pair ? (scenarios, (Members?)null) : (null, scenarios);
    }

    /// <summary>The same of a model that has nothing to stack.</summary>
    /// <inheritdoc cref="HeadScenarios(Heads, int, ModelShape)"/>
    public HeadScenarios(PairHeads heads, int level, ModelShape shape)
        : this(heads == PairHeads.Pair ? Heads.Pair : Heads.Task, level, shape)
    {
    }

    /// <summary>Scenarios that have heads of their own for every task; null where all rows share a task's head.</summary>
    public Members? Pairs { get; }

    /// <summary>Scenarios of the stage below that of the tasks; null where there is none.</summary>
    public Members? Stage { get; }

    /// <summary>Scenario of every row; the same one for all where heads are tasks.</summary>
    public NodeIndex Own(ScenarioPath path) => _level < 0 ? NodeIndex.Constant(0) : path[_level];
}
