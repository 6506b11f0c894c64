namespace Switchyard.Engine;

/// <summary>
/// Hears of every op of a pass that scores, in order: by it a model can be written down in another language of graphs. What training alone
/// computes is not told, and the fused op of expert selection is left out where gates are noted (<see cref="Graph.NotesGates"/>).
/// </summary>
public interface IOpListener
{
    /// <summary>An op has computed its result: its values are there.</summary>
    /// <param name="op">Name of its method.</param>
    /// <param name="result">A <see cref="Tensor"/> or a <see cref="Dispatch"/>.</param>
    /// <param name="arguments">What the result depends on, in the order of the method's parameters; several tensors are an array. Left out is
    /// what only training reads, numbers of rows, and a dispatch that says no more than which pairs are wanted.</param>
    void Heard(string op, object result, params object?[] arguments);
}

public sealed partial class Graph
{
    /// <summary>Who hears of the ops of a scoring pass; null (default): nobody.</summary>
    public IOpListener? Listener { get; set; }
}
