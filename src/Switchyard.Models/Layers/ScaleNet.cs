using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>The gate of PEPNet (Chang et al., KDD 2023, §3.2): a factor in (0, 2) per unit, 2 · σ(W' ReLU(W p + b) + b').</summary>
public sealed class ScaleNet
{
    readonly Linear _hidden;
    readonly Linear _output;

    /// <param name="scope">Place of the parameters.</param>
    /// <param name="inputs">Width of p.</param>
    /// <param name="width">Units between the two layers.</param>
    /// <param name="outputs">Units that are scaled.</param>
    public ScaleNet(Scope scope, int inputs, int width, int outputs)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _hidden = new Linear(scope.Sub("hidden"), inputs, width, relu: true);
        _output = new Linear(scope.Sub("output"), width, outputs);
    }

    /// <summary>p [B,I], h [B,O] → h with every unit scaled.</summary>
    public Tensor Scale(Graph g, Tensor p, Tensor h)
    {
        ArgumentNullException.ThrowIfNull(g);
        return g.Multiply(h, g.Sigmoid(_output.Forward(g, _hidden.Forward(g, p)), 2));
    }
}
