using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>A softmax gate over experts: softmax(x W), without bias.</summary>
public sealed class Gate(Scope scope, int inputs, int experts)
{
    readonly Parameter _weight = scope.Parameter("weight", inputs, experts, Init.Linear(inputs));

    public Tensor Forward(Graph g, Tensor x) => g.Softmax(g.Linear(x, _weight));
}
