using System.Diagnostics;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard.Comparison;

/// <summary>Rows per second of whole training steps: batch in memory, forward, backward, optimizer.</summary>
static class TrainingSpeed
{
    const int Warmup = 40;
    const int Steps = 120;

    /// <summary>Median over the counted steps.</summary>
    public static double RowsPerSecond(ModelOptions model, EmbeddingUpdate embeddings, int threads, int batchRows)
    {
        using var pool = new WorkerPool(threads);
        var options = new TrainingOptions { Embeddings = embeddings, BatchSize = batchRows };
        var step = new TrainingStep(new Ranker(Workload.Schema, model, 1), options, pool);
        var batches = Workload.Batches(32, batchRows);
        var times = new List<double>();
        for (var i = 0; i < Warmup + Steps; i++)
        {
            var start = Stopwatch.GetTimestamp();
            step.Run(batches[i % batches.Length], options.LearningRate, 0);
            if (i >= Warmup) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        times.Sort();
        return batchRows / times[times.Count / 2];
    }
}
