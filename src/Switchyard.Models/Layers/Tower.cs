using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Linear → ReLU for every width, then a linear layer to one logit [B,1].</summary>
public sealed class Tower
{
    readonly Mlp _hidden;
    readonly Linear _output;

    public Tower(Scope scope, int inputs, ImmutableArray<int> widths)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _hidden = new Mlp(scope.Sub("hidden"), inputs, widths);
        _output = new Linear(scope.Sub("output"), _hidden.Outputs, 1);
    }

    public Tensor Forward(Graph g, Tensor x) => _output.Forward(g, _hidden.Forward(g, x));

    /// <summary>The same of the rows alone that a dispatch to one expert picked, [pairs,1].</summary>
    public Tensor Forward(Graph g, Tensor x, Dispatch rows)
    {
        ArgumentNullException.ThrowIfNull(g);
        var h = g.Gather(x, rows);
        foreach (var layer in _hidden.Layers) h = layer.Forward(g, h, rows);
        return _output.Forward(g, h, rows);
    }
}
