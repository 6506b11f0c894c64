using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="ParallelTowers"/>.</summary>
public sealed record ParallelOptions : ModelOptions
{
    [Description("Widths of every tower before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [256, 128, 64];

    [Description("task: a tower per task; pair: one per (scenario, task). There is nothing to stack.")]
    public PairHeads Heads { get; init; }

    [Description("Scenario level of the heads, 1 = the coarsest; pair only.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    public override string Topology => HeadsText.Of(Heads, Level);

    public override RankingModel Build(Scope scope, ModelShape shape) => new ParallelTowers(scope, shape, this);
}

/// <summary>Parallel networks: logit_a = tower_a(x), nothing shared above the embeddings. See docs/models/parallel.md.</summary>
public sealed class ParallelTowers : RankingModel
{
    readonly HeadScenarios _heads;
    readonly TaskTowers _towers;

    public ParallelTowers(Scope scope, ModelShape shape, ParallelOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        _heads = new HeadScenarios(options.Heads, options.Level, shape);
        _towers = new TaskTowers(scope, shape.EveryTask, _heads.Pairs, shape.Width, options.TowerWidths);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        logits.Fill(x);
        _towers.Forward(g, logits, _heads.Own(path), logits);
    }
}
