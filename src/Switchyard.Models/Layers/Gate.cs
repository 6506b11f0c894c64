using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// A softmax gate over experts, without bias: softmax(x W), or softmax(x W_m) with the W of the row's own member (scenario), which is the
/// only one a row computes and trains.
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
        if (members is null || members.Count == 1) return g.Softmax(g.Linear(x, _weight));
        var rows = g.OwnRows(own, x.Rows, members.Count).Dispatch;
        return g.Softmax(g.MeanOfPairs(g.MemberLinear(x, _weight, null, rows), rows));
    }
}
