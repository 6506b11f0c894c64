using System.Diagnostics;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>How long our scoring calls take, with all their figures.</summary>
/// <param name="Call">Time of a call, the median of the rounds.</param>
/// <param name="Best">Median call of the best round: nearer to what a machine without other work would do.</param>
/// <param name="RowsPerSecond">Rows of the calls of a round by their time, the median of the rounds.</param>
/// <param name="Processor">Time of the processor a call took in milliseconds, all threads: what other work on the machine disturbs least. The wait of idle workers is in it.</param>
/// <param name="AllocatedBytes">Managed memory that the calls of a round took, all threads.</param>
readonly record struct ScoringTimes(Percentiles Call, double Best, double RowsPerSecond, double Processor, long AllocatedBytes);

/// <summary>Scoring of one model and size: rows that share nothing, and requests with and without sharing.</summary>
static class ScoringSpeed
{
    const int Rounds = 5;
    const int Batches = 32;
    const int MostCalls = 1 << 18;
    const int LeastCalls = 1000;

    /// <summary>Scores random batches one after the other, the same for every run.</summary>
    /// <param name="workload">Model and size of a batch; its weights are drawn.</param>
    /// <param name="threads">Threads of a call.</param>
    /// <param name="requests">Every call is one request, whose rows agree in scenario and context.</param>
    /// <param name="share">Compute what the rows of a request share once.</param>
    public static ScoringTimes Measure(Workload workload, int threads, bool requests = false, bool share = true)
    {
        if (requests) workload = workload.WithSides();
        using var pool = new WorkerPool(threads);
        var predictor = new Predictor(new Ranker(workload.Schema, workload.Model, 1), pool) { ShareRequests = share };
        var batches = requests ? workload.Requests(Batches) : workload.Batches(Batches);
        var scores = new float[workload.Rows * workload.Schema.Tasks.Length];
        var times = new List<double>(MostCalls);
        var warm = 0;
        WarmUp.Run(() => predictor.Score(batches[warm++ % Batches], scores));
        var rounds = Enumerable.Range(0, Rounds).Select(_ => Round()).ToArray();
        return new ScoringTimes(
            Percentiles.OfRounds([.. rounds.Select(r => r.Call)]),
            rounds.Min(r => r.Best),
            rounds.Select(r => r.RowsPerSecond).Order().ElementAt(Rounds / 2),
            rounds.Min(r => r.Processor),
            rounds.Min(r => r.AllocatedBytes));

        ScoringTimes Round()
        {
            times.Clear();
            var (before, processor) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);
            var last = Stopwatch.GetTimestamp();
            for (var end = last + (long)(ScoringClock.Seconds * Stopwatch.Frequency); times.Count < MostCalls && (times.Count < LeastCalls || last < end);)
            {
                predictor.Score(batches[times.Count % Batches], scores);
                var now = Stopwatch.GetTimestamp();
                times.Add(Stopwatch.GetElapsedTime(last, now).TotalMilliseconds);
                last = now;
            }

            processor = Environment.CpuUsage.TotalTime - processor;
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            var rowsPerSecond = 1000.0 * workload.Rows * times.Count / times.Sum();
            var call = Percentiles.Of(times);
            return new ScoringTimes(call, call.Median, rowsPerSecond, processor.TotalMilliseconds / times.Count, allocated);
        }
    }

    /// <summary>Prints a workload's figures.</summary>
    public static void Print(string name, int rows, int threads)
    {
        var workload = Workload.Of(name) with { Rows = rows };
        Line("separate rows", requests: false, share: true);
        if (rows == 1) return;
        Line("one request, nothing shared", requests: true, share: false);
        Line("one request", requests: true, share: true);

        void Line(string what, bool requests, bool share)
        {
            var load = Machine.Load();
            var t = Measure(workload, threads, requests, share);
            Console.WriteLine(
                $"{name}, {rows} rows, {threads} threads, {what}: p50 {1000 * t.Call.Median:0.0} µs (best round {1000 * t.Best:0.0}), p99 {1000 * t.Call.P99:0.0} µs, " +
                $"{t.RowsPerSecond:N0} rows/s, {1000 * t.Processor:0.0} µs of processor a call, {t.AllocatedBytes} bytes allocated; load {load}");
        }
    }
}
