using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Shape of the experts of a bank: one MLP each, all alike.</summary>
public sealed record ExpertOptions : IValidatableObject
{
    [Description("Widths of an expert's layers; every layer ends in a ReLU.")]
    [Range(1, 65536)]
    public ImmutableArray<int> Widths { get; init; } = [128, 64];

    [Description("Batch normalisation between the linear map and the ReLU of every expert layer.")]
    public bool BatchNorm { get; init; }

    [Description("Dropout after every expert layer, in training only.")]
    [Range(0.0, 0.95)]
    public double Dropout { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Widths.IsDefaultOrEmpty ? [new ValidationResult("at least one layer is needed; give its width, for example [128, 64].", [nameof(Widths)])] : [];
}

/// <summary>
/// Experts E_1 … E_n with stacked weights. Each computes only the rows that a gate sent to it, in training and in scoring;
/// a row's result does not depend on how many others came along.
/// </summary>
public sealed class ExpertBank
{
    readonly Layer[] _layers;

    /// <param name="scope">Place of the bank's parameters.</param>
    /// <param name="experts">n.</param>
    /// <param name="inputs">Width of x.</param>
    /// <param name="options">Shape of every expert.</param>
    /// <param name="members">
    /// Nodes or tasks that the experts are divided among, the first n / m experts belong to the first; null where they belong to nobody.
    /// </param>
    public ExpertBank(Scope scope, int experts, int inputs, ExpertOptions options, Members? members = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(options);
        Experts = experts;
        Outputs = options.Widths[^1];
        var widths = options.Widths;
        _layers = [.. widths.Select((width, i) => new Layer(scope.Sub(i), experts, i == 0 ? inputs : widths[i - 1], width, options, members))];
    }

    public int Experts { get; }

    /// <summary>Width of an expert's output.</summary>
    public int Outputs { get; }

    /// <summary>x [B,I], gate [B,n] → Σ_k gate_k E_k(x) [B,O].</summary>
    /// <param name="draw">Distinguishes several passes through the bank in one step, so that each drops its own units.</param>
    public Tensor Mix(Graph g, Tensor x, Tensor gate, int draw = 0)
    {
        Tensor mixed = default;
        Mix(g, x, new ReadOnlySpan<Tensor>(in gate), new Span<Tensor>(ref mixed), draw);
        return mixed;
    }

    /// <summary>Several gates over the same rows: every expert is computed once for all rows that any of them sent to it.</summary>
    public void Mix(Graph g, Tensor x, ReadOnlySpan<Tensor> gates, Span<Tensor> mixed, int draw = 0)
    {
        ArgumentNullException.ThrowIfNull(g);
        var dispatch = g.Route(gates);
        var h = x;
        for (var i = 0; i < _layers.Length; i++) h = _layers[i].Forward(g, h, dispatch, gather: i == 0, draw);
        for (var i = 0; i < gates.Length; i++) mixed[i] = g.Combine(h, gates[i], dispatch, i);
    }

    sealed class Layer
    {
        readonly Parameter _weight;
        readonly Parameter _bias;
        readonly ExpertNorm? _norm;
        readonly Real _dropout;
        readonly int _site;

        public Layer(Scope scope, int experts, int inputs, int outputs, ExpertOptions options, Members? members)
        {
            var axes = new MemberAxes(Stack: members);
            _weight = scope.Parameter("weight", inputs, outputs, Init.Linear(inputs), experts, axes);
            _bias = scope.Parameter("bias", 1, outputs, Init.Linear(inputs), experts, axes);
            _norm = options.BatchNorm ? new ExpertNorm(scope.Sub("norm"), experts, outputs, members) : null;
            _dropout = (Real)options.Dropout;
            _site = scope.Site("dropout");
        }

        public Tensor Forward(Graph g, Tensor x, Dispatch dispatch, bool gather, int draw)
        {
            var y = g.ExpertLinear(x, _weight, _bias, dispatch, gather, relu: _norm is null);
            if (_norm is not null) y = g.Relu(g.ExpertBatchNorm(y, _norm, dispatch));
            return g.ExpertDropout(y, dispatch, _dropout, _site + draw);
        }
    }
}
