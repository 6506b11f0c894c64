using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>Scores rows as predict does, and counts them. Used by one thread at a time.</summary>
/// <param name="ranker">The model; nobody may train it meanwhile.</param>
/// <param name="pool">Workers; null computes on the calling thread. The counts do not depend on it.</param>
public sealed class DriftPass(Ranker ranker, WorkerPool? pool = null)
{
    readonly ForwardPass _pass = new(ranker, GraphMode.Score, pool) { Graph = { NotesGates = true } };
    float[] _scores = [];

    /// <summary>The graph of the rows scored last.</summary>
    public Graph Graph => _pass.Graph;

    /// <summary>Scores rows.</summary>
    /// <param name="batch">The rows; their positions are fixed.</param>
    /// <returns>Scores [tasks × rows], valid until the next call.</returns>
    public ReadOnlySpan<float> Score(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var values = ranker.Schema.Tasks.Length * batch.Count;
        if (_scores.Length < values) _scores = new float[values];
        batch.FixPositions();
        _pass.Scores(batch, _scores.AsSpan(0, values));
        return _scores.AsSpan(0, values);
    }

    /// <summary>Lets go of the rows.</summary>
    public void Release() => _pass.Release();
}
