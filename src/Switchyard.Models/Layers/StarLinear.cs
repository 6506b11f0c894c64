using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// A linear layer of STAR's topology (Sheng et al., CIKM 2021, §4.2): scenario m computes h (W_m ⊙ W) + b_m + b, where W and b are
/// shared and W_m starts at 1, b_m at 0. In training every scenario that has
/// rows forms its weights once a step, in scoring all scenarios do, once for as long as the model stays as it is.
/// </summary>
public sealed class StarLinear
{
    readonly Parameter _weight;
    readonly Parameter _bias;
    readonly Parameter _sharedWeight;
    readonly Parameter _sharedBias;

    public StarLinear(Scope scope, Members scenarios, int inputs, int outputs)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(scenarios);
        var axes = new MemberAxes(Stack: scenarios);
        _weight = scope.Parameter("weight", inputs, outputs, Init.Constant(1), scenarios.Count, axes);
        _bias = scope.Parameter("bias", 1, outputs, Init.Constant(0), scenarios.Count, axes);
        _sharedWeight = scope.Parameter("shared_weight", inputs, outputs, Init.Linear(inputs));
        _sharedBias = scope.Parameter("shared_bias", 1, outputs, Init.Linear(inputs));
    }

    /// <summary>h [pairs,I] → [pairs,O]; the dispatch's experts are the scenarios.</summary>
    public Tensor Forward(Graph g, Tensor h, Dispatch dispatch, bool relu)
    {
        var weight = g.StackProduct(_weight, _sharedWeight, dispatch);
        var bias = g.StackSum(_bias, _sharedBias, dispatch);
        return g.ExpertLinear(h, weight, bias, dispatch, gather: false, relu);
    }
}
