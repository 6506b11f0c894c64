using System.Diagnostics;
using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>Time of our scoring calls, one after the other, inputs in memory.</summary>
static class ScoringClock
{
    public const double WarmupSeconds = 0.3;
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
        Repeat(WarmupSeconds);
        times.Clear();
        Repeat(Seconds);
        return Percentiles.Of(times);

        void Repeat(double seconds)
        {
            var end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
            for (var call = 0; call < LeastCalls || Stopwatch.GetTimestamp() < end; call++)
            {
                var start = Stopwatch.GetTimestamp();
                predictor.Score(batches[call % batches.Length], scores);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
    }
}
