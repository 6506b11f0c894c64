using Switchyard.Data;
using Switchyard.Inference;

namespace Switchyard;

/// <summary>Scores a sample with some of its columns taken from other rows. Memory is reused: nothing is allocated per batch.</summary>
sealed class PermutedScores
{
    const int BatchRows = 4096;

    readonly Predictor _predictor;
    readonly Batch _sample;
    readonly Batch _batch;
    readonly float[] _flat;

    public PermutedScores(Predictor predictor, Batch sample)
    {
        (_predictor, _sample) = (predictor, sample);
        _batch = new Batch(sample.Schema, BatchRows);
        _flat = new float[sample.Schema.Tasks.Length * BatchRows];
        Scores = [.. sample.Schema.Tasks.Select(_ => new float[sample.Count])];
    }

    /// <summary>Scores of the last run, for every task and row.</summary>
    public float[][] Scores { get; }

    /// <summary>Scores all rows, position fields at their fixed values.</summary>
    /// <param name="columns">Columns that are permuted.</param>
    /// <param name="order">Row that each row takes these columns from.</param>
    /// <param name="cancellation">Ends the run between two batches.</param>
    public void Run(SampleColumns columns, ReadOnlySpan<int> order, CancellationToken cancellation)
    {
        for (var start = 0; start < _sample.Count; start += BatchRows)
        {
            cancellation.ThrowIfCancellationRequested();
            _batch.Count = Math.Min(BatchRows, _sample.Count - start);
            Fill(start, columns, order);
            _batch.FixPositions();
            _predictor.Score(_batch, _flat);
            PartEvaluation.RequireFinite(_flat.AsSpan(0, Scores.Length * _batch.Count));
            for (var task = 0; task < Scores.Length; task++) _flat.AsSpan(task * _batch.Count, _batch.Count).CopyTo(Scores[task].AsSpan(start));
        }
    }

    void Fill(int start, SampleColumns columns, ReadOnlySpan<int> order)
    {
        for (var field = 0; field < _sample.Schema.Fields.Length; field++)
        {
            var permuted = columns.HasField(field);
            for (var row = 0; row < _batch.Count; row++) RowCopies.CopyField(_sample, field, permuted ? order[start + row] : start + row, _batch, row);
        }

        for (var level = 0; level < _sample.Schema.Levels.Length; level++)
        {
            var (from, to) = (_sample.Nodes(level), _batch.Nodes(level));
            var permuted = columns.HasLevel(level);
            for (var row = 0; row < _batch.Count; row++) to[row] = from[permuted ? order[start + row] : start + row];
        }
    }
}
