using System.Diagnostics;
using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>Time of our scoring calls, one after the other, inputs in memory.</summary>
static class ScoringClock
{
    /// <summary>Of the peer; ours ends by <see cref="WarmUp"/>.</summary>
    public const double WarmupSeconds = 1;
    public const double Seconds = 0.8;
    const int LeastCalls = 40;

    /// <param name="ranker">The model.</param>
    /// <param name="batches">What is scored, one after the other, all of one size.</param>
    /// <param name="threads">Threads of a call.</param>
    public static Percentiles Measure(Ranker ranker, Batch[] batches, int threads)
    {
        using var pool = threads > 1 ? new WorkerPool(threads) : null;
        var predictor = new Predictor(ranker, pool);
        var scores = new float[batches[0].Count * ranker.Schema.Tasks.Length];
        var times = new List<double>(1 << 17);
        var call = 0;
        WarmUp.Run(Score);
        var end = Stopwatch.GetTimestamp() + (long)(Seconds * Stopwatch.Frequency);
        while (times.Count < LeastCalls || Stopwatch.GetTimestamp() < end)
        {
            var start = Stopwatch.GetTimestamp();
            Score();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Percentiles.Of(times);

        void Score() => predictor.Score(batches[call++ % batches.Length], scores);
    }
}
