using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Reports;

/// <summary>The experts of a gated layer as somebody counted them: all rows of a part, or a batch of training.</summary>
/// <param name="Name">The layer by the name of its parameters.</param>
/// <param name="Column">Column of the level whose nodes own the gates; null where they belong to tasks, or to nobody.</param>
/// <param name="Experts">Number of experts.</param>
/// <param name="Gates">All rows first; then nodes and tasks.</param>
sealed record LayerView(string Name, string? Column, int Experts, ImmutableArray<GateView> Gates)
{
    /// <summary>A gate uses an expert that has this part of an equal part of its mixture, or more.</summary>
    public const double UsesFrom = 0.5;

    /// <summary>What people call it; <see cref="ModelStructure"/> says so.</summary>
    public string Title { get; init; } = Name;

    /// <summary>Names of the experts; empty where they are numbered from 0.</summary>
    public ImmutableArray<string> ExpertNames { get; init; } = [];

    /// <summary>The task whose own the experts are, but for those that are called shared; null where they are nobody's or are named whose they are.</summary>
    public string? OwnOf { get; init; }

    /// <summary>What the gates of several tasks over the same shared experts are together; null for others.</summary>
    public string? Group { get; init; }

    /// <summary>The weights are one learned number, of a row's own expert, and equal parts for the others: no gate chooses. Null where gates do.</summary>
    public string? Fixed { get; init; }

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

    /// <summary>The gates that a picture shows beside all rows: the model's own, and those of tasks scenario by scenario where that was counted.</summary>
    public IEnumerable<GateView> Shown => Own.Where(g => g != Total).Concat(Column is null ? Gates.Where(g => g.Column is not null && g.Task is not null) : []);

    /// <summary>Whether its experts can be dead, or its choices collapse.</summary>
    public bool IsJudged => Fixed is null && !ExpertHealth.NotJudged.Contains(Name);

    /// <summary>The gates of scenarios or tasks that have the rows to be judged.</summary>
    public ImmutableArray<GateView> Judged => IsJudged ? [.. Own.Where(g => g != Total && g.Rows >= ExpertHealth.LeastRows)] : [];

    /// <summary>How many experts there are in effect: e to the entropy of the mean weights.</summary>
    public double EffectiveExperts
    {
        get
        {
            var sum = Total.Weight.Sum();
            return sum <= 0 ? 0 : Math.Exp(-Total.Weight.Where(w => w > 0).Sum(w => w / sum * Math.Log(w / sum)));
        }
    }

    /// <summary>Experts that hardly any row uses, numbered from 0 (<see cref="ExpertHealth"/>).</summary>
    public ImmutableArray<int> Dead => IsJudged ? ExpertHealth.Dead(Use(Total), Judged.Select(Use)) : [];

    /// <summary>Experts that hardly count, and are not dead.</summary>
    public ImmutableArray<int> HardlyUsed => IsJudged ? [.. ExpertHealth.HardlyUsed(Total.Weight, Judged.Select(g => g.Weight)).Except(Dead)] : [];

    /// <summary>Gates that rest on one expert, and on which.</summary>
    public ImmutableArray<(GateView Gate, int Expert)> Resting => [.. Judged.Where(_ => Experts > 1).Select(g => (Gate: g, Expert: ExpertHealth.RestsOn(g.Weight))).Where(g => g.Expert is not null).Select(g => (g.Gate, g.Expert!.Value))];

    /// <summary>The experts on which nearly all choices fall; empty where the choices have not collapsed (<see cref="ExpertHealth"/>).</summary>
    public ImmutableArray<int> Collapsed => IsJudged ? ExpertHealth.Collapsed(Total.Specific, Total.Shared, Total.Weight) : [];

    /// <summary>Experts that every gate that is judged uses. Empty where there is one such gate only.</summary>
    public ImmutableArray<int> SharedByAll => Judged is { Length: > 1 } gates ? [.. Enumerable.Range(0, Experts).Where(k => gates.All(g => Uses(g, k)))] : [];

    /// <summary>Experts that one gate alone uses, of several.</summary>
    public ImmutableArray<(int Expert, GateView Gate)> Single => Judged is { Length: > 1 } gates
        ? [.. Enumerable.Range(0, Experts).Select(k => (Expert: k, Users: gates.Where(g => Uses(g, k)).ToList())).Where(e => e.Users.Count == 1).Select(e => (e.Expert, e.Users[0]))]
        : [];

    /// <summary>Whether a gate uses an expert.</summary>
    public bool Uses(GateView gate, int expert) => gate.Weight[expert] >= UsesFrom / Experts;

    /// <summary>What an expert is called.</summary>
    public string ExpertName(int expert) => ExpertNames.IsEmpty ? expert.ToString(CultureInfo.InvariantCulture) : ExpertNames[expert];

    static ImmutableArray<double> Use(GateView gate) => ExpertHealth.Use(gate.Specific, gate.Shared, gate.Weight);

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

    /// <summary>The same with the task of a scenario.</summary>
    public string Label => Scenario is not null && Task is not null ? $"{Scenario}, {Task}" : Name;

    public static GateView Merge(IReadOnlyList<GateView> batches)
    {
        var rows = batches.Sum(b => b.Rows);
        return batches[0] with { Rows = rows, Specific = Mean(b => b.Specific), Shared = Mean(b => b.Shared), Weight = Mean(b => b.Weight) };

        ImmutableArray<double> Mean(Func<GateView, ImmutableArray<double>> values) =>
            [.. Enumerable.Range(0, values(batches[0]).Length).Select(k => batches.Sum(b => b.Rows * values(b)[k]) / Math.Max(1, rows))];
    }
}
