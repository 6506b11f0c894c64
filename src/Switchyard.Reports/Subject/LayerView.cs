using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>The experts of a gated layer as somebody counted them: all rows of a part, or a batch of training.</summary>
/// <param name="Name">The layer by the name of its parameters.</param>
/// <param name="Column">Column of the level whose nodes own the gates; null where they belong to tasks, or to nobody.</param>
/// <param name="Experts">Number of experts.</param>
/// <param name="Gates">All rows first; then nodes and tasks.</param>
sealed record LayerView(string Name, string? Column, int Experts, ImmutableArray<GateView> Gates)
{
    /// <summary>An expert that every gate's rows choose as shared in this share of cases is shared by all.</summary>
    public const double SharedFrom = 0.5;

    public GateView Total => Gates[0];

    /// <summary>True where every row chooses some experts; false where it mixes all of them.</summary>
    public bool Selects => Total.Specific.Length > 0;

    public bool SelectsShared => Total.Shared.Any(s => s > 0);

    /// <summary>The gates as the model has them: one per node of the layer's level, or one per task; where they are nobody's, all rows.</summary>
    public ImmutableArray<GateView> Own
    {
        get
        {
            ImmutableArray<GateView> own = Column is not null
                ? [.. Gates.Where(g => g.Column == Column && g.Task is null)]
                : [.. Gates.Where(g => g.Column is null && g.Task is not null)];
            return own.IsEmpty ? [Total] : own;
        }
    }

    /// <summary>Whether its experts can be dead, or its choices collapse.</summary>
    public bool IsJudged => !ExpertHealth.NotJudged.Contains(Name);

    /// <summary>How many experts there are in effect: 2 to the entropy of the mean weights.</summary>
    public double EffectiveExperts
    {
        get
        {
            var sum = Total.Weight.Sum();
            return sum <= 0 ? 0 : Math.Exp(-Total.Weight.Where(w => w > 0).Sum(w => w / sum * Math.Log(w / sum)));
        }
    }

    /// <summary>Experts that hardly any row uses, numbered from 0 (<see cref="ExpertHealth"/>).</summary>
    public ImmutableArray<int> Dead => IsJudged ? ExpertHealth.Dead(ExpertHealth.Use(Total.Specific, Total.Shared, Total.Weight)) : [];

    /// <summary>The experts on which nearly all choices fall; empty where the choices have not collapsed (<see cref="ExpertHealth"/>).</summary>
    public ImmutableArray<int> Collapsed => IsJudged ? ExpertHealth.Collapsed(Total.Specific, Total.Shared, Total.Weight) : [];

    /// <summary>
    /// Experts that serve every one of <see cref="Own"/>: chosen as shared by at least half of its rows or, where rows mix all experts, weighted with at
    /// least half of an equal part. Empty where there is one gate only.
    /// </summary>
    public ImmutableArray<int> SharedByAll
    {
        get
        {
            var own = Own;
            if (own.Length < 2 || (Selects && !SelectsShared)) return [];
            return [.. Enumerable.Range(0, Experts).Where(k => own.All(g => Shares(g, k)))];
        }
    }

    /// <summary>How many of <see cref="Own"/> use each expert as <see cref="SharedByAll"/> asks for.</summary>
    public ImmutableArray<int> SharedBy => [.. Enumerable.Range(0, Experts).Select(k => Own.Count(g => Shares(g, k)))];

    bool Shares(GateView gate, int expert) => Selects ? gate.Shared[expert] >= SharedFrom : gate.Weight[expert] >= SharedFrom / Experts;

    /// <summary>The same layer in several batches as one count over all their rows.</summary>
    public static LayerView Merge(IReadOnlyList<LayerView> batches) => batches[0] with
    {
        Gates = [.. batches.SelectMany(b => b.Gates).GroupBy(g => (g.Task, g.Column, g.Scenario)).Select(g => GateView.Merge([.. g]))],
    };

    public static LayerView Of(LayerUse layer) => new(
        layer.Name,
        layer.Column,
        layer.Experts,
        [.. layer.Gates.Select(g => new GateView(g.Task, g.Column, g.Scenario, g.Rows, g.Specific, g.Shared, g.Weight))]);

    /// <summary>The layers that say something of their own: the dense gates under a selection are shown as P(expert | scenario) instead.</summary>
    public static ImmutableArray<LayerView> Of(ExpertUse use) => [.. use.Layers.Select(Of)];

    /// <summary>Whether these are the gates before the selection of another layer.</summary>
    public bool IsBeforeSelection(IEnumerable<LayerView> all) => all.Any(l => Name == $"{l.Name}.dense");

    /// <summary>Whether its "experts" are scenarios: HiNet's attention over the other scenarios.</summary>
    public bool IsScenarioAttention => Name == "san";

    /// <summary>The layers that sentences speak of.</summary>
    public static ImmutableArray<LayerView> Told(ImmutableArray<LayerView> layers) => [.. layers.Where(l => !l.IsScenarioAttention && !l.IsBeforeSelection(layers) && l.Experts > 1)];
}

/// <summary>How the rows of a node and task use the experts of a layer.</summary>
/// <param name="Task">The task; null for all together.</param>
/// <param name="Column">Column of the level; null for all rows.</param>
/// <param name="Scenario">The node; null for all rows.</param>
/// <param name="Rows">Rows counted.</param>
/// <param name="Specific">Share of the rows that choose each expert as specific; empty where the gate mixes all.</param>
/// <param name="Shared">Share of the rows that choose each expert as shared; empty where the gate mixes all.</param>
/// <param name="Weight">Mean mixing weight of each expert.</param>
sealed record GateView(
    string? Task, string? Column, string? Scenario, long Rows, ImmutableArray<double> Specific, ImmutableArray<double> Shared, ImmutableArray<double> Weight)
{
    /// <summary>What people call it.</summary>
    public string Name => (Scenario, Task) switch
    {
        (null, null) => "all rows",
        ({ } scenario, _) => scenario,
        (null, { } task) => task,
    };

    public static GateView Merge(IReadOnlyList<GateView> batches)
    {
        var rows = batches.Sum(b => b.Rows);
        return batches[0] with { Rows = rows, Specific = Mean(b => b.Specific), Shared = Mean(b => b.Shared), Weight = Mean(b => b.Weight) };

        ImmutableArray<double> Mean(Func<GateView, ImmutableArray<double>> values) =>
            [.. Enumerable.Range(0, values(batches[0]).Length).Select(k => batches.Sum(b => b.Rows * values(b)[k]) / Math.Max(1, rows))];
    }
}
