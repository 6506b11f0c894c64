using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="Cesaa"/>.</summary>
public sealed record CesaaOptions : ModelOptions
{
    [Description("Routed experts of every layer (N); default the larger of 8 and twice the scenarios. A model that grows keeps its number.")]
    [Range(1, 4096)]
    public int? Experts { get; init; }

    [Description("Experts that every row uses (N_s).")]
    [Range(0, 4096)]
    public int SharedExperts { get; init; } = 1;

    [Description("Routed experts that a row uses (k).")]
    [Range(1, 4096)]
    public int Active { get; init; } = 2;

    [Description("Shape of every expert, routed or shared.")]
    public ExpertOptions Expert { get; init; } = new();

    [Description("Learned exploration noise on the gate logits, in training only.")]
    public bool Noise { get; init; } = true;

    [Description("Least standard deviation of the noise.")]
    [Range(0.0, 1e6)]
    public double NoiseFloor { get; init; } = 0.01;

    [Description("Weight of the mutual information of scenario and expert (λ), which training raises; averaged over tasks. 0 = none.")]
    [Range(0.0, 1e6)]
    public double InformationWeight { get; init; } = 0.01;

    [Description("P(s) in the information. uniform: every scenario of the batch alike; batch: by its share of the rows.")]
    public ScenarioPrior Prior { get; init; } = ScenarioPrior.Uniform;

    [Description("Gate of the information. dense: over all experts; sparse: over the chosen ones (control).")]
    public InformationGate InformationOn { get; init; } = InformationGate.Dense;

    [Description("Weight of the past in a moving average of P(expert | scenario), for batches with few rows of a scenario; 0 = the batch alone.")]
    [Range(0.0, 0.9999)]
    public double MovingAverage { get; init; }

    [Description("add: the shared experts' mean is added; joint: one softmax over chosen and shared experts.")]
    public ExpertCombination Combine { get; init; } = ExpertCombination.Add;

    [Description("What the gate reads. both: the layer's input and the scenario's embedding; x: the input; scenario: the embedding.")]
    public GateInput GateInput { get; init; } = GateInput.Both;

    [Description("Stacked layers; each adds an information term.")]
    [Range(1, 16)]
    public int Layers { get; init; } = 1;

    [Description("Scenario level whose nodes are the scenarios, 1 = the coarsest.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    [Description("Width of the learned embedding of every scenario (e_s).")]
    [Range(1, 1024)]
    public int IndicatorWidth { get; init; } = 16;

    [Description("Widths of every task's tower before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    public override string Topology =>
        string.Create(CultureInfo.InvariantCulture, $"scenarios of level {Level} and x choose experts; one gate and tower per task, none per scenario");

    public override RankingModel Build(Scope scope, ModelShape shape) => new Cesaa(scope, shape, (CesaaOptions)Complete(shape, null));

    public override ModelOptions Complete(ModelShape shape, ModelOptions? older)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Experts is null ? this with { Experts = (older as CesaaOptions)?.Experts ?? Math.Max(8, 2 * shape.Scenarios(Level).Count) } : this;
    }

    protected override ValidationResult? Conflict =>
        Active > Experts ? new($"a row cannot use active = {Active} of experts = {Experts}; raise experts or lower active.", [nameof(Active), nameof(Experts)]) : null;
}

/// <summary>
/// CESAA (Dong et al. 2024, arXiv 2411.06826), ranking: z = mean of the shared experts + Σ over the k chosen experts of g_e F_e(x);
/// logit = tower(z), the same for all scenarios. Which expert serves which scenario is learned: training raises the mutual
/// information of the two. See docs/models/cesaa.md.
/// </summary>
public sealed class Cesaa : RankingModel
{
    readonly int _level;
    readonly Parameter _scenarios;
    readonly CesLayer[] _layers;
    readonly Tower[] _towers;

    public Cesaa(Scope scope, ModelShape shape, CesaaOptions options)
    {
        _level = options.Level - 1;
        var scenarios = shape.Scenarios(options.Level);
        _scenarios = scope.Sub("scenario_embedding").Vectors("weight", scenarios, options.IndicatorWidth);
        var inputs = shape.Width;
        _layers = scope.Repeat("layer", options.Layers, (s, _) =>
        {
            var layer = new CesLayer(s, scenarios, shape.EveryTask, inputs, options);
            inputs = layer.Outputs;
            return layer;
        });
        _towers = scope.Repeat("tower", shape.EveryTask, (s, _) => new Tower(s, inputs, options.TowerWidths));
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits) => Forward(g, x, path[_level], logits, default, out _);

    /// <param name="g">The graph.</param>
    /// <param name="x">Embedded rows.</param>
    /// <param name="own">Scenario of every row.</param>
    /// <param name="logits">Receives a logit per task.</param>
    /// <param name="noise">Empty, or the ε of the gates instead of drawn ones.</param>
    /// <param name="mixed">What the first task's tower sees.</param>
    internal void Forward(Graph g, Tensor x, NodeIndex own, Span<Tensor> logits, Tensor noise, out Tensor mixed)
    {
        var indicator = g.Lookup(_scenarios, own, x.Rows);
        logits.Fill(x);
        for (var i = 0; i < _layers.Length; i++) _layers[i].Forward(g, logits, common: i == 0, indicator, own, noise);
        mixed = logits[0];
        for (var t = 0; t < logits.Length; t++) logits[t] = _towers[t].Forward(g, logits[t]);
    }
}
