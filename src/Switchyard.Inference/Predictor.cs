using System.Collections.Concurrent;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard.Inference;

/// <summary>Scores batches with a trained ranker. Thread-safe: every call rents a graph, and in steady state allocates nothing.</summary>
public sealed class Predictor
{
    readonly Ranker _ranker;
    readonly WorkerPool? _pool;
    readonly ConcurrentQueue<ForwardPass> _idle = new();
    Schema _equal;

    /// <param name="ranker">Trained weights; nobody may train them meanwhile.</param>
    /// <param name="pool">Workers of one call; null scores on the calling thread. Scores do not depend on it.</param>
    public Predictor(Ranker ranker, WorkerPool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(ranker);
        (_ranker, _pool, _equal) = (ranker, pool, ranker.Schema);
    }

    public Schema Schema => _ranker.Schema;

    /// <summary>The model's fields, tables and how it reads them.</summary>
    public FeatureEmbedding Embedding => _ranker.Embedding;

    /// <summary>Probability of every task and row, [tasks × Count]: of a conditional task, the product along its chain.</summary>
    /// <exception cref="ArgumentException"><paramref name="scores"/> is too short.</exception>
    /// <param name="conditional">Empty, or receives every task's probability given its parent, [tasks × Count].</param>
    public void Score(Batch batch, Span<float> scores, Span<float> conditional = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var needed = batch.Count * Schema.Tasks.Length;
        if (scores.Length < needed) throw new ArgumentException($"{scores.Length} scores given, {needed} needed: tasks x rows.", nameof(scores));
        if (!conditional.IsEmpty && conditional.Length < needed) throw new ArgumentException($"{conditional.Length} conditional scores given, {needed} needed: tasks x rows.", nameof(conditional));
        CheckSchema(batch);
        if (batch.Count == 0) return;
        if (!_idle.TryDequeue(out var pass)) pass = new ForwardPass(_ranker, GraphMode.Score, _pool);
        try
        {
            pass.Scores(batch, scores, conditional);
        }
        finally
        {
            _idle.Enqueue(pass);
        }
    }

    /// <summary>Compares fingerprints once per schema object, not once per call.</summary>
    void CheckSchema(Batch batch)
    {
        if (ReferenceEquals(batch.Schema, _equal)) return;
        if (batch.Schema.Fingerprint() != Schema.Fingerprint()) throw new ArgumentException("The batch was made for another schema than the model's.", nameof(batch));
        _equal = batch.Schema;
    }
}
