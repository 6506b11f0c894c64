using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="Hinet"/>.</summary>
public sealed record HinetOptions : ModelOptions
{
    [Description("Sub-experts of every mixture of the scenario layer (K).")]
    [Range(1, 4096)]
    public int SubExperts { get; init; } = 5;

    [Description("Shape of every sub-expert.")]
    public ExpertOptions SubExpert { get; init; } = new();

    [Description("The attention over the other scenarios' mixtures (SAN); false: left out.")]
    public bool San { get; init; } = true;

    [Description("The mixture that all scenarios share (G); false: left out.")]
    public bool Shared { get; init; } = true;

    [Description("The scenario's own mixture (S_i); false: left out.")]
    public bool Specific { get; init; } = true;

    [Description("The scenario layer; false: the task layer reads x.")]
    public bool Hierarchy { get; init; } = true;

    [Description("pair: the task layer has experts, gates and towers for every (scenario, task); task: for every task.")]
    public PairHeads Heads { get; init; } = PairHeads.Pair;

    [Description("Experts of every head in the task layer.")]
    [Range(1, 4096)]
    public int OwnExperts { get; init; } = 2;

    [Description("Experts of the task layer that all heads share.")]
    [Range(1, 4096)]
    public int SharedExperts { get; init; } = 2;

    [Description("Shape of the task layer's experts.")]
    public ExpertOptions Expert { get; init; } = new();

    [Description("Widths of every tower before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [128, 64];

    [Description("Scenario level whose nodes are the scenarios, 1 = the coarsest.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    [Description("Width of the learned embedding of every scenario, which the attention reads.")]
    [Range(1, 1024)]
    public int IndicatorWidth { get; init; } = 64;

    public override string Topology => string.Create(CultureInfo.InvariantCulture, $"scenarios of level {Level}, then {HeadsText.Of(Heads, Level)}");

    public override RankingModel Build(Scope scope, ModelShape shape) => new Hinet(scope, shape, this);

    protected override ValidationResult? Conflict => Hierarchy && !San && !Shared && !Specific
        ? new(
            "nothing is left of the scenario layer with san, shared and specific false; set one of them to true, or hierarchy to false.",
            [nameof(San), nameof(Shared), nameof(Specific)])
        : null;
}

/// <summary>
/// HiNet (Zhou et al., ICDE 2023): a scenario layer [A_i, S_i, G] of the other scenarios' mixtures by attention, the scenario's own and
/// the shared one, then a CGC layer over tasks. See docs/models/hinet.md.
/// </summary>
public sealed class Hinet : RankingModel
{
    readonly int _level;
    readonly Members _scenarios;
    readonly bool _specific;
    readonly SubExpertLayer? _shared;
    readonly SubExpertLayer? _own;
    readonly ScenarioAttention? _attention;
    readonly CgcLayer _tasks;
    readonly TaskTowers _towers;

    public Hinet(Scope scope, ModelShape shape, HinetOptions options)
    {
        _level = options.Level - 1;
        _scenarios = shape.Scenarios(options.Level);
        var (san, specific, shared) = (options.Hierarchy && options.San, options.Hierarchy && options.Specific, options.Hierarchy && options.Shared);
        _specific = specific;
        SubExpertLayer Layer(string name, Members? members) =>
            new(scope.Sub("sei").Sub(name), shape.Width, options.SubExperts, options.SubExpert, members);
        _shared = shared ? Layer("shared", null) : null;
        _own = san || specific ? Layer("own", _scenarios) : null;
        _attention = san ? new ScenarioAttention(scope, _scenarios, options.IndicatorWidth) : null;
        var outputs = (_own ?? _shared)?.Outputs ?? 0;
        var inputs = options.Hierarchy ? outputs * ((san ? 1 : 0) + (specific ? 1 : 0) + (shared ? 1 : 0)) : shape.Width;
        var pairs = options.Heads == PairHeads.Pair ? _scenarios : null;
        _tasks = new CgcLayer(scope.Sub("cgc"), shape.EveryTask, pairs, inputs, new CgcShape(options.OwnExperts, options.SharedExperts, options.Expert));
        _towers = new TaskTowers(scope, shape.EveryTask, pairs, _tasks.Outputs, options.TowerWidths);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var own = path[_level];
        _tasks.Forward(g, Scenario(g, x, own), own, logits);
        _towers.Forward(g, logits, own, logits);
    }

    /// <summary>What the task layer reads: [A_i, S_i, G], or x without a scenario layer.</summary>
    internal Tensor Scenario(Graph g, Tensor x, NodeIndex own)
    {
        Tensor all = default;
        if (_own is not null)
        {
            Span<Tensor> parts = stackalloc Tensor[2];
            parts = parts[..OwnWeights(g, x, _own, own, parts)];
            _own.Mix(g, x, parts, parts);
            all = parts.Length == 1 ? parts[0] : g.Concat(parts[0], parts[1]);
        }

        if (_shared is not null)
        {
            var weights = _shared.Weights(g, x);
            g.NoteGate(new GateNote("sei.shared", NodeIndex.Constant(-1), weights));
            Tensor shared = default;
            _shared.Mix(g, x, new ReadOnlySpan<Tensor>(in weights), new Span<Tensor>(ref shared));
            all = _own is null ? shared : g.Concat(all, shared);
        }

        return all.Length == 0 ? x : all;
    }

    /// <summary>Weights of all scenarios' sub-experts in A_i and S_i, as far as the model has these; returns how many there are.</summary>
    int OwnWeights(Graph g, Tensor x, SubExpertLayer layer, NodeIndex own, Span<Tensor> parts)
    {
        var count = 0;
        Tensor specific = default;
        if (_attention is not null)
        {
            var weights = layer.Weights(g, x);
            var attention = _attention.Forward(g, own, x.Rows);
            if (_scenarios.Count > 1) g.NoteGate(new GateNote("san", own, attention));
            parts[count++] = g.WeighGroups(weights, attention);
            if (_specific) specific = g.WeighGroups(weights, g.OwnRows(own, x.Rows, _scenarios.Count).Gate);
        }
        else
        {
            specific = layer.OwnWeights(g, x, own);
        }

        if (!_specific) return count;
        g.NoteGate(new GateNote("sei.own", own, specific));
        parts[count++] = specific;
        return count;
    }
}
