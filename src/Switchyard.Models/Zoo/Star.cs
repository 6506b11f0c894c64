using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="Star"/>.</summary>
public sealed record StarOptions : ModelOptions
{
    [Description("Widths of the star layers before the logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> Widths { get; init; } = [128, 64];

    [Description("Widths of the auxiliary net before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> AuxiliaryWidths { get; init; } = [32];

    [Description("Width of the scenario's learned embedding, which the auxiliary net reads.")]
    [Range(1, 1024)]
    public int IndicatorWidth { get; init; } = 16;

    [Description("Partitioned normalisation of x; false: x as it is.")]
    public bool Normalise { get; init; } = true;

    [Description("Scenario level of the networks, 1 = the coarsest.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    public override string Topology => string.Create(
        CultureInfo.InvariantCulture, $"one network per scenario of level {Level}, its weights those of all scenarios times its own; a last layer per task");

    public override RankingModel Build(Scope scope, ModelShape shape) => new Star(scope, shape, this);
}

/// <summary>
/// Star topology adaptive recommender (Sheng et al., CIKM 2021): partitioned normalisation, layers with weights W_m ⊙ W, and an
/// auxiliary net that knows the scenario. See docs/models/star.md.
/// </summary>
public sealed class Star : RankingModel
{
    readonly int _level;
    readonly int _scenarios;
    readonly ExpertNorm? _norm;
    readonly StarLinear[] _layers;
    readonly Parameter _embedding;
    readonly Mlp _auxiliary;
    readonly (StarLinear Star, Linear Auxiliary)[] _outputs;

    public Star(Scope scope, ModelShape shape, StarOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        var scenarios = shape.Scenarios(options.Level);
        var widths = options.Widths;
        (_level, _scenarios) = (options.Level - 1, scenarios.Count);
        _norm = options.Normalise ? new ExpertNorm(scope.Sub("norm"), scenarios.Count, shape.Width, scenarios, shared: true) : null;
        _layers = scope.Repeat("star", widths.Length, (s, i) => new StarLinear(s, scenarios, i == 0 ? shape.Width : widths[i - 1], widths[i]));
        var net = scope.Sub("auxiliary_net");
        _embedding = net.Vectors("embedding", scenarios, options.IndicatorWidth);
        _auxiliary = new Mlp(net.Sub("hidden"), options.IndicatorWidth + shape.Width, options.AuxiliaryWidths);
        _outputs = scope.Repeat("tower", shape.EveryTask, (s, _) => (
            new StarLinear(s.Sub("star"), scenarios, widths.IsEmpty ? shape.Width : widths[^1], 1),
            new Linear(s.Sub("auxiliary"), _auxiliary.Outputs, 1)));
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var own = path[_level];
        var (gate, dispatch) = g.OwnRows(own, x.Rows, _scenarios);
        var h = Normalised(g, x, dispatch);
        var auxiliary = _auxiliary.Forward(g, g.Concat(g.Lookup(_embedding, own, x.Rows), g.Combine(h, gate, dispatch, 0)));
        foreach (var layer in _layers) h = layer.Forward(g, h, dispatch, relu: true);
        for (var t = 0; t < logits.Length; t++)
        {
            var star = g.Combine(_outputs[t].Star.Forward(g, h, dispatch, relu: false), gate, dispatch, 0);
            logits[t] = g.Add(star, _outputs[t].Auxiliary.Forward(g, auxiliary));
        }
    }

    /// <summary>x [B,D] → z [pairs,D] of every (row, scenario).</summary>
    internal Tensor Normalised(Graph g, Tensor x, Dispatch dispatch)
    {
        var h = g.Gather(x, dispatch);
        return _norm is null ? h : g.ExpertBatchNorm(h, _norm, dispatch);
    }
}
