using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// A softmax gate over experts, without bias: softmax(x W), or softmax(x W_m) with the W of the row's own member (scenario). The logits of
/// all members are one product, out of which a row's own are picked: gates are so narrow that sending rows to them would gain little.
/// Own weights train on own rows only.
/// </summary>
/// <param name="scope">Place of the weights.</param>
/// <param name="inputs">Width of x.</param>
/// <param name="experts">Experts it weighs.</param>
/// <param name="members">Who has a gate of its own; null: one for all rows.</param>
public sealed class Gate(Scope scope, int inputs, int experts, Members? members = null)
{
    readonly Parameter _weight = scope.Parameter(
        "weight", inputs, (members?.Count ?? 1) * experts, Init.Linear(inputs), axes: new MemberAxes(Cols: members));

    /// <summary>x [B,I] → weights [B,n]; of a row of an unknown member, the softmax of the mean over the members' logits.</summary>
    public Tensor Forward(Graph g, Tensor x, NodeIndex own = default)
    {
        var logits = g.Linear(x, _weight);
        return g.Softmax(members is null ? logits : g.PickGate(logits, members.Count, own));
    }
}
