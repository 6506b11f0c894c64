using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>Measures two models on the same rows: the one an update started from and the one it came to.</summary>
/// <param name="before">The model before.</param>
/// <param name="after">The model after.</param>
/// <param name="pool">Workers.</param>
/// <param name="options">How to measure.</param>
/// <param name="cancellation">Ends the evaluation between two batches.</param>
sealed class UpdateEvaluation(Ranker before, Ranker after, WorkerPool pool, EvaluationOptions options, CancellationToken cancellation)
{
    /// <summary>Measures both models on a part.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="part">Which of them.</param>
    /// <param name="measured">What the model after came to on these rows, where that is known already.</param>
    public ReportComparison Compare(Dataset data, Part part, EvaluationReport? measured = null)
    {
        using var rows = data.Open(part);
        return new ReportComparison(Report(before, rows), measured ?? Report(after, rows));
    }

    EvaluationReport Report(Ranker ranker, IBatchSource rows) =>
        new PartEvaluation(new Predictor(ranker, pool), options, new BatchTranslation(rows.Schema, ranker.Schema)).Run(rows, fixPositions: true, cancellation);
}
