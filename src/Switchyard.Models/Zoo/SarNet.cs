using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="SarNet"/>.</summary>
public sealed record SarNetOptions : ModelOptions
{
    [Description("Experts of every scenario.")]
    [Range(1, 4096)]
    public int OwnExperts { get; init; } = 2;

    [Description("Experts that all scenarios share.")]
    [Range(1, 4096)]
    public int SharedExperts { get; init; } = 4;

    [Description("Shape of every expert.")]
    public ExpertOptions Expert { get; init; } = new();

    [Description("The scenario scales and shifts every component of x. false: x as it is.")]
    public bool Transform { get; init; } = true;

    [Description("Widths of every task's tower before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    [Description("Scenario level whose nodes are the scenarios, 1 = the coarsest.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    public override string Topology => string.Create(
        CultureInfo.InvariantCulture, $"scenarios of level {Level} have experts and gates of their own{(Transform ? ", and transform x" : "")}; one tower per task");

    public override RankingModel Build(Scope scope, ModelShape shape) => new SarNet(scope, shape, this);
}

/// <summary>
/// Scenario-aware ranking network (Shen et al., CIKM 2021): x scaled and shifted by the scenario, then a mixture of the scenario's own
/// experts and shared ones. See docs/models/sar_net.md.
/// </summary>
public sealed class SarNet : RankingModel
{
    readonly int _level;
    readonly int _scenarios;
    readonly Parameter? _factor;
    readonly Parameter? _shift;
    readonly ExpertBank _own;
    readonly ExpertBank _shared;
    readonly Gate[] _gates;
    readonly TaskTowers _towers;

    public SarNet(Scope scope, ModelShape shape, SarNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        var scenarios = shape.Scenarios(options.Level);
        (_level, _scenarios) = (options.Level - 1, scenarios.Count);
        if (options.Transform)
        {
            var (transform, axes) = (scope.Sub("transform"), new MemberAxes(Rows: scenarios));
            _factor = transform.Parameter("factor", scenarios.Count, shape.Width, Init.Constant(1), axes: axes);
            _shift = transform.Parameter("shift", scenarios.Count, shape.Width, Init.Constant(0), axes: axes);
        }

        _own = new ExpertBank(scope.Sub("scenario").Sub("expert"), scenarios.Count * options.OwnExperts, shape.Width, options.Expert, scenarios);
        _shared = new ExpertBank(scope.Sub("shared").Sub("expert"), options.SharedExperts, shape.Width, options.Expert);
        _gates = scope.Repeat("gate", shape.EveryTask, (s, _) => new Gate(s, shape.Width, options.OwnExperts + options.SharedExperts, scenarios));
        _towers = new TaskTowers(scope, shape.EveryTask, null, _shared.Outputs, options.TowerWidths);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var own = path[_level];
        if (_factor is not null) x = g.Add(g.Multiply(x, g.Lookup(_factor, own, x.Rows)), g.Lookup(_shift!, own, x.Rows));
        var each = _own.Experts / _scenarios;
        Span<Tensor> mixed = stackalloc Tensor[logits.Length];
        for (var t = 0; t < logits.Length; t++)
        {
            var gate = _gates[t].Forward(g, x, own);
            g.NoteGate(new GateNote("expert", NodeIndex.Constant(t), gate));
            mixed[t] = g.PlaceGate(g.Columns(gate, 0, each), _scenarios, own);
            logits[t] = g.Columns(gate, each, _shared.Experts);
        }

        _own.Mix(g, x, mixed, mixed);
        _shared.Mix(g, x, logits, logits);
        for (var t = 0; t < logits.Length; t++) logits[t] = g.Add(mixed[t], logits[t]);
        _towers.Forward(g, logits, own, logits);
    }
}
