using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Where a stacked model reads its input x again.</summary>
public enum InputSkip { None, Layers, Towers, Both }

/// <summary>Options of <see cref="Aesm2"/>.</summary>
public sealed record Aesm2Options : ModelOptions
{
    [Description("Experts of every layer (n).")]
    [Range(1, 4096)]
    public int Experts { get; init; } = 6;

    [Description("Experts a row chooses as specific to its scenario or task (K_sp).")]
    [Range(1, 4096)]
    public int Specific { get; init; } = 1;

    [Description("Experts a row chooses as shared by all (K_sh).")]
    [Range(1, 4096)]
    public int Shared { get; init; } = 1;

    [Description("Pick the shared experts from those that are not chosen as specific.")]
    public bool Disjoint { get; init; }

    [Description("false: no selection, every expert of the own gate is mixed (dense control).")]
    public bool Select { get; init; } = true;

    [Description("Shape of every expert.")]
    public ExpertOptions Expert { get; init; } = new();

    [Description("Exploration noise on the gate logits, in training only.")]
    public NoiseSchedule Noise { get; init; } = new();

    [Description("all: selection, losses and mixing see the noise; selection: mixing uses clean logits.")]
    public NoiseScope NoiseScope { get; init; } = NoiseScope.All;

    [Description("What a gate reads. both: the layer's input and the embeddings of the row's nodes and task; x: the input; scenario: the embeddings.")]
    [AbsentMeansDefault]
    public GateInput GateInput { get; init; } = GateInput.Both;

    [Description("AES layers per scenario level, and for the tasks.")]
    [Range(1, 16)]
    public int LayersPerLevel { get; init; } = 1;

    [Description("Weight of the auxiliary loss (λ): both divergences of every layer. 0 = none.")]
    [Range(0.0, 1e6)]
    public double AuxiliaryWeight { get; init; } = 0.01;

    [Description("Width of the learned embedding of every scenario node and task.")]
    [Range(1, 1024)]
    public int IndicatorWidth { get; init; } = 16;

    [Description("Widths of every task's tower before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    [Description(
        "Where the network's input x is read again, beside the output of the layer before: none (the paper's form), " +
        "layers (every layer after the first), towers, both.")]
    [AbsentMeansDefault]
    public InputSkip Skip { get; init; } = InputSkip.None;

    [Description("Every layer whose output is as wide as its input adds it: h' = h + layer(h).")]
    [AbsentMeansDefault]
    public bool Residual { get; init; }

    [Description(
        "Every layer whose output is as wide as its input has one more candidate to choose: that input itself, " +
        "so that scenarios and tasks learn their depth.")]
    [AbsentMeansDefault]
    public bool Identity { get; init; }

    public override string Topology => "scenario levels from coarse to fine, then tasks: stacked layers of expert selection";

    public override RankingModel Build(Scope scope, ModelShape shape) => new Aesm2(scope, shape, this);

    protected override ValidationResult? Conflict => Layer().Problem is { } problem ? new(problem, [nameof(Specific), nameof(Shared), nameof(Experts)]) : null;

    internal bool SkipsToLayers => Skip is InputSkip.Layers or InputSkip.Both;

    internal bool SkipsToTowers => Skip is InputSkip.Towers or InputSkip.Both;

    internal AesOptions Layer() => new()
    {
        Experts = Experts,
        Specific = Specific,
        Shared = Shared,
        Disjoint = Disjoint,
        Select = Select,
        Expert = Expert,
        Noise = Noise,
        NoiseScope = NoiseScope,
        GateInput = GateInput,
    };
}

/// <summary>
/// AESM² (Zou et al., SIGIR 2022): a row passes the scenario levels from coarse to fine, then its tasks, through stacked layers
/// of automatic expert selection. See docs/models/aesm2.md.
/// </summary>
public sealed class Aesm2 : RankingModel
{
    readonly Aesm2Options _options;
    readonly Parameter[]? _nodes;
    readonly Parameter? _tasks;
    readonly AesLayer[][] _levels;
    readonly AesLayer[] _taskLayers;
    readonly Tower[] _towers;

    public Aesm2(Scope scope, ModelShape shape, Aesm2Options options)
    {
        _options = options;
        var width = options.IndicatorWidth;
        if (options.GateInput != GateInput.X)
        {
            _nodes = scope.Repeat("scenario_embedding", shape.Levels.Length, (s, i) => s.Vectors("weight", shape.EveryNode(i), width));
            _tasks = scope.Vectors("task_embedding", shape.EveryTask, width);
        }

        var (inputs, outputs) = (shape.Width, shape.Width);
        AesLayer Layer(Scope s, Members members, int indicators)
        {
            var layer = new AesLayer(s, members, inputs, indicators, options.Layer(), options.Identity && outputs == options.Expert.Widths[^1]);
            outputs = layer.Outputs;
            inputs = outputs + (options.SkipsToLayers ? shape.Width : 0);
            return layer;
        }

        _levels = scope.Repeat(
            "scenario", shape.Levels.Length, (s, i) => LayersOf(s, l => Layer(l, shape.EveryNode(i), (i + 1) * width)));
        _taskLayers = LayersOf(scope.Sub("task"), l => Layer(l, shape.EveryTask, (shape.Levels.Length + 1) * width));
        if (options.SkipsToTowers) outputs += shape.Width;
        _towers = scope.Repeat("tower", shape.EveryTask, (s, _) => new Tower(s, outputs, options.TowerWidths));
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var (h, indicator) = (x, default(Tensor));
        for (var i = 0; i < _levels.Length; i++)
        {
            indicator = Indicator(g, indicator, _nodes?[i], path[i], x.Rows);
            foreach (var layer in _levels[i]) h = Added(g, h, layer.Forward(g, h, Input(g, h, x), indicator, path[i], (Real)_options.AuxiliaryWeight));
        }

        ForwardTasks(g, h, x, indicator, logits);
        for (var t = 0; t < logits.Length; t++)
            logits[t] = _towers[t].Forward(g, _options.SkipsToTowers ? g.Concat(logits[t], x) : logits[t]);
    }

    /// <summary>The task layers; their first sees one h for all tasks, so that an expert two tasks choose is computed once.</summary>
    void ForwardTasks(Graph g, Tensor h, Tensor x, Tensor indicator, Span<Tensor> streams)
    {
        var lambda = (Real)(_options.AuxiliaryWeight / streams.Length);
        Span<Tensor> indicators = stackalloc Tensor[streams.Length];
        Span<Tensor> weights = stackalloc Tensor[streams.Length];
        var input = Input(g, h, x);
        for (var t = 0; t < streams.Length; t++)
        {
            indicators[t] = Indicator(g, indicator, _tasks, NodeIndex.Constant(t), h.Rows);
            weights[t] = _taskLayers[0].Weights(g, input, indicators[t], NodeIndex.Constant(t), lambda, t);
        }

        _taskLayers[0].Mix(g, h, input, weights, streams);
        for (var t = 0; t < streams.Length; t++)
        {
            streams[t] = Added(g, h, streams[t]);
            foreach (var layer in _taskLayers.AsSpan(1))
                streams[t] = Added(g, streams[t], layer.Forward(g, streams[t], Input(g, streams[t], x), indicators[t], NodeIndex.Constant(t), lambda, t));
        }
    }

    /// <summary>The embeddings of a row's coarser nodes and of this one; nothing where gates do not read them.</summary>
    static Tensor Indicator(Graph g, Tensor coarser, Parameter? embedding, NodeIndex node, int rows)
    {
        if (embedding is null) return default;
        var own = g.Lookup(embedding, node, rows);
        return coarser == default ? own : g.Concat(coarser, own);
    }

    /// <summary>What a layer reads: h, and x again where the options say so; the first layer's h is x itself.</summary>
    Tensor Input(Graph g, Tensor h, Tensor x) => _options.SkipsToLayers && h != x ? g.Concat(h, x) : h;

    /// <summary>h' = h + layer(h) in the residual form, wherever the two are of one width.</summary>
    Tensor Added(Graph g, Tensor h, Tensor mixed) => _options.Residual && h.Cols == mixed.Cols ? g.Add(h, mixed) : mixed;

    AesLayer[] LayersOf(Scope scope, Func<Scope, AesLayer> make) =>
        [.. Enumerable.Range(0, _options.LayersPerLevel).Select(i => make(scope.Sub(i)))];
}
