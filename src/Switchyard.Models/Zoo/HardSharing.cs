using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="HardSharing"/>.</summary>
public sealed record HardSharingOptions : ModelOptions
{
    [Description("Widths of the bottom that all rows and tasks share; every layer ends in a ReLU.")]
    [Range(1, 65536)]
    public ImmutableArray<int> BottomWidths { get; init; } = [512, 256];

    [Description("Widths of every scenario's layers between the bottom and the towers; heads: stack only.")]
    [Range(1, 65536)]
    public ImmutableArray<int> ScenarioWidths { get; init; } = [128];

    [Description("Widths of every tower before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    [Description("task: a tower per task; pair: one per (scenario, task); stack: layers per scenario, then a tower per task.")]
    public Heads Heads { get; init; }

    [Description("Scenario level of the heads, 1 = the coarsest; pair and stack only.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    public override string Topology => HeadsText.Of(Heads, Level);

    public override RankingModel Build(Scope scope, ModelShape shape) => new HardSharing(scope, shape, this);

    protected override ValidationResult? Conflict => Heads == Heads.Stack && ScenarioWidths.IsEmpty
        ? new("heads: stack has layers per scenario; give at least one width, for example [128].", [nameof(ScenarioWidths), nameof(Heads)])
        : null;
}

/// <summary>
/// Hard parameter sharing, also called shared bottom (Caruana 1997): h = MLP(x), logit_a = tower_a(h). See docs/models/hard_sharing.md.
/// </summary>
public sealed class HardSharing : RankingModel
{
    readonly HeadScenarios _heads;
    readonly Mlp _bottom;
    readonly ExpertBank? _scenarios;
    readonly TaskTowers _towers;

    public HardSharing(Scope scope, ModelShape shape, HardSharingOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        _heads = new HeadScenarios(options.Heads, options.Level, shape);
        _bottom = new Mlp(scope.Sub("bottom"), shape.Width, options.BottomWidths);
        var experts = new ExpertOptions { Widths = options.ScenarioWidths };
        if (_heads.Stage is { } stage) _scenarios = new ExpertBank(scope.Sub("scenario"), stage.Count, _bottom.Outputs, experts, stage);
        _towers = new TaskTowers(scope, shape.EveryTask, _heads.Pairs, _scenarios?.Outputs ?? _bottom.Outputs, options.TowerWidths);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var own = _heads.Own(path);
        var h = _bottom.Forward(g, x);
        if (_scenarios is not null) h = _scenarios.Mix(g, h, g.OneHot(own, x.Rows, _scenarios.Experts));
        logits.Fill(h);
        _towers.Forward(g, logits, own, logits);
    }
}
