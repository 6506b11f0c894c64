using System.Collections.Immutable;

namespace Switchyard;

/// <summary>How the rows use the experts of one layer.</summary>
public sealed record LayerUse
{
    /// <summary>The layer by the name of its parameters: scenario.0.0, task.0, expert.</summary>
    public required string Name { get; init; }

    /// <summary>Column of the scenario level whose nodes own the gates; null where they belong to tasks, or to nobody.</summary>
    public required string? Column { get; init; }

    /// <summary>Number of experts.</summary>
    public required int Experts { get; init; }

    /// <summary>
    /// All rows (of all tasks together) first; then, for every task with gates of its own, its rows; each followed by the nodes of every scenario level and, where there
    /// are several levels, the leaves. Only where there are rows.
    /// </summary>
    public required ImmutableArray<GateUse> Gates { get; init; }

    /// <summary>All rows of the layer.</summary>
    public GateUse Total => Gates[0];

    /// <summary>True where every row chooses some experts; false where it mixes all of them.</summary>
    public bool Selects => Total.Specific.Length > 0;

    /// <summary>True where some rows choose experts as shared; a layer may choose specific ones only.</summary>
    public bool SelectsShared => Total.Shared.Any(share => share > 0);

    /// <summary>The kinds the layer knows.</summary>
    public ImmutableArray<ExpertKind> Kinds => Selects
        ? [ExpertKind.Specific, ExpertKind.Shared, ExpertKind.Chosen, ExpertKind.Weight]
        : [ExpertKind.Weight];

    /// <summary>The gates as the model has them: one per node of the layer's level, or one per task.</summary>
    public ImmutableArray<GateUse> Own => Column is not null
        ? Nodes(Column, null)
        : [.. Gates.Where(g => g.Column is null && g.Task is not null)];

    /// <summary>The gates of the nodes of a level, which is named by its column, for one task or all.</summary>
    public ImmutableArray<GateUse> Nodes(string column, string? task = null) => [.. Gates.Where(g => g.Column == column && g.Task == task)];

    /// <summary>The gate of a node, of a task, or of a node within a task; null where no row passed it.</summary>
    public GateUse? Find(string? column, string? scenario, string? task = null) =>
        Gates.FirstOrDefault(g => g.Column == column && g.Scenario == scenario && g.Task == task);

    /// <summary>
    /// Experts that fewer than <paramref name="threshold"/> of all rows choose as the kind; without a kind, that they use at all: choose in either way
    /// or, where rows mix all experts, weigh on average. Not those that serve a gate (<see cref="ExpertHealth.ServesFrom"/>).
    /// </summary>
    public ImmutableArray<int> Dead(double threshold, ExpertKind? kind = null)
    {
        return ExpertHealth.Dead(Use(Total), Own.Where(g => g.Rows >= ExpertHealth.LeastRows).Select(Use), threshold);

        ImmutableArray<double> Use(GateUse gate) => kind is { } one ? gate[one] : ExpertHealth.Use(gate.Specific, gate.Shared, gate.Weight);
    }

    /// <summary>The experts onto which the choices of all rows have collapsed; empty where they have not (<see cref="ExpertHealth"/>).</summary>
    public ImmutableArray<int> Collapsed => ExpertHealth.NotJudged.Contains(Name) ? [] : ExpertHealth.Collapsed(Total.Specific, Total.Shared, Total.Weight);
}
