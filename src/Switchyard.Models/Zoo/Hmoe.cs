using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="Hmoe"/>.</summary>
public sealed record HmoeOptions : ModelOptions
{
    [Description("Number of experts, shared by all scenarios and tasks.")]
    [Range(1, 4096)]
    public int Experts { get; init; } = 6;

    [Description("Shape of every expert.")]
    public ExpertOptions Expert { get; init; } = new();

    [Description("Widths of the tower of every scenario and task before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    [Description("Scenario level, 1 = the coarsest.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    [Description("false: a row's logit is its own scenario's, nothing is mixed in label space (control).")]
    public bool MixLabels { get; init; } = true;

    [Description("A row's gradient passes through its own scenario's tower only. false: through all that were mixed (control).")]
    public bool CutGradients { get; init; } = true;

    public override string Topology => string.Create(
        CultureInfo.InvariantCulture,
        $"a gate per scenario of level {Level}; per task, a tower{(MixLabels ? " and a gate over all scenarios' logits" : "")} for each of them");

    public override RankingModel Build(Scope scope, ModelShape shape) => new Hmoe(scope, shape, this);
}

/// <summary>
/// HMoE (Li et al., 2020): MMoE over scenarios, whose logits are then mixed; other scenarios' logits enter as constants.
/// See docs/models/hmoe.md.
/// </summary>
public sealed class Hmoe : RankingModel
{
    readonly HmoeOptions _options;
    readonly int _scenarios;
    readonly ExpertBank _experts;
    readonly Parameter _gate;
    readonly Tower[][] _towers;
    readonly LabelGate[] _labels;

    public Hmoe(Scope scope, ModelShape shape, HmoeOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        var (tasks, scenarios) = (shape.EveryTask, shape.Scenarios(options.Level));
        _scenarios = scenarios.Count;
        _experts = new ExpertBank(scope.Sub("expert"), options.Experts, shape.Width, options.Expert);
        _gate = scope.Sub("gate").Parameter(
            "weight", shape.Width, scenarios.Count * options.Experts, Init.Linear(shape.Width), axes: new MemberAxes(Cols: scenarios));
        _towers = scope.Repeat("tower", tasks, (s, _) => s.Repeat("scenario", scenarios, (own, _) => new Tower(own, _experts.Outputs, options.TowerWidths)));
        _labels = options.MixLabels ? scope.Repeat("label_gate", tasks, (s, _) => new LabelGate(s, shape.Width, scenarios)) : [];
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var own = path[_options.Level - 1];
        var (gate, dispatch) = g.OwnRows(own, x.Rows, _scenarios);
        Span<Tensor> mixed = stackalloc Tensor[_scenarios];
        Mix(g, x, dispatch, own, mixed);
        if (!_options.MixLabels)
        {
            OwnLogits(g, gate, mixed, logits);
            return;
        }

        Span<Tensor> scores = stackalloc Tensor[_scenarios];
        for (var t = 0; t < logits.Length; t++)
        {
            for (var m = 0; m < _scenarios; m++) scores[m] = _towers[t][m].Forward(g, mixed[m]);
            logits[t] = g.MixLogits(_labels[t].Forward(g, x, gate, dispatch, own), scores, _options.CutGradients ? own : NodeIndex.Constant(-1));
        }
    }

    /// <summary>
    /// The experts mixed by every scenario's gate: of all rows where labels are mixed, for any of them may count in a row's logit; else
    /// of its own rows.
    /// </summary>
    void Mix(Graph g, Tensor x, Dispatch rows, NodeIndex own, Span<Tensor> mixed)
    {
        var weights = _options.MixLabels ? AllWeights(g, x, own) : OwnWeights(g, x, rows, own);
        Span<Tensor> gates = stackalloc Tensor[_scenarios];
        for (var m = 0; m < _scenarios; m++) gates[m] = g.Columns(weights, m * _experts.Experts, _experts.Experts);
        _experts.Mix(g, x, gates, mixed);
    }

    /// <summary>Weights of every scenario's gate, [B, M × n].</summary>
    Tensor AllWeights(Graph g, Tensor x, NodeIndex own)
    {
        var logits = g.Linear(x, _gate);
        if (g.NotesGates) g.NoteGate(new GateNote("expert", own, g.Softmax(g.PickGate(g.Detach(logits), _scenarios, own))));
        return g.SoftmaxOfGroups(logits, _scenarios);
    }

    /// <summary>The same with 0 in the gates of scenarios that a row does not belong to; of an unknown scenario, it belongs to all.</summary>
    Tensor OwnWeights(Graph g, Tensor x, Dispatch rows, NodeIndex own)
    {
        var logits = g.MemberLinear(x, _gate, null, rows);
        if (g.NotesGates) g.NoteGate(new GateNote("expert", own, g.Softmax(g.MeanOfPairs(g.Detach(logits), rows))));
        return g.PlacePairs(g.Softmax(logits), rows, weighted: false);
    }

    /// <summary>Every scenario's towers on its own rows; a row of an unknown scenario goes through all of them and has the mean.</summary>
    void OwnLogits(Graph g, Tensor gate, ReadOnlySpan<Tensor> mixed, Span<Tensor> logits)
    {
        for (var m = 0; m < _scenarios; m++)
        {
            var share = g.Columns(gate, m, 1);
            var rows = g.Route(new ReadOnlySpan<Tensor>(in share));
            for (var t = 0; t < logits.Length; t++)
            {
                var logit = g.Combine(_towers[t][m].Forward(g, mixed[m], rows), share, rows, 0);
                logits[t] = m == 0 ? logit : g.Add(logits[t], logit);
            }
        }
    }

    /// <summary>softmax(x V_a) over the scenarios' logits with the V of the row's own scenario a; the mean of all where it is unknown.</summary>
    sealed class LabelGate(Scope scope, int inputs, Members scenarios)
    {
        readonly Parameter _weight = scope.Parameter(
            "weight", inputs, scenarios.Count, Init.Linear(inputs), scenarios.Count, new MemberAxes(Stack: scenarios, Cols: scenarios));

        public Tensor Forward(Graph g, Tensor x, Tensor gate, Dispatch dispatch, NodeIndex own)
        {
            var weights = g.Combine(g.Softmax(g.ExpertLinear(x, _weight, null, dispatch, gather: true, relu: false)), gate, dispatch, 0);
            g.NoteGate(new GateNote(scope.Path, own, weights));
            return weights;
        }
    }
}
