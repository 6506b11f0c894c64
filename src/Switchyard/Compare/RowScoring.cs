using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>Scores all rows of a part and counts the work, with the experts that every row chose.</summary>
/// <param name="Scores">For every task the score of every row, in file order; of a conditional task the product of its chain.</param>
/// <param name="Work">Multiplications of the matrix products, a mean over the rows.</param>
/// <param name="StoredWork">The same if every row went to every expert.</param>
/// <param name="UnusedWeights">Dense weights that a row does not use, a mean over the rows.</param>
sealed record RowScoring(float[][] Scores, double Work, double StoredWork, double UnusedWeights)
{
    const int BatchRows = 4096;

    public static RowScoring Of(Ranker ranker, Dataset data, Part part, WorkerPool pool, CancellationToken cancellation)
    {
        using var rows = data.Open(part);
        var tasks = data.Schema.Tasks.Length;
        var scores = data.Schema.Tasks.Select(_ => new float[rows.RowCount]).ToArray();
        var pass = new ForwardPass(ranker, GraphMode.Score, pool);
        var use = pass.Graph.WeightUse = new WeightUse();
        var batch = new Batch(data.Schema, BatchRows);
        var flat = new float[tasks * BatchRows];
        var (active, stored, unused, at) = (0L, 0L, 0.0, 0);
        rows.Rewind(0);
        while (rows.Next(batch, BatchRows))
        {
            cancellation.ThrowIfCancellationRequested();
            batch.FixPositions();
            var count = batch.Count;
            use.Clear();
            pass.Scores(batch, flat.AsSpan(0, tasks * count));
            PartEvaluation.RequireFinite(flat.AsSpan(0, tasks * count));
            for (var task = 0; task < tasks; task++) flat.AsSpan(task * count, count).CopyTo(scores[task].AsSpan(at));
            (active, stored) = (active + pass.Graph.Work.Active, stored + pass.Graph.Work.Stored);
            unused += use.Unused(count);
            at += count;
        }

        return new RowScoring(scores, (double)active / Math.Max(1, at), (double)stored / Math.Max(1, at), unused / Math.Max(1, at));
    }
}
