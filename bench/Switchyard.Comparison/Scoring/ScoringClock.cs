using System.Diagnostics;
using Switchyard.Inference;
using Switchyard.Kernels;

namespace Switchyard.Comparison;

/// <summary>Time of our scoring calls on the peer's rows, one after the other, inputs in memory.</summary>
static class ScoringClock
{
    public const double WarmupSeconds = 0.5;
    public const double Seconds = 1;
    const int LeastCalls = 50;

    /// <param name="scoring">Model and rows.</param>
    /// <param name="size">Rows of a call.</param>
    /// <param name="threads">Threads of a call.</param>
    public static Percentiles Measure(ScoringCase scoring, int size, int threads)
    {
        using var pool = threads > 1 ? new WorkerPool(threads) : null;
        var predictor = new Predictor(scoring.Ranker, pool);
        var batches = scoring.Batches(size);
        var scores = new float[size * scoring.Ranker.Schema.Tasks.Length];
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
