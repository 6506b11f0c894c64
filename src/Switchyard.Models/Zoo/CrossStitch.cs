using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="CrossStitch"/>.</summary>
public sealed record CrossStitchOptions : ModelOptions
{
    [Description("Widths of every tower before its logit; between two of them the towers are mixed.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [256, 128, 64];

    [Description("Share of its own tower in what a head reads after a mixing, at the start; the other heads share the rest.")]
    [Range(0.0, 1.0)]
    public double Own { get; init; } = 0.9;

    [Description("task: a tower per task; pair: one per (scenario, task). The mixing couples all heads, so there is nothing to stack.")]
    public PairHeads Heads { get; init; }

    [Description("Scenario level of the heads, 1 = the coarsest; pair only.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    public override string Topology => HeadsText.Of(Heads, Level);

    public override RankingModel Build(Scope scope, ModelShape shape) => new CrossStitch(scope, shape, this);
}

/// <summary>
/// Cross-stitch networks (Misra et al., CVPR 2016): towers side by side; after every hidden layer but the last, h_a ← Σ_b α[a,b] h_b.
/// See docs/models/cross_stitch.md.
/// </summary>
public sealed class CrossStitch : RankingModel
{
    readonly HeadScenarios _heads;
    readonly TowerBank[] _towers;

    /// <summary>α of a mixing for the heads of a task: [tasks] matrices of [own scenario, other scenario].</summary>
    readonly Parameter[][] _stitches;

    public CrossStitch(Scope scope, ModelShape shape, CrossStitchOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        _heads = new HeadScenarios(options.Heads, options.Level, shape);
        var (tasks, scenarios) = (shape.EveryTask, _heads.Pairs);
        var (count, heads) = (scenarios?.Count ?? 1, tasks.Count * (scenarios?.Count ?? 1));
        var axes = new MemberAxes(Stack: tasks, Rows: scenarios, Cols: scenarios, Summed: true);
        _towers = scope.Repeat("tower", tasks, (s, _) => new TowerBank(s, scenarios, shape.Width, options.TowerWidths));
        _stitches = [.. Enumerable.Range(0, Math.Max(0, options.TowerWidths.Length - 1)).Select(l => scope.Sub("stitch").Repeat(
            l.ToString(CultureInfo.InvariantCulture), tasks, (s, t) => s.Parameter("weight", count, count, Share(t), tasks.Count, axes)))];

        Init Share(int task) => heads == 1 ? Init.Constant(1) : Init.Diagonal(options.Own, (1 - options.Own) / (heads - 1), count, task);
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var scenarios = _towers[0].Towers;
        var (gate, own) = g.OwnRows(_heads.Own(path), x.Rows, scenarios);
        var rows = _stitches.Length == 0 ? own : g.OwnRows(NodeIndex.Constant(-1), x.Rows, scenarios).Dispatch;
        Span<Tensor> mixed = stackalloc Tensor[logits.Length];
        logits.Fill(x);
        for (var layer = 0; layer < _towers[0].Layers; layer++)
        {
            for (var t = 0; t < logits.Length; t++) logits[t] = _towers[t].Layer(g, logits[t], layer, rows);
            if (layer >= _stitches.Length) continue;

            // Above the last mixing nothing of another head is needed: a row goes on with those of its own scenario.
            if (layer == _stitches.Length - 1) rows = own;
            for (var t = 0; t < logits.Length; t++) mixed[t] = g.Stitch(logits, _stitches[layer][t], rows);
            mixed.CopyTo(logits);
        }

        for (var t = 0; t < logits.Length; t++) logits[t] = g.Combine(logits[t], gate, own, 0);
    }
}
