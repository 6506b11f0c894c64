using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Models;

namespace Switchyard.Reports;

/// <summary>A step of the way: layers beside each other, of which a row passes one.</summary>
/// <param name="Heading">What stands above it.</param>
/// <param name="Gates">Layer whose gate says which experts feed a stream of the step above, or a task; a task's name, or null for the shared stream.</param>
sealed record FlowLevel(string Heading, Func<string?, LayerView?> Gates);

/// <summary>The way of a row through a model's experts, as far as its gates tell it.</summary>
/// <param name="Levels">From the input to the tasks; empty where the way is not known.</param>
/// <param name="Missing">Why it is not.</param>
/// <param name="Note">What the picture leaves out; begins with a space.</param>
/// <param name="Tasks">The tasks.</param>
/// <param name="HasStreams">Whether experts read streams of their own task, and shared ones a shared stream (PLE); else all those of a task's rows read the same.</param>
sealed record FlowPath(ImmutableArray<FlowLevel> Levels, string? Missing, string Note, ImmutableArray<string> Tasks, bool HasStreams)
{
    public static FlowPath Of(ImmutableArray<LayerView> layers, ModelStructure structure)
    {
        var tasks = structure.Tasks;
        var own = layers.Where(l => !l.IsScenarioAttention && !l.IsBeforeSelection(layers)).ToList();
        if (own.Count == 0) return Not(null);
        return structure.Options switch
        {
            PleOptions { Heads: Heads.Task } ple => Ple(ple.Layers),
            PleOptions { Heads: Heads.Pair, Layers: 1 } => Whole([Level("experts", l => l.OwnOf is not null)]),
            PleOptions => Not("in a lower layer every scenario has experts and gates of its own that all rows pass, of which the counts do not tell which ones a row ends up with"),
            HmoeOptions { MixLabels: true } => Whole(
                [Level("tower of the scenario", l => l.OwnOf is not null)],
                " The experts below are not drawn: every scenario's tower mixes them by a gate of its own, and only that of a row's own scenario is counted."),
            M3oeOptions => Not("common experts, experts of scenarios and experts of tasks stand beside each other and are added by learned shares, which the gates do not tell"),
            AitmOptions => Not("its gates weigh what the task before hands on against a task's own reading, and choose no experts"),
            HinetOptions => Whole(
                [Level("task layer", l => l.Name.StartsWith("cgc.", StringComparison.Ordinal))],
                " The scenario layer is not drawn: its parts stand beside each other and are all read by every expert of the task layer."),
            CesaaOptions cesaa => Whole(
                Successive(l => l.Name),
                cesaa is { SharedExperts: > 0, Combine: ExpertCombination.Add } ? " Shared experts, whose mean is added whatever the gates say, are not drawn." : ""),
            Aesm2Options => Whole(Successive(l => l.Name)),
            MmoeOptions or HmoeOptions or SarNetOptions => Whole(Successive(l => l.Name)),
            _ => Not("how its layers follow each other is not known"),
        };

        FlowPath Not(string? why) => new([], why, "", tasks, false);

        FlowPath Ple(int count) => Whole([.. Enumerable.Range(0, count).Select(LayerOfPle)]) with { HasStreams = true };

        FlowLevel LayerOfPle(int number)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"layer.{number}.");
            return new(
                string.Create(CultureInfo.InvariantCulture, $"layer {number + 1}"),
                stream => own.Find(l => l.Name.StartsWith(prefix, StringComparison.Ordinal) && (stream is null ? l.OwnOf is null : l.OwnOf == stream)));
        }

        FlowLevel Level(string heading, Func<LayerView, bool> isOfIt) => new(heading, stream => own.Find(l => isOfIt(l) && (l.OwnOf is null || l.OwnOf == stream)));

        ImmutableArray<FlowLevel> Successive(Func<LayerView, string> name) => [.. own.Select(l => Level(l.Title, other => name(other) == name(l)))];

        // A gate that is missing would end the way of a task's rows.
        FlowPath Whole(ImmutableArray<FlowLevel> levels, string note = "") => levels.All(l => tasks.All(t => l.Gates(t) is { } gate && IsNamed(gate)))
            ? new(levels, null, note, tasks, false)
            : Not("not every task's gates were counted, or their experts have no names here");

        // Experts of one task's own would be taken for those of another if they were numbers.
        static bool IsNamed(LayerView layer) => layer.OwnOf is null || !layer.ExpertNames.IsEmpty;
    }

    /// <summary>The scenarios that all layers with gates of scenarios count; all rows as one where there is no such level.</summary>
    public (string? Column, ImmutableArray<GateView> Nodes) Scenarios()
    {
        var layers = Layers;
        foreach (var column in layers.SelectMany(l => l.Gates).Select(g => g.Column).OfType<string>().Distinct())
        {
            if (layers.Exists(l => l.Column is not null && !Has(l, column))) continue;
            return (column, [.. layers.First(l => Has(l, column)).Gates.Where(g => g.Column == column).DistinctBy(g => g.Scenario)]);
        }

        return (null, [layers[0].Total with { Task = null }]);
    }

    /// <summary>Whether all gates on the way were counted by the nodes of a level.</summary>
    public bool IsCountedBy(string column) => Layers.TrueForAll(l => Has(l, column));

    List<LayerView> Layers => [.. (from level in Levels from stream in Tasks.Append(null) select level.Gates(stream)).OfType<LayerView>().Distinct()];

    static bool Has(LayerView layer, string column) => layer.Gates.Any(g => g.Column == column);

    /// <summary>Adds the streams of a scenario's rows of a task, from the task back to the input: what an expert reads is what its own gates below mix.</summary>
    /// <param name="node">The scenario, or all rows.</param>
    /// <param name="task">The task.</param>
    /// <param name="rows">How many rows there are of both.</param>
    /// <param name="add">Takes a stream: step, from, to, rows.</param>
    public void Follow(GateView node, string task, double rows, Action<int, string, string, double> add)
    {
        var reached = new Dictionary<(string Expert, string? Stream), double> { [(task, task)] = rows };
        for (var level = Levels.Length - 1; level >= 0; level--)
        {
            var below = new Dictionary<(string Expert, string? Stream), double>();
            foreach (var ((reader, stream), share) in reached)
            {
                // A gate without weight for an expert feeds it nothing, so there is no path.
                if (Levels[level].Gates(stream) is not { } layer) continue;
                var weights = Weights(layer, node, task);
                for (var k = 0; k < weights.Length; k++)
                {
                    if (weights[k] <= 0) continue;
                    var expert = (Label(layer, k), HasStreams ? StreamOf(layer, k) : task);
                    add(level + 1, expert.Item1, reader, share * weights[k]);
                    below[expert] = below.GetValueOrDefault(expert) + (share * weights[k]);
                }
            }

            reached = below;
        }

        foreach (var ((expert, _), share) in reached) add(0, node.Name, expert, share);
    }

    /// <summary>Mean weights of a scenario's rows by the gate that they pass; they sum to 1.</summary>
    static ImmutableArray<double> Weights(LayerView layer, GateView node, string task)
    {
        var ofTasks = layer.Gates.Any(g => g.Task is not null);
        var gate = layer.Gates.FirstOrDefault(g => g.Column == node.Column && g.Scenario == node.Scenario && g.Task == (ofTasks ? layer.OwnOf ?? task : null))
            ?? layer.Gates.FirstOrDefault(g => g.Column is null && g.Task == (ofTasks ? layer.OwnOf ?? task : null));
        if (gate is null) return [];
        var sum = gate.Weight.Sum();
        return sum > 0 ? [.. gate.Weight.Select(w => w / sum)] : gate.Weight;
    }

    /// <summary>Experts that are a task's own bear its name, so that those of two tasks are two.</summary>
    static string Label(LayerView layer, int expert)
    {
        var name = layer.ExpertNames.IsEmpty ? $"expert {layer.ExpertName(expert)}" : layer.ExpertName(expert);
        return layer.OwnOf is { } task && !ModelStructure.IsShared(name) ? $"{name} of {task}" : name;
    }

    /// <summary>The task whose stream an expert reads; null for shared ones.</summary>
    string? StreamOf(LayerView layer, int expert)
    {
        var label = Label(layer, expert);
        return ModelStructure.IsShared(label) ? null : Tasks.First(t => label.EndsWith($" of {t}", StringComparison.Ordinal));
    }
}
