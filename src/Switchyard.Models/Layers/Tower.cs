using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Linear → ReLU for every width, then a linear layer to one logit [B,1].</summary>
public sealed class Tower
{
    readonly Linear[] _hidden;
    readonly Linear _output;

    public Tower(Scope scope, int inputs, ImmutableArray<int> widths)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _hidden = scope.Repeat("hidden", widths.Length, (s, i) => new Linear(s, i == 0 ? inputs : widths[i - 1], widths[i], relu: true));
        _output = new Linear(scope.Sub("output"), widths.Length == 0 ? inputs : widths[^1], 1);
    }

    public Tensor Forward(Graph g, Tensor x)
    {
        foreach (var layer in _hidden) x = layer.Forward(g, x);
        return _output.Forward(g, x);
    }
}
