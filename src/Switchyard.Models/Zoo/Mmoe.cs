using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="Mmoe"/>.</summary>
public sealed record MmoeOptions : ModelOptions
{
    [Description("Number of experts, shared by all tasks.")]
    [Range(1, 4096)]
    public int Experts { get; init; } = 6;

    [Description("Shape of every expert.")]
    public ExpertOptions Expert { get; init; } = new();

    [Description("Widths of every task's tower before its logit.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [64];

    public override string Topology => HeadsText.Of(Heads.Task, level: 1);

    public override RankingModel Build(Scope scope, ModelShape shape) => new Mmoe(scope, shape, this);
}

/// <summary>
/// Multi-gate mixture of experts (Ma et al., KDD 2018): f_k = MLP_k(x), g_t = softmax(x W_t), logit_t = tower_t(Σ_k g_t,k f_k).
/// It knows tasks only; a scenario reaches it as a field.
/// </summary>
public sealed class Mmoe : RankingModel
{
    readonly ExpertBank _experts;
    readonly Gate[] _gates;
    readonly Tower[] _towers;

    public Mmoe(Scope scope, ModelShape shape, MmoeOptions options)
    {
        _experts = new ExpertBank(scope.Sub("expert"), options.Experts, shape.Width, options.Expert);
        _gates = scope.Repeat("gate", shape.EveryTask, (s, _) => new Gate(s, shape.Width, options.Experts));
        _towers = scope.Repeat("tower", shape.EveryTask, (s, _) => new Tower(s, _experts.Outputs, options.TowerWidths));
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        Span<Tensor> gates = stackalloc Tensor[logits.Length];
        Span<Tensor> mixed = stackalloc Tensor[logits.Length];
        for (var t = 0; t < logits.Length; t++)
        {
            gates[t] = _gates[t].Forward(g, x);
            g.NoteGate(new GateNote("expert", NodeIndex.Constant(t), gates[t]));
        }

        _experts.Mix(g, x, gates, mixed);
        for (var t = 0; t < logits.Length; t++) logits[t] = _towers[t].Forward(g, mixed[t]);
    }
}
