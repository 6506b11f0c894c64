using System.Collections.Immutable;
using System.Diagnostics;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

/// <summary>What a trial measured.</summary>
sealed record TrialResult(RowFlops Forward, RowFlops Training, ImmutableArray<Size> Memory, double[] StepSeconds, double RowsPerStep, double ValidationSeconds);

/// <summary>
/// Trains for a few seconds on the real rows, with everything a training holds, and measures what cannot be computed beforehand: work
/// per row, memory of rows and steps, time. The weights it moves are thrown away.
/// </summary>
sealed class Trial(RunConfiguration configuration, Dataset data, WorkerPool pool, double seconds, CancellationToken cancellation)
{
    const int WarmUpSteps = 3;
    const int LeastSteps = 3;
    const int CountedBatches = 4;
    const int ValidationRows = 1 << 16;

    readonly TrainingOptions _options = configuration.Training;

    public TrialResult Run()
    {
        var start = Heap();
        using var train = data.Open(Part.Train, new ShuffleOptions { Seed = _options.Seed, BufferRows = _options.ShuffleRows });
        var batch = new Batch(data.Schema, _options.BatchSize);
        train.Rewind(1);
        train.Next(batch, _options.BatchSize);
        var rows = Heap() - start;
        var ranker = new Ranker(data.Schema, configuration.Model.Options, _options.Seed);
        var forward = Forward(ranker, train, batch);
        var step = new TrainingStep(ranker, _options, pool);
        var before = Heap();
        var (training, times, meanRows) = Steps(step, train, batch);
        var stepMemory = Heap() - before;
        var (validation, evaluationMemory) = Validate(ranker);
        return new(forward, training, [new("shuffle buffers and batch", rows), new("activations of a step", stepMemory), new("validation", evaluationMemory)], times, meanRows, validation);
    }

    /// <summary>Bytes of live objects.</summary>
    static long Heap() => GC.GetTotalMemory(forceFullCollection: true);

    /// <summary>The forward pass of scoring, on a few batches at the initial weights.</summary>
    RowFlops Forward(Ranker ranker, IBatchSource train, Batch batch)
    {
        var pass = new ForwardPass(ranker, GraphMode.Score, pool);
        var (work, rows) = (default(LinearWork), 0L);
        for (var i = 0; i < CountedBatches; i++)
        {
            pass.Logits(batch);
            work = new(work.Active + pass.Graph.Work.Active, work.Stored + pass.Graph.Work.Stored);
            rows += batch.Count;
            Next(train, batch);
        }

        return PerRow(work, rows);
    }

    /// <summary>Steps until time is up; the first ones are not timed: their code is still being compiled, their memory found.</summary>
    (RowFlops Work, double[] Seconds, double RowsPerStep) Steps(TrainingStep step, IBatchSource train, Batch batch)
    {
        var (work, workRows, timedRows) = (default(LinearWork), 0L, 0L);
        var times = new List<double>();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < WarmUpSteps || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds / 3; i++)
        {
            One();
            if (i >= WarmUpSteps) continue;

            // A number of steps that does not depend on the clock: the work is the same in every trial.
            work = new(work.Active + step.Work.Active, work.Stored + step.Work.Stored);
            workRows += batch.Count;
        }

        started = Stopwatch.GetTimestamp();
        while (times.Count < LeastSteps || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            var before = Stopwatch.GetTimestamp();
            One();
            times.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
            timedRows += batch.Count;
        }

        return (PerRow(work, workRows), [.. times], (double)timedRows / times.Count);

        void One()
        {
            cancellation.ThrowIfCancellationRequested();
            Next(train, batch);
            step.Run(batch, _options.LearningRate, 0);
        }
    }

    /// <summary>
    /// Seconds of a validation, from its first rows. Memory of the largest evaluation: what these rows took, and for all others what an
    /// evaluator keeps of a row.
    /// </summary>
    (double Seconds, long Memory) Validate(Ranker ranker)
    {
        var rows = data.Rows(Part.Validation);
        if (rows == 0) return (0, 0);
        var before = Heap();
        using var sample = new FirstRows(data.Open(Part.Validation), ValidationRows);
        var evaluation = new PartEvaluation(new Predictor(ranker, pool), configuration.Evaluation);
        evaluation.Run(sample, fixPositions: true, cancellation);
        var started = Stopwatch.GetTimestamp();
        evaluation.Run(sample, fixPositions: true, cancellation);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var memory = Heap() - before;
        GC.KeepAlive(evaluation);
        var others = Math.Max(rows, data.Rows(Part.Test)) - sample.RowCount;
        return (elapsed * rows / sample.RowCount, memory + (Math.Max(0, others) * BytesPerEvaluatedRow));
    }

    /// <summary>Leaf, group, order and its copy; a score and a label for every task, twice where it is conditional. Arrays grow by doubling.</summary>
    long BytesPerEvaluatedRow => 2 * (sizeof(int) + sizeof(int) + sizeof(ulong) + sizeof(ulong) + ((sizeof(float) + 1) * data.Schema.Tasks.Sum(t => t.Given < 0 ? 1 : 2)));

    static void Next(IBatchSource train, Batch batch)
    {
        if (train.Next(batch, batch.Capacity)) return;
        train.Rewind(1);
        train.Next(batch, batch.Capacity);
    }

    static RowFlops PerRow(LinearWork work, long rows) => new(2.0 * work.Active / rows, 2.0 * work.Stored / rows);
}
