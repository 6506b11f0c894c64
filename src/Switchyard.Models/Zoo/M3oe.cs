using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="M3oe"/>.</summary>
public sealed record M3oeOptions : ModelOptions
{
    [Description("Widths of the bottom, at least one: a layer whose weights are those of all scenarios times the scenario's own, then layers that all share.")]
    [Range(1, 65536)]
    public ImmutableArray<int> BottomWidths { get; init; } = [256, 128];

    [Description("Common experts. There is also one for every scenario and one for every task.")]
    [Range(1, 4096)]
    public int Experts { get; init; } = 4;

    [Description("Shape of every expert.")]
    public ExpertOptions Expert { get; init; } = new();

    [Description("A row also mixes the experts of the other scenarios and tasks, by a learned share. false: those of its own alone.")]
    public bool Balance { get; init; } = true;

    [Description("The gates of the common experts do not train what they read; false: they do (control).")]
    public bool CutGradients { get; init; } = true;

    [Description("Widths of the tower of every (scenario, task) before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    [Description("Scenario level whose nodes are the scenarios, 1 = the coarsest.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    public override string Topology => string.Create(
        CultureInfo.InvariantCulture, $"experts of all, of every scenario of level {Level} and of every task; a gate and tower per (scenario, task)");

    public override RankingModel Build(Scope scope, ModelShape shape) => new M3oe(scope, shape, this);

    protected override ValidationResult? Conflict => BottomWidths.IsEmpty
        ? new("scenarios meet in the bottom; give at least one width, for example [256, 128].", [nameof(BottomWidths)])
        : null;
}

/// <summary>
/// M³oE (Zhang et al., SIGIR 2024): common experts mixed by a gate, experts of scenarios and experts of tasks mixed by learned shares, and
/// learned weights of the three. See docs/models/m3oe.md.
/// </summary>
public sealed class M3oe : RankingModel
{
    /// <summary>What the learned shares begin with: σ of it is .73, mostly a row's own expert, mostly all of what it says.</summary>
    public const double StartOfShares = 1;

    readonly int _level;
    readonly int _scenarios;
    readonly bool _cut;
    readonly StarLinear _star;
    readonly Mlp _bottom;
    readonly Linear _skip;
    readonly ExpertBank _experts;
    readonly Gate[] _gates;
    readonly Aspect _scenario;
    readonly Aspect _task;
    readonly TaskTowers _towers;

    public M3oe(Scope scope, ModelShape shape, M3oeOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        var (scenarios, widths, bottom) = (shape.Scenarios(options.Level), options.BottomWidths, scope.Sub("bottom"));
        (_level, _scenarios, _cut) = (options.Level - 1, scenarios.Count, options.CutGradients);
        _star = new StarLinear(bottom.Sub("star"), scenarios, shape.Width, widths[0]);
        _bottom = new Mlp(bottom.Sub("hidden"), widths[0], widths[1..]);
        _skip = new Linear(bottom.Sub("skip"), shape.Width, widths[^1], relu: true);
        _experts = new ExpertBank(scope.Sub("expert"), options.Experts, widths[^1], options.Expert);
        _gates = scope.Repeat("gate", shape.EveryTask, (s, _) => new Gate(s, widths[^1], options.Experts, scenarios));
        _scenario = new Aspect(scope.Sub("scenario"), scenarios, widths[^1], options);
        _task = new Aspect(scope.Sub("task"), shape.EveryTask, widths[^1], options);
        _towers = new TaskTowers(scope, shape.EveryTask, scenarios, _experts.Outputs, options.TowerWidths);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var own = path[_level];
        var (place, rows) = g.OwnRows(own, x.Rows, _scenarios);
        var star = g.Combine(_star.Forward(g, g.Gather(x, rows), rows, relu: true), place, rows, 0);
        var h = g.Add(_bottom.Forward(g, star), _skip.Forward(g, x));

        Span<Tensor> ofTask = stackalloc Tensor[logits.Length];
        var read = _cut ? g.Detach(h) : h;
        for (var t = 0; t < logits.Length; t++)
        {
            logits[t] = _gates[t].Forward(g, read, own);
            g.NoteGate(new GateNote("expert", NodeIndex.Constant(t), logits[t]));
            ofTask[t] = _task.Gate(g, NodeIndex.Constant(t), x.Rows);
        }

        var ofScenario = _scenario.Mix(g, h, _scenario.Gate(g, own, x.Rows));
        _task.Mix(g, h, ofTask);
        _experts.Mix(g, h, logits, logits);
        var (scenarioShare, taskShare) = (_scenario.Share(g, x.Rows), _task.Share(g, x.Rows));
        for (var t = 0; t < logits.Length; t++) logits[t] = g.AddScaled(g.AddScaled(logits[t], ofScenario, scenarioShare), ofTask[t], taskShare);
        _towers.Forward(g, logits, own, logits);
    }

    /// <summary>One expert for every scenario, or for every task, and the two learned numbers that weigh them.</summary>
    sealed class Aspect
    {
        readonly string _layer;
        readonly ExpertBank _experts;
        readonly Parameter? _balance;
        readonly Parameter _share;

        public Aspect(Scope scope, Members members, int inputs, M3oeOptions options)
        {
            _experts = new ExpertBank(scope.Sub("expert"), members.Count, inputs, options.Expert, members);
            _layer = scope.Sub("expert").Path;
            var gate = scope.Sub("gate");
            _balance = options.Balance && members.Count > 1 ? gate.Occasional().Parameter("balance", 1, 1, Init.Constant(StartOfShares)) : null;
            _share = gate.Parameter("share", 1, 1, Init.Constant(StartOfShares));
        }

        /// <summary>The weight of its own expert, and what is left in equal parts for the others, [B, members].</summary>
        public Tensor Gate(Graph g, NodeIndex own, int rows)
        {
            var gate = g.OneHot(own, rows, _experts.Experts);
            if (_balance is not null)
            {
                var part = (Real)1 / (_experts.Experts - 1);
                gate = g.AddScaled(g.Affine(gate, -part, part), g.Affine(gate, 1 + part, -part), Column(g, _balance, rows));
            }

            g.NoteGate(new GateNote(_layer, own, gate));
            return gate;
        }

        public Tensor Mix(Graph g, Tensor h, Tensor gate) => _experts.Mix(g, h, gate);

        /// <summary>Gates, replaced by what they mix.</summary>
        public void Mix(Graph g, Tensor h, Span<Tensor> gates) => _experts.Mix(g, h, gates, gates);

        /// <summary>How much of the mixture counts, [B, 1].</summary>
        public Tensor Share(Graph g, int rows) => Column(g, _share, rows);

        static Tensor Column(Graph g, Parameter weight, int rows) => g.Lookup(g.Sigmoid(g.Use(weight)), NodeIndex.Constant(0), rows);
    }
}
