using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="Aitm"/>.</summary>
public sealed record AitmOptions : ModelOptions
{
    [Description("Widths of every task's network of x; at least one. The last one is that of what the tasks hand on.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TaskWidths { get; init; } = [256, 128, 64];

    [Description("Widths of every tower between a task's state and its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [];

    [Description("A task takes from the task before it. false: networks side by side (control).")]
    public bool Transfer { get; init; } = true;

    [Description("Weight of the calibrator, which holds a task's probability to that of the task before (α). Only for labels each of which implies the one before; the paper has 0.6. 0 = none.")]
    [Range(0.0, 1e6)]
    public double CalibratorWeight { get; init; }

    [Description("task: a tower per task; pair: one per (scenario, task).")]
    public PairHeads Heads { get; init; }

    [Description("Scenario level of the heads, 1 = the coarsest; pair only.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    public override string Topology => HeadsText.Of(Heads, Level) + (Transfer ? "; every task reads the one before" : "");

    public override RankingModel Build(Scope scope, ModelShape shape) => new Aitm(scope, shape, this);

    protected override ValidationResult? Conflict => TaskWidths.IsEmpty
        ? new("a task has nothing of its own to hand on without layers; give at least one width, for example [128, 64].", [nameof(TaskWidths)])
        : null;
}

/// <summary>
/// Adaptive information transfer (Xi et al., KDD 2021): tasks in the order of a funnel, each of which attends to what the one before hands
/// it and to its own reading of x. See docs/models/aitm.md.
/// </summary>
public sealed class Aitm : RankingModel
{
    readonly ImmutableArray<int> _given;
    readonly Real _calibrator;
    readonly string[] _calibrators;
    readonly HeadScenarios _heads;
    readonly Mlp[] _tasks;
    readonly Information?[] _transfers;
    readonly TaskTowers _towers;

    public Aitm(Scope scope, ModelShape shape, AitmOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        (_given, _calibrator) = (shape.Given, (Real)options.CalibratorWeight);
        _calibrators = scope.Repeat("task", shape.EveryTask, (s, _) => s.Path + ".calibrator");
        _heads = new HeadScenarios(options.Heads, options.Level, shape);
        var width = options.TaskWidths[^1];
        _tasks = scope.Repeat("task", shape.EveryTask, (s, _) => new Mlp(s, shape.Width, options.TaskWidths));
        _transfers = scope.Repeat("transfer", shape.EveryTask, (s, t) => t > 0 && options.Transfer ? new Information(s.Occasional(), t, width) : null);
        _towers = new TaskTowers(scope, shape.EveryTask, _heads.Pairs, width, options.TowerWidths);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        for (var t = 0; t < logits.Length; t++)
        {
            var own = _tasks[t].Forward(g, x);
            logits[t] = _transfers[t]?.Forward(g, logits[t - 1], own) ?? own;
        }

        _towers.Forward(g, logits, _heads.Own(path), logits);
        if (g.Training && _calibrator > 0) Calibrate(g, logits);
    }

    /// <summary>The mean over rows of what a task's probability has above that of the task before. A task given the one before cannot have more.</summary>
    void Calibrate(Graph g, ReadOnlySpan<Tensor> logits)
    {
        Span<Tensor> p = stackalloc Tensor[logits.Length];
        for (var t = 0; t < p.Length; t++)
        {
            p[t] = g.Sigmoid(logits[t]);
            if (_given[t] >= 0) p[t] = g.Multiply(p[t], p[_given[t]]);
            if (t == 0 || _given[t] == t - 1) continue;
            var all = g.Constant(p[t].Rows, 1, 1);
            g.AddTerm(_calibrators[t], g.MeanWhere(g.Relu(g.Add(p[t], g.Affine(p[t - 1], -1, 0))), all), _calibrator);
        }
    }

    /// <summary>The AIT module: attention of a task to two vectors, what the task before hands on and its own.</summary>
    sealed class Information(Scope scope, int task, int width)
    {
        readonly Linear _handed = new(scope.Sub("handed"), width, width, relu: true);
        readonly Parameter _value = scope.Parameter("value", width, width, Init.Linear(width));
        readonly Parameter _key = scope.Sub("gate").Parameter("key", width, width, Init.Linear(width));
        readonly Parameter _query = scope.Sub("gate").Parameter("query", width, width, Init.Linear(width));

        /// <summary>z of the task before, q of this one → z of this one.</summary>
        public Tensor Forward(Graph g, Tensor before, Tensor own)
        {
            var handed = _handed.Forward(g, before);
            var weights = g.Softmax(g.Concat(Relevance(g, handed), Relevance(g, own)));
            g.NoteGate(new GateNote("transfer", NodeIndex.Constant(task), weights));
            return g.AddScaled(
                g.WeighGroups(g.Linear(own, _value), g.Columns(weights, 1, 1)), g.Linear(handed, _value), g.Columns(weights, 0, 1));
        }

        /// <summary>⟨u K, u Q⟩ / √k, the product as k times its mean.</summary>
        Tensor Relevance(Graph g, Tensor u) => g.Affine(g.MeanGates(g.Multiply(g.Linear(u, _key), g.Linear(u, _query)), width), (Real)Math.Sqrt(width), 0);
    }
}
