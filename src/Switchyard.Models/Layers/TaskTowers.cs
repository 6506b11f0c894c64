using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>The towers of a model: one per task, or one per (scenario, task) of which a row computes those of its own scenario.</summary>
public sealed class TaskTowers
{
    readonly Tower[] _towers;
    readonly TowerBank[] _banks;

    /// <param name="scope">The model's scope; the towers are tower.0, tower.1, … in it.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="scenarios">Scenarios that have towers of their own; null: all rows share a task's tower.</param>
    /// <param name="inputs">Width of a tower's input.</param>
    /// <param name="widths">Widths of its hidden layers.</param>
    public TaskTowers(Scope scope, Members tasks, Members? scenarios, int inputs, ImmutableArray<int> widths)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _towers = scenarios is null ? scope.Repeat("tower", tasks, (s, _) => new Tower(s, inputs, widths)) : [];
        _banks = scenarios is null ? [] : scope.Repeat("tower", tasks, (s, _) => new TowerBank(s, scenarios, inputs, widths));
    }

    /// <summary>One input [B,I] per task → one logit [B,1] per task.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="inputs">Of every task; may be <paramref name="logits"/>.</param>
    /// <param name="own">Scenario of every row; not read where rows share towers.</param>
    /// <param name="logits">Receives the logits.</param>
    public void Forward(Graph g, ReadOnlySpan<Tensor> inputs, NodeIndex own, Span<Tensor> logits)
    {
        for (var t = 0; t < logits.Length; t++) logits[t] = _banks.Length == 0 ? _towers[t].Forward(g, inputs[t]) : _banks[t].Forward(g, inputs[t], own);
    }
}
