using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>The gates of one layer, counted by task and scenario path.</summary>
sealed class LayerTally(GateNote first)
{
    public const int NoTask = -1;

    readonly int _experts = first.Weights.Cols;
    readonly bool _selects = first.Specific.Length > 0;
    readonly SortedDictionary<(int Task, long Path), GateCounts> _counts = [];

    public void Add(Graph g, in GateNote gate, int task, ReadOnlySpan<long> paths, in GateTwin? twin)
    {
        if (gate.Weights.Cols != _experts || gate.Specific.Length > 0 != _selects)
            throw new InvalidOperationException($"The gates of layer {gate.Layer} do not choose from the same experts; a model names a layer for each kind of gate.");
        for (var row = 0; row < paths.Length; row++)
        {
            if (!_counts.TryGetValue((task, paths[row]), out var counts)) _counts.Add((task, paths[row]), counts = new GateCounts(_experts, _selects));
            counts.Add(g, gate, row, twin);
        }
    }

    public LayerUse Use(Schema names, Schema model, ScenarioPaths paths)
    {
        var tasks = _counts.Keys.Select(k => k.Task).Distinct().Where(t => t != NoTask).ToList();
        return new LayerUse
        {
            Name = first.Layer,
            Column = first.Own.Level < 0 ? null : model.Levels[first.Own.Level].Column,
            Experts = _experts,
            Gates =
            [
                .. Gates(null, [.. _counts.Select(c => (c.Key.Path, c.Value))], paths),
                .. tasks.SelectMany(t => Gates(names.Tasks[t].Name, [.. _counts.Where(c => c.Key.Task == t).Select(c => (c.Key.Path, c.Value))], paths)),
            ],
        };
    }

    IEnumerable<GateUse> Gates(string? task, List<(long Path, GateCounts Counts)> counts, ScenarioPaths paths)
    {
        yield return Sum(counts).Use(task, null, null);
        for (var level = 0; level < paths.Levels.Count; level++)
        {
            // Unknown nodes are −1 and stand first in the paths; they belong at the end.
            foreach (var node in counts.GroupBy(c => paths.Node(c.Path, level)).OrderBy(g => (uint)g.Key))
                yield return Sum(node).Use(task, paths.Levels[level].Column, paths.Name(level, node.Key));
        }

        if (paths.Levels.Count < 2) yield break;
        foreach (var leaf in counts.GroupBy(c => c.Path)) yield return Sum(leaf).Use(task, paths.LeafColumns, paths.Leaf(leaf.Key));
    }

    GateCounts Sum(IEnumerable<(long Path, GateCounts Counts)> parts)
    {
        var sum = new GateCounts(_experts, _selects);
        foreach (var (_, counts) in parts) sum.Add(counts);
        return sum;
    }
}
