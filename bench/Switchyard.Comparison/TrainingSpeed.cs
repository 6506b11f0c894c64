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
    public static double RowsPerSecond(Workload workload, EmbeddingUpdate embeddings, int threads)
    {
        using var pool = new WorkerPool(threads);
        var times = new List<double>();
        Run(workload, embeddings, pool, Steps, (step, run) =>
        {
            var start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        });
        times.Sort();
        return workload.Rows / times[times.Count / 2];
    }

    /// <summary>Warms up, then hands over every step to be run.</summary>
    /// <param name="workload">What to train.</param>
    /// <param name="embeddings">How tables are updated.</param>
    /// <param name="pool">Workers.</param>
    /// <param name="steps">Steps after the first ones.</param>
    /// <param name="measured">Calls the second argument, which runs one step.</param>
    public static void Run(Workload workload, EmbeddingUpdate embeddings, WorkerPool pool, int steps, Action<TrainingStep, Action> measured)
    {
        var options = new TrainingOptions { Embeddings = embeddings, BatchSize = workload.Rows };
        var step = new TrainingStep(new Ranker(workload.Schema, workload.Model, 1), options, pool);
        var batches = workload.Batches(32);
        var number = 0;
        void Next() => step.Run(batches[number++ % batches.Length], options.LearningRate, 0);
        for (var i = 0; i < Warmup; i++) Next();
        for (var i = 0; i < steps; i++) measured(step, Next);
    }
}
