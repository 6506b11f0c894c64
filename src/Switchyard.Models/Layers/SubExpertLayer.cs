using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// Sub-expert integration (SEI; HiNet, Zhou et al., ICDE 2023): Σ_k softmax_k(x W + b) · MLP_k(x). With members (scenarios), one such
/// mixture for each of them in one bank, so that all first layers are one grouped product over the same x.
/// </summary>
public sealed class SubExpertLayer
{
    readonly int _groups;
    readonly Parameter _gate;
    readonly Parameter _bias;
    readonly ExpertBank _experts;

    /// <param name="scope">Place of the layer's parameters.</param>
    /// <param name="inputs">Width of x.</param>
    /// <param name="subExperts">K of every mixture.</param>
    /// <param name="expert">Shape of every sub-expert.</param>
    /// <param name="members">Who has a mixture of its own; null: one for all rows.</param>
    public SubExpertLayer(Scope scope, int inputs, int subExperts, ExpertOptions expert, Members? members = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _groups = members?.Count ?? 1;
        var (gate, axes) = (scope.Sub("gate"), new MemberAxes(Cols: members));
        _gate = gate.Parameter("weight", inputs, _groups * subExperts, Init.Linear(inputs), axes: axes);
        _bias = gate.Parameter("bias", 1, _groups * subExperts, Init.Linear(inputs), axes: axes);
        _experts = new ExpertBank(scope.Sub("expert"), _groups * subExperts, inputs, expert, members);
    }

    public int Outputs => _experts.Outputs;

    /// <summary>x [B,I] → the weights of all mixtures, [B, members × K], for an attention that reads those of every member; each member's sum to 1.</summary>
    public Tensor Weights(Graph g, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(g);
        return g.SoftmaxOfGroups(g.Linear(x, _gate, _bias), _groups);
    }

    /// <summary>The same with every row's own mixture only: the weights of the others are 0. A row of an unknown member gives each its share.</summary>
    public Tensor OwnWeights(Graph g, Tensor x, NodeIndex own)
    {
        ArgumentNullException.ThrowIfNull(g);
        var rows = g.OwnRows(own, x.Rows, _groups).Dispatch;
        return g.PlacePairs(g.Softmax(g.MemberLinear(x, _gate, _bias, rows)), rows);
    }

    /// <summary>
    /// Σ_m a_m Σ_k w_m,k MLP_m,k(x) for several a at once, given as a_m w_m,k [B, members × K]: a sub-expert is computed for the rows
    /// that give it a weight.
    /// </summary>
    public void Mix(Graph g, Tensor x, ReadOnlySpan<Tensor> weights, Span<Tensor> mixed) => _experts.Mix(g, x, weights, mixed);
}
