using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// One tower per member (scenario): Linear → ReLU for every width, then a linear layer to one logit. A row computes its own
/// member's tower only; a row of an unknown member gets the mean of all logits.
/// </summary>
public sealed class TowerBank
{
    readonly Members _members;
    readonly (Parameter Weight, Parameter Bias)[] _layers;

    public TowerBank(Scope scope, Members members, int inputs, ImmutableArray<int> widths)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(members);
        _members = members;
        _layers = [.. widths.Select((width, i) => Layer(scope.Sub("hidden").Sub(i), i == 0 ? inputs : widths[i - 1], width)),
            Layer(scope.Sub("output"), widths.IsEmpty ? inputs : widths[^1], 1)];

        (Parameter, Parameter) Layer(Scope s, int rows, int cols)
        {
            var (init, axes) = (Init.Linear(rows), new MemberAxes(Stack: members));
            return (s.Parameter("weight", rows, cols, init, members.Count, axes), s.Parameter("bias", 1, cols, init, members.Count, axes));
        }
    }

    /// <summary>x [B,I], the member of every row → logit [B,1].</summary>
    public Tensor Forward(Graph g, Tensor x, NodeIndex own)
    {
        ArgumentNullException.ThrowIfNull(g);
        var gate = g.OneHot(own, x.Rows, _members.Count);
        var dispatch = g.Route(new ReadOnlySpan<Tensor>(in gate));
        for (var i = 0; i < _layers.Length; i++)
            x = g.ExpertLinear(x, _layers[i].Weight, _layers[i].Bias, dispatch, gather: i == 0, relu: i < _layers.Length - 1);
        return g.Combine(x, gate, dispatch, 0);
    }
}
