using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Inference;

namespace Switchyard;

/// <summary>Scores all rows of a part and measures the scores; keeps its memory from one evaluation to the next.</summary>
sealed class PartEvaluation
{
    const int BatchRows = 4096;

    readonly Predictor _predictor;
    readonly Evaluator _evaluator;
    readonly Batch _batch;
    readonly Batch _rows;
    readonly BatchTranslation? _translation;
    readonly int[] _leaves = new int[BatchRows];
    readonly float[] _flat;
    readonly float[] _flatConditional;
    readonly float[][] _scores;
    readonly float[][] _labels;
    readonly float[]?[] _conditional;

    /// <param name="predictor">The model.</param>
    /// <param name="options">How to measure.</param>
    /// <param name="translation">From the rows' schema to the model's, where they differ: cells are the nodes of the rows and the tasks of the model.</param>
    public PartEvaluation(Predictor predictor, EvaluationOptions options, BatchTranslation? translation = null)
    {
        _predictor = predictor;
        _translation = translation;
        var schema = predictor.Schema;
        _batch = new Batch(schema, BatchRows);
        _rows = translation is null ? _batch : new Batch(translation.From, BatchRows);
        _evaluator = new Evaluator(LayoutOf(schema with { Levels = _rows.Schema.Levels }), options, predictor.Threads);
        var tasks = schema.Tasks.Length;
        _flat = new float[tasks * BatchRows];
        _flatConditional = schema.Tasks.Any(t => t.Given >= 0) ? new float[tasks * BatchRows] : [];
        _scores = [.. schema.Tasks.Select(_ => new float[BatchRows])];
        _conditional = [.. schema.Tasks.Select(t => t.Given < 0 ? null : new float[BatchRows])];
        _labels = [.. Enumerable.Range(0, tasks).Select(_batch.Labels)];
    }

    public static EvaluationLayout LayoutOf(Schema schema) => new(
        [.. schema.Levels.Select(l => (l.Column, (IReadOnlyList<string>)l.Nodes))],
        [.. schema.Tasks.Select(t => t.Name)],
        [.. schema.Tasks.Select(t => t.Given)]);

    /// <exception cref="InputException">A score is no number; its cause is a <see cref="NotFiniteNumberException"/>.</exception>
    public static void RequireFinite(ReadOnlySpan<float> scores)
    {
        foreach (var score in scores)
        {
            if (!float.IsFinite(score)) throw new InputException("the model's scores are not finite: training diverged; lower training.learning_rate, or set training.clip_norm to 1", new NotFiniteNumberException(score));
        }
    }

    /// <summary>Evaluates one pass of the source.</summary>
    /// <param name="rows">Rows in file order.</param>
    /// <param name="fixPositions">Score as predict and serve do, with every position field at its fixed value.</param>
    /// <param name="cancellation">Ends the evaluation between two batches.</param>
    public EvaluationReport Run(IBatchSource rows, bool fixPositions, CancellationToken cancellation = default)
    {
        _evaluator.Clear();
        rows.Rewind(0);
        while (rows.Next(_rows, BatchRows))
        {
            cancellation.ThrowIfCancellationRequested();
            Translate();
            if (fixPositions) _batch.FixPositions();
            Add(rows.Schema.Group is not null);
        }

        return _evaluator.Report();
    }

    void Translate()
    {
        if (_translation is null) return;
        _batch.Count = 0;
        _translation.Append(_rows, _rows.Count, _batch);
    }

    void Add(bool grouped)
    {
        var count = _batch.Count;
        _predictor.Score(_batch, _flat, _flatConditional);
        RequireFinite(_flat.AsSpan(0, _scores.Length * count));

        for (var t = 0; t < _scores.Length; t++)
        {
            _flat.AsSpan(t * count, count).CopyTo(_scores[t]);
            if (_conditional[t] is { } conditional) _flatConditional.AsSpan(t * count, count).CopyTo(conditional);
        }

        for (var row = 0; row < count; row++) _leaves[row] = _rows.Leaf(row);
        _evaluator.Add(_leaves, grouped ? _batch.Groups : default, _scores, _labels, count, _conditional);
    }
}
