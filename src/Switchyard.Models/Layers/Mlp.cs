using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Linear → ReLU for every width; without widths it hands its input on.</summary>
public sealed class Mlp
{
    readonly Linear[] _layers;

    public Mlp(Scope scope, int inputs, ImmutableArray<int> widths)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _layers = [.. widths.Select((width, i) => new Linear(scope.Sub(i), i == 0 ? inputs : widths[i - 1], width, relu: true))];
        Outputs = widths.IsEmpty ? inputs : widths[^1];
    }

    public int Outputs { get; }

    /// <summary>For callers that do something between the layers.</summary>
    public ReadOnlySpan<Linear> Layers => _layers;

    public Tensor Forward(Graph g, Tensor x)
    {
        foreach (var layer in _layers) x = layer.Forward(g, x);
        return x;
    }
}
