using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>y = x W + b, ReLU optional. W is [inputs, outputs].</summary>
public sealed class Linear(Scope scope, int inputs, int outputs, bool relu = false)
{
    readonly Parameter _weight = scope.Parameter("weight", inputs, outputs, Init.Linear(inputs));
    readonly Parameter _bias = scope.Parameter("bias", 1, outputs, Init.Linear(inputs));

    public Tensor Forward(Graph g, Tensor x) => g.Linear(x, _weight, _bias, relu);

    /// <summary>The same of rows that a dispatch to one expert picked.</summary>
    public Tensor Forward(Graph g, Tensor x, Dispatch rows) => g.ExpertLinear(x, _weight, _bias, rows, gather: false, relu);
}
