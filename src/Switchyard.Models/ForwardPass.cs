using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Models;

/// <summary>
/// A ranker's forward pass on one graph: the same code in training and scoring. Used by one thread at a time; several passes
/// may share a ranker as long as nobody trains it.
/// </summary>
public sealed class ForwardPass
{
    readonly Ranker _ranker;
    readonly Tensor[] _logits;
    readonly int[] _given;
    readonly int[][] _nodes;
    int[] _requestOfRow = [];
    int _rows;

    /// <param name="ranker">Model and weights.</param>
    /// <param name="mode">Training or scoring.</param>
    /// <param name="pool">Workers of the pass; null computes on the calling thread.</param>
    public ForwardPass(Ranker ranker, GraphMode mode, WorkerPool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(ranker);
        _ranker = ranker;
        Graph = new Graph(mode, ranker.Parameters, pool);
        Inputs = ranker.Embedding.NewInputs();
        _logits = new Tensor[ranker.Schema.Tasks.Length];
        _given = [.. ranker.Schema.Tasks.Select(t => t.Given)];
        _nodes = new int[ranker.Schema.Levels.Length][];
    }

    public Graph Graph { get; }

    /// <summary>The fields of the batch bound last.</summary>
    public EmbeddingInput[] Inputs { get; }

    /// <summary>Scoring: compute what the rows of a request share once. Scores do not depend on it.</summary>
    public bool ShareRequests { get; init; } = true;

    /// <summary>Points the pass at a batch without computing; the batch must stay as it is until the pass is over.</summary>
    public void Bind(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _ranker.Embedding.Bind(Graph, Inputs, batch);
        for (var level = 0; level < _nodes.Length; level++) _nodes[level] = batch.Nodes(level);
        _rows = batch.Count;
    }

    /// <summary>Lets go of the batch bound last: a pass that rests keeps no caller's arrays alive.</summary>
    public void Release()
    {
        foreach (var input in Inputs) input.Release();
        Graph.Reset();
        Array.Clear(_nodes);
        _rows = 0;
    }

    /// <summary>One logit [B,1] per task.</summary>
    public ReadOnlySpan<Tensor> Logits(Batch batch)
    {
        Bind(batch);
        return Logits();
    }

    /// <summary>The same for the batch bound last.</summary>
    public ReadOnlySpan<Tensor> Logits()
    {
        Graph.Reset();
        Graph.Clock?.Lap("Graph.Reset", "forward");
        FindRequests();
        var x = _ranker.Embedding.Forward(Graph, Inputs, _rows);
        _ranker.Model.Forward(Graph, x, new ScenarioPath(_nodes), _logits);
        return _logits;
    }

    void FindRequests()
    {
        if (!ShareRequests || Graph.Training || _rows < 2 || _ranker.Embedding.SharedWidth == 0) return;
        if (_requestOfRow.Length < _rows) _requestOfRow = new int[_rows];
        if (FeatureEmbedding.FindRequests(Inputs, _rows, _requestOfRow) < _rows) Graph.ShareRequests(_requestOfRow, _rows);
    }

    /// <summary>Score of every task and row, [tasks × Count]: the product of probabilities along the task's chain.</summary>
    /// <param name="conditional">Empty, or receives every task's probability given its parent, [tasks × Count].</param>
    public void Scores(Batch batch, Span<float> scores, Span<float> conditional = default) =>
        Graph.Probabilities(Logits(batch), _given, scores, conditional);
}
