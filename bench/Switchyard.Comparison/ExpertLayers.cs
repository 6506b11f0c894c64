using System.Collections.Immutable;
using System.Diagnostics;
using Switchyard.Engine;

namespace Switchyard.Comparison;

/// <summary>
/// What a layer costs against its number of experts: AES (320 → 256 → 128, four gates, K = 1 + 1), the same without selection, and CES (k = 2).
/// One thread, computing time, so that other work on the machine hardly shows.
/// </summary>
static class ExpertLayers
{
    const int Warmup = 8;
    const int LeastPasses = 20;
    static readonly int[] Experts = [4, 8, 16, 32, 64, 128];

    public static void Print(ImmutableArray<int> batches)
    {
        Console.WriteLine(Machine.Describe());
        foreach (var rows in batches)
        {
            Console.WriteLine();
            Console.WriteLine($"batch {rows}; µs of computing on one thread, median (against n = {Experts[0]}); MB: weights that a row reads");
            Console.WriteLine("| layer | experts | scoring | training step | MB |");
            Console.WriteLine("|---|---:|---:|---:|---:|");
            foreach (var name in new[] { "AES", "AES dense", "CES" }) Table(name, rows);
        }

        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    /// <summary>Every op of a layer, µs of computing on one thread: the mean of the fastest tenth of the passes.</summary>
    public static void PrintOps(string name, int experts, int rows, GraphMode mode)
    {
        var layer = new ExpertCase(name, experts, rows, mode);
        for (var pass = 0; pass < Warmup; pass++) layer.Pass();
        layer.Clock = new PassClock(ThreadTime.Ticks);
        var passes = new List<(double Seconds, List<(string Op, string Phase, double Seconds)> Laps)>();
        var until = Stopwatch.GetTimestamp() + 3 * Stopwatch.Frequency;
        for (var pass = 0; pass < LeastPasses || Stopwatch.GetTimestamp() < until; pass++)
        {
            layer.Clock.Clear();
            layer.Pass();
            var laps = layer.Clock.Laps.ToList();
            passes.Add((laps.Sum(l => l.Seconds), laps));
        }

        passes.Sort((a, b) => a.Seconds.CompareTo(b.Seconds));
        var kept = passes.Take(1 + passes.Count / 10).ToList();
        var total = kept.Average(p => p.Seconds);
        Console.WriteLine($"{name}, {experts} experts, {rows} rows, {mode}: {1e6 * total:0.0} µs");
        foreach (var op in kept.SelectMany(p => p.Laps).GroupBy(l => $"{l.Op} {l.Phase}").OrderByDescending(op => op.Sum(l => l.Seconds)))
            Console.WriteLine($"| {op.Key} | {1e6 * op.Sum(l => l.Seconds) / kept.Count:0.0} |");
    }

    static void Table(string name, int rows)
    {
        (double Score, double Train)? first = null;
        foreach (var experts in Experts.Where(n => name != "AES dense" || n <= 32))
        {
            Console.Error.WriteLine($"{name}, {experts} experts, {rows} rows");
            var (score, bytes) = Measure(name, experts, rows, GraphMode.Score);
            var (train, _) = Measure(name, experts, rows, GraphMode.Train);
            first ??= (score, train);
            Console.WriteLine($"| {name} | {experts} | {score:0.0} ({score / first.Value.Score:0.00}) | {train:0.0} ({train / first.Value.Train:0.00}) | {bytes / 1e6:0.0} |");
        }
    }

    /// <summary>Median time of a pass, and the bytes of expert weights that its rows read.</summary>
    static (double Microseconds, double Bytes) Measure(string name, int experts, int rows, GraphMode mode)
    {
        var layer = new ExpertCase(name, experts, rows, mode);
        var times = new List<double>();
        var until = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
        for (var pass = 0; pass < LeastPasses || Stopwatch.GetTimestamp() < until; pass++)
        {
            var start = ThreadTime.Ticks();
            layer.Pass();
            if (pass >= Warmup) times.Add((double)(ThreadTime.Ticks() - start) / Stopwatch.Frequency);
        }

        times.Sort();
        return (1e6 * times[times.Count / 2], layer.BytesRead());
    }
}
