using Switchyard.Engine;

namespace Switchyard;

/// <summary>A gate of another model on the same rows, over equally many experts; both choose.</summary>
readonly record struct GateTwin(Graph Graph, GateNote Gate)
{
    /// <summary>True where a row chooses other experts, as specific or as shared.</summary>
    public bool Differs(Graph g, in GateNote gate, int row) =>
        !Row(g, gate.Specific, row).SequenceEqual(Row(Graph, Gate.Specific, row)) || !Row(g, gate.Shared, row).SequenceEqual(Row(Graph, Gate.Shared, row));

    static ReadOnlySpan<float> Row(Graph g, Tensor mask, int row) => g.Value(mask).Slice(row * mask.Cols, mask.Cols);
}
