using System.Diagnostics;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard.Comparison;

/// <summary>Rows per second of training as train does it: shuffle of the rows in memory, batch, forward, backward, optimizer.</summary>
static class TrainingSpeed
{
    const int Steps = 80;

    /// <summary>By the median of the counted steps, to which the epoch's shuffle adds its share.</summary>
    public static double RowsPerSecond(Workload workload, EmbeddingUpdate embeddings, int threads)
    {
        using var pool = new WorkerPool(threads);
        var times = new List<double>();
        var shuffle = Run(workload, embeddings, pool, Steps, (step, run) =>
        {
            var start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        });
        times.Sort();
        return workload.Rows / (times[times.Count / 2] + shuffle);
    }

    /// <summary>Warms up, then hands over every step to be run, the assembly of its batch included; returns the seconds of the shuffle for a step.</summary>
    /// <param name="workload">What to train.</param>
    /// <param name="embeddings">How tables are updated.</param>
    /// <param name="pool">Workers.</param>
    /// <param name="steps">Steps after the warm-up.</param>
    /// <param name="measured">Calls the second argument, which runs one step.</param>
    public static double Run(Workload workload, EmbeddingUpdate embeddings, WorkerPool pool, int steps, Action<TrainingStep, Action> measured)
    {
        var options = new TrainingOptions { Embeddings = embeddings, BatchSize = workload.Rows };
        var step = new TrainingStep(new Ranker(workload.Schema, workload.Model, 1), options, pool);
        using var log = new TrainingLog(workload);
        void Next() => step.Run(log.Next(), options.LearningRate, 0);
        WarmUp.Run(() =>
        {
            log.Prepare();
            Next();
        });
        for (var i = 0; i < steps; i++)
        {
            log.Prepare();
            measured(step, Next);
        }

        return log.ShuffleSeconds;
    }
}
