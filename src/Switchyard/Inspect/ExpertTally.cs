using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>Counts the gates of forward passes by layer, task and the rows' scenario nodes.</summary>
/// <param name="names">Names tasks and scenario nodes; its batches say which node a row belongs to.</param>
/// <param name="model">Schema of the model that is counted: it may know other tasks and nodes.</param>
sealed class ExpertTally(Schema names, Schema model)
{
    readonly ScenarioPaths _paths = new(names);
    readonly Dictionary<string, LayerTally> _layers = new(StringComparer.Ordinal);
    readonly List<LayerTally> _ordered = [];
    readonly int[] _tasks = [.. model.Tasks.Select(t => IndexOf(names, t.Name))];
    long[] _rowPaths = [];

    /// <summary>Counts the gates of a pass.</summary>
    /// <param name="g">The graph after the pass.</param>
    /// <param name="batch">Its rows, encoded by the schema that names them.</param>
    /// <param name="other">The counts of a model compared with, if there is one.</param>
    /// <param name="otherGraph">Its graph after the same rows.</param>
    public void Add(Graph g, Batch batch, ExpertTally? other = null, Graph? otherGraph = null)
    {
        if (_rowPaths.Length < batch.Count) _rowPaths = new long[batch.Count];
        for (var row = 0; row < batch.Count; row++) _rowPaths[row] = _paths.Of(batch, row);
        foreach (ref readonly var gate in g.Gates)
        {
            if (TaskOf(gate) is not { } task) continue;
            Layer(gate).Add(g, gate, task, _rowPaths.AsSpan(0, batch.Count), otherGraph is null ? null : other?.Twin(otherGraph, gate, task));
        }
    }

    public ImmutableArray<LayerUse> Layers() => [.. _ordered.Select(l => l.Use(names, model, _paths))];

    LayerTally Layer(in GateNote gate)
    {
        if (!_layers.TryGetValue(gate.Layer, out var layer))
        {
            _layers.Add(gate.Layer, layer = new LayerTally(gate));
            _ordered.Add(layer);
        }

        return layer;
    }

    /// <summary>The task by the names' order; null for one they do not know.</summary>
    int? TaskOf(in GateNote gate)
    {
        if (gate.Own.Level >= 0 || gate.Own[0] < 0) return LayerTally.NoTask;
        return _tasks[gate.Own[0]] is >= 0 and var task ? task : null;
    }

    GateTwin? Twin(Graph g, in GateNote gate, int task)
    {
        foreach (ref readonly var candidate in g.Gates)
        {
            if (candidate.Layer == gate.Layer && TaskOf(candidate) == task && candidate.Specific.Length == gate.Specific.Length && gate.Specific.Length > 0)
                return new GateTwin(g, candidate);
        }

        return null;
    }

    static int IndexOf(Schema schema, string task)
    {
        for (var t = 0; t < schema.Tasks.Length; t++)
        {
            if (schema.Tasks[t].Name == task) return t;
        }

        return -1;
    }
}
