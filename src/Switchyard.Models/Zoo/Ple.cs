using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="Ple"/>.</summary>
public sealed record PleOptions : ModelOptions
{
    [Description("Extraction layers one above the other; 1 = CGC.")]
    [Range(1, 16)]
    public int Layers { get; init; } = 2;

    [Description("Experts of every head, in every layer.")]
    [Range(1, 4096)]
    public int OwnExperts { get; init; } = 2;

    [Description("Experts that all heads share, in every layer.")]
    [Range(1, 4096)]
    public int SharedExperts { get; init; } = 2;

    [Description("Shape of every expert.")]
    public ExpertOptions Expert { get; init; } = new();

    [Description("Widths of every tower before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    [Description("task: heads are tasks; pair: (scenario, task) pairs; stack: layers over scenarios, then layers over tasks.")]
    public Heads Heads { get; init; }

    [Description("Scenario level of the heads, 1 = the coarsest; pair and stack only.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    public override string Topology => HeadsText.Of(Heads, Level);

    public override RankingModel Build(Scope scope, ModelShape shape) => new Ple(scope, shape, this);
}

/// <summary>
/// Progressive layered extraction (Tang et al., RecSys 2020): every head has experts and a stream of its own beside the shared
/// ones, in layers; with one layer it is CGC. See docs/models/ple.md.
/// </summary>
public sealed class Ple : RankingModel
{
    readonly HeadScenarios _heads;
    readonly PleStage? _scenarios;
    readonly PleStage _tasks;
    readonly TaskTowers _towers;

    public Ple(Scope scope, ModelShape shape, PleOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        _heads = new HeadScenarios(options.Heads, options.Level, shape);
        var experts = new CgcShape(options.OwnExperts, options.SharedExperts, options.Expert);
        _scenarios = _heads.Stage is { } stage ? new PleStage(scope.Sub("scenario"), null, stage, shape.Width, options.Layers, experts) : null;
        _tasks = new PleStage(scope, shape.EveryTask, _heads.Pairs, _scenarios?.Outputs ?? shape.Width, options.Layers, experts);
        _towers = new TaskTowers(scope, shape.EveryTask, _heads.Pairs, _tasks.Outputs, options.TowerWidths);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var own = _heads.Own(path);
        if (_scenarios is not null) _scenarios.Forward(g, x, own, new Span<Tensor>(ref x));
        _tasks.Forward(g, x, own, logits);
        _towers.Forward(g, logits, own, logits);
    }
}
