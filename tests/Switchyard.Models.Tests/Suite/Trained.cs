using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Testing;
using Switchyard.Training;

namespace Switchyard.Models.Tests;

/// <summary>Rankers over <see cref="TinyData"/>: made, trained, scored, compared by bits.</summary>
static class Trained
{
    public static readonly int[] Levels = [2, 3];

    public static readonly int[] Funnel = [-1, 0, -1];

    public static Ranker Untrained(ModelOptions options, ulong seed = 1) => new(TinyData.Schema(Levels, Funnel), options, seed);

    /// <summary>Steps over windows of the rows; returns the ranker.</summary>
    public static Ranker Train(ModelOptions options, int threads = 1, int steps = 20, ulong seed = 1, int rows = 600)
    {
        var ranker = Untrained(options, seed);
        using var pool = new WorkerPool(threads);
        var step = new TrainingStep(ranker, new TrainingOptions { Seed = seed, LearningRate = 0.01 }, pool);
        var data = TinyData.Rows(ranker.Schema, 2 * rows, 5, unknown: 0.05, unobserved: 0.1, weighted: true);
        for (var s = 0; s < steps; s++)
        {
            var first = s * 37 % rows;
            step.Run(TinyData.Pick(data, [.. Enumerable.Range(first, rows)]), 0.01, (double)s / steps);
        }

        return ranker;
    }

    public static float[] Scores(Ranker ranker, Batch batch, int threads = 1)
    {
        using var pool = new WorkerPool(threads);
        var scores = new float[batch.Count * ranker.Schema.Tasks.Length];
        new ForwardPass(ranker, GraphMode.Score, pool).Scores(batch, scores);
        return scores;
    }

    public static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        return bits;
    }

    /// <summary>Dense weights, tables and running statistics.</summary>
    public static int[] Bits(Ranker ranker)
    {
        var p = ranker.Parameters;
        return [.. Bits(p.DenseValues), .. p.Tables.SelectMany(t => Bits(t.Values)), .. p.Buffers.SelectMany(b => Bits(b.Values))];
    }
}
