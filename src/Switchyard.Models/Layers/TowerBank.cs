using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// One tower per member (scenario): Linear → ReLU for every width, then a linear layer to one logit. A row computes its own
/// member's tower only; a row of an unknown member gets the mean of all logits.
/// </summary>
public sealed class TowerBank
{
    readonly (Parameter Weight, Parameter Bias)[] _layers;

    /// <param name="scope">Place of the towers' parameters.</param>
    /// <param name="members">Who has a tower; null: one tower for all rows.</param>
    /// <param name="inputs">Width of x.</param>
    /// <param name="widths">Widths of the hidden layers.</param>
    public TowerBank(Scope scope, Members? members, int inputs, ImmutableArray<int> widths)
    {
        ArgumentNullException.ThrowIfNull(scope);
        Towers = members?.Count ?? 1;
        _layers = [.. widths.Select((width, i) => Layer(scope.Sub("hidden").Sub(i), i == 0 ? inputs : widths[i - 1], width)),
            Layer(scope.Sub("output"), widths.IsEmpty ? inputs : widths[^1], 1)];

        (Parameter, Parameter) Layer(Scope s, int rows, int cols)
        {
            var (init, axes) = (Init.Linear(rows), new MemberAxes(Stack: members));
            return (s.Parameter("weight", rows, cols, init, Towers, axes), s.Parameter("bias", 1, cols, init, Towers, axes));
        }
    }

    /// <summary>How many towers there are.</summary>
    public int Towers { get; }

    /// <summary>Layers of a tower, the one of its logit included.</summary>
    public int Layers => _layers.Length;

    /// <summary>x [B,I], the member of every row → logit [B,1].</summary>
    public Tensor Forward(Graph g, Tensor x, NodeIndex own)
    {
        ArgumentNullException.ThrowIfNull(g);
        var (gate, dispatch) = g.OwnRows(own, x.Rows, Towers);
        for (var i = 0; i < _layers.Length; i++) x = Layer(g, x, i, dispatch);
        return g.Combine(x, gate, dispatch, 0);
    }

    /// <summary>One layer of every tower, for callers that do something between the layers.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[B,I] for layer 0, [pairs,I] for the others.</param>
    /// <param name="layer">Layer, 0-based.</param>
    /// <param name="dispatch">Rows of every tower.</param>
    /// <returns>[pairs,O], ReLU applied unless it is the logit.</returns>
    public Tensor Layer(Graph g, Tensor x, int layer, Dispatch dispatch) =>
        g.ExpertLinear(x, _layers[layer].Weight, _layers[layer].Bias, dispatch, gather: layer == 0, relu: layer < _layers.Length - 1);
}
