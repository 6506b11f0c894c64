using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="SingleScenario"/>.</summary>
public sealed record SingleOptions : ModelOptions
{
    [Description("Scenario level whose nodes have a model each, 1 = the coarsest.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    [Description("Shape of every scenario's network below its towers.")]
    public ExpertOptions Network { get; init; } = new();

    [Description("Widths of the tower of every scenario and task before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    public override int? PrivateLevel => Level;

    public override string Topology => string.Create(CultureInfo.InvariantCulture, $"one model, embeddings included, per scenario of level {Level}");

    public override RankingModel Build(Scope scope, ModelShape shape) => new SingleScenario(scope, shape, this);
}

/// <summary>
/// One model per scenario, trained side by side in the same batches: h = MLP_s(x_s), logit_t = tower_s,t(h), x_s from the scenario's own
/// embeddings. Nothing is shared, so a row trains its own scenario's model only: the control for negative transfer.
/// </summary>
public sealed class SingleScenario : RankingModel
{
    readonly Members _scenarios;
    readonly int _level;
    readonly ExpertBank _networks;
    readonly TaskTowers _towers;

    public SingleScenario(Scope scope, ModelShape shape, SingleOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        _scenarios = shape.Scenarios(options.Level);
        _level = options.Level - 1;
        _networks = new ExpertBank(scope.Sub("network"), _scenarios.Count, shape.Width, options.Network, _scenarios);
        _towers = new TaskTowers(scope, shape.EveryTask, _scenarios, _networks.Outputs, options.TowerWidths);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var own = path[_level];
        logits.Fill(_networks.Mix(g, x, g.OneHot(own, x.Rows, _scenarios.Count)));
        _towers.Forward(g, logits, own, logits);
    }
}
