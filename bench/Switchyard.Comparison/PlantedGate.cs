using System.Collections.Immutable;

namespace Switchyard.Comparison;

/// <summary>Gates of AESM² whose choices are compared between scenarios.</summary>
/// <param name="Name">As tables have it.</param>
/// <param name="Layer">Layer of the model.</param>
/// <param name="Task">Task whose gate it is; null for a gate of no task.</param>
sealed record PlantedGate(string Name, string Layer, string? Task)
{
    public static PlantedGate Domain { get; } = new("domain", "scenario.1.0", null);

    public static ImmutableArray<PlantedGate> All { get; } =
    [
        new("channel", "scenario.0.0", null), Domain, new("task, click", "task.0", "click"), new("task, purchase", "task.0", "purchase"),
    ];

    /// <summary>How the rows of every scenario use the gate, in the order of <paramref name="scenarios"/>.</summary>
    public List<GateUse> Uses(ExpertUse use, string level, IReadOnlyList<string> scenarios)
    {
        var nodes = use.Layer(Layer).Nodes(level, Task);
        return [.. scenarios.Select(s => nodes.Single(g => g.Scenario == s))];
    }
}
