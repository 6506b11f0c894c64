namespace Switchyard.Engine;

/// <summary>What a gate gave the rows of a pass.</summary>
/// <param name="Layer">The experts it chooses from; gates over the same experts name the same layer.</param>
/// <param name="Own">Whose gate it is for every row: a node of a scenario level, or a task; constant −1 where it is nobody's own.</param>
/// <param name="Weights">Mixing weights [B,n]; exactly 0 where an expert is not mixed.</param>
/// <param name="Specific">Mask [B,n] of the experts chosen as specific; empty where the gate mixes all.</param>
/// <param name="Shared">Mask [B,n] of the experts chosen as shared; empty where the gate mixes all.</param>
/// <param name="FromOwn">Divergence [B,n] of each expert from one that the own gate alone chooses: the smallest are specific. Empty where the gate does not choose by it.</param>
/// <param name="FromAll">Divergence [B,n] of each expert from one that all gates choose alike: the smallest are shared. Empty where the gate does not choose by it.</param>
public readonly record struct GateNote(string Layer, NodeIndex Own, Tensor Weights, Tensor Specific = default, Tensor Shared = default, Tensor FromOwn = default, Tensor FromAll = default);

/// <summary>An expert that a row of a pass does without, to see what it does: its mixing weight becomes 0, the others' stay.</summary>
/// <param name="Gate">Place of the gate in <see cref="Graph.Gates"/>.</param>
/// <param name="Row">The row.</param>
/// <param name="Expert">The expert.</param>
public readonly record struct GateMask(int Gate, int Row, int Expert);

public sealed partial class Graph
{
    readonly List<GateNote> _gates = [];

    /// <summary>
    /// Experts that rows do without, while <see cref="NotesGates"/>; none by default. A gate whose note is not what it mixes with, but tells
    /// of it, is not changed by a mask.
    /// </summary>
    public IReadOnlyList<GateMask> Masks { get; set; } = [];

    /// <summary>
    /// True where somebody reads <see cref="Gates"/> after a pass. Otherwise (default) none are kept, and what is computed for a note alone
    /// need not be: a model asks before it does.
    /// </summary>
    public bool NotesGates { get; set; }

    /// <summary>
    /// The gates of the forward pass in the order they were computed, where they are wanted (<see cref="NotesGates"/>); their tensors live
    /// until the next reset.
    /// </summary>
    public ReadOnlySpan<GateNote> Gates => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_gates);

    /// <summary>Lets whoever reads the graph after the pass see a gate, before it is mixed with. It computes nothing, and changes nothing but what is masked.</summary>
    public void NoteGate(in GateNote gate)
    {
        if (!NotesGates) return;
        _gates.Add(gate);
        foreach (var mask in Masks)
        {
            if (mask.Gate == _gates.Count - 1) Value(gate.Weights)[(mask.Row * gate.Weights.Cols) + mask.Expert] = 0;
        }
    }
}
