using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="Mmoe"/>.</summary>
public sealed record MmoeOptions : ModelOptions
{
    [Description("Number of experts, shared by all heads.")]
    [Range(1, 4096)]
    public int Experts { get; init; } = 6;

    [Description("Shape of every expert.")]
    public ExpertOptions Expert { get; init; } = new();

    [Description("Widths of every tower before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    [Description("task: heads are tasks; pair: (scenario, task) pairs; stack: a stage over scenarios with experts of its own, then one over tasks.")]
    [AbsentMeansDefault]
    public Heads Heads { get; init; }

    [Description("Scenario level of the heads, 1 = the coarsest; pair and stack only.")]
    [Range(1, 64)]
    [AbsentMeansDefault]
    public int Level { get; init; } = 1;

    public override string Topology => HeadsText.Of(Heads, Level);

    public override RankingModel Build(Scope scope, ModelShape shape) => new Mmoe(scope, shape, this);
}

/// <summary>
/// Multi-gate mixture of experts (Ma et al., KDD 2018): f_k = MLP_k(x), g_a = softmax(x W_a), logit_a = tower_a(Σ_k g_a,k f_k).
/// Heads a are tasks or (scenario, task) pairs; or scenarios, and in a second stage tasks. See docs/models/mmoe.md.
/// </summary>
public sealed class Mmoe : RankingModel
{
    readonly HeadScenarios _heads;
    readonly ExpertBank? _scenarioExperts;
    readonly Gate? _scenarioGate;
    readonly ExpertBank _experts;
    readonly Gate[] _gates;
    readonly TaskTowers _towers;

    public Mmoe(Scope scope, ModelShape shape, MmoeOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        _heads = new HeadScenarios(options.Heads, options.Level, shape);
        if (_heads.Stage is { } scenarios)
        {
            var stage = scope.Sub("scenario");
            _scenarioExperts = new ExpertBank(stage.Sub("expert"), options.Experts, shape.Width, options.Expert);
            _scenarioGate = new Gate(stage.Sub("gate"), shape.Width, options.Experts, scenarios);
        }

        var inputs = _scenarioExperts?.Outputs ?? shape.Width;
        _experts = new ExpertBank(scope.Sub("expert"), options.Experts, inputs, options.Expert);
        _gates = scope.Repeat("gate", shape.EveryTask, (s, _) => new Gate(s, inputs, options.Experts, _heads.Pairs));
        _towers = new TaskTowers(scope, shape.EveryTask, _heads.Pairs, _experts.Outputs, options.TowerWidths);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var own = _heads.Own(path);
        if (_scenarioGate is not null)
        {
            var gate = _scenarioGate.Forward(g, x, own);
            g.NoteGate(new GateNote("scenario.expert", own, gate));
            x = _scenarioExperts!.Mix(g, x, gate);
        }

        Span<Tensor> gates = stackalloc Tensor[logits.Length];
        for (var t = 0; t < logits.Length; t++)
        {
            gates[t] = _gates[t].Forward(g, x, own);
            g.NoteGate(new GateNote("expert", NodeIndex.Constant(t), gates[t]));
        }

        _experts.Mix(g, x, gates, logits);
        _towers.Forward(g, logits, own, logits);
    }
}
