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
    static readonly string[] Layers = ["AES", "AES dense", "CES"];
    static readonly int[] Experts = [4, 8, 16, 32, 64, 128];

    /// <param name="batches">Rows of a pass, one table each.</param>
    /// <param name="layer">The only layer; null: all.</param>
    /// <param name="rounds">Rounds of every line.</param>
    public static void Print(ImmutableArray<int> batches, string? layer, int rounds)
    {
        if (layer is not null && !Layers.Contains(layer)) throw new ArgumentException($"there is no layer {layer}; name one of {string.Join(", ", Layers)}.", nameof(layer));
        Console.WriteLine(Machine.Describe());
        foreach (var rows in batches)
        {
            Console.WriteLine();
            Console.WriteLine($"batch {rows}; µs of computing on one thread, median of {rounds} rounds, against n = {Experts[0]} (lowest and highest of a round); MB: weights that a row reads");
            Console.WriteLine("| layer | experts | scoring | training step | MB |");
            Console.WriteLine("|---|---:|---:|---:|---:|");
            foreach (var name in Layers.Where(l => layer is null || l == layer)) Table(name, rows, rounds);
        }

        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    /// <summary>Every op of a layer, µs of computing on one thread: the mean of the fastest tenth of the passes.</summary>
    public static void PrintOps(string name, int experts, int rows, GraphMode mode)
    {
        var layer = new ExpertCase(name, experts, rows, mode);
        WarmUp.Run(layer.Pass);
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

    /// <summary>
    /// Every number of experts in turn, a tenth of a second at a time, round after round: none has a process that is warmer, or a machine that is
    /// quieter, than the others.
    /// </summary>
    static void Table(string name, int rows, int rounds)
    {
        var counts = Experts.Where(n => name != "AES dense" || n <= 32).ToArray();
        Console.Error.WriteLine($"{name}, {rows} rows");
        var (score, bytes) = Measure(name, counts, rows, GraphMode.Score, rounds);
        var (train, _) = Measure(name, counts, rows, GraphMode.Train, rounds);
        for (var i = 0; i < counts.Length; i++)
            Console.WriteLine($"| {name} | {counts[i]} | {Rounds.Median(score[i]):0.0}, {Rounds.Ratio(score[i], score[0])} | {Rounds.Median(train[i]):0.0}, {Rounds.Ratio(train[i], train[0])} | {bytes[i] / 1e6:0.0} |");
    }

    /// <summary>Median time of a pass in µs in every round, and the bytes of expert weights that a row reads, for every number of experts.</summary>
    static (List<double>[] Microseconds, double[] Bytes) Measure(string name, int[] counts, int rows, GraphMode mode, int rounds)
    {
        var layers = counts.Select(experts => new ExpertCase(name, experts, rows, mode)).ToArray();
        var times = layers.Select(_ => new List<double>()).ToArray();
        foreach (var layer in layers) WarmUp.Run(layer.Pass);
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < layers.Length; i++)
            {
                var passes = new List<double>();
                var until = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 10;
                for (var pass = 0; pass < LeastPasses || Stopwatch.GetTimestamp() < until; pass++)
                {
                    var start = ThreadTime.Ticks();
                    layers[i].Pass();

                    // A turn's first passes bring its weights back into the caches.
                    if (pass >= Warmup) passes.Add(1e6 * (double)(ThreadTime.Ticks() - start) / Stopwatch.Frequency);
                }

                times[i].Add(Rounds.Median(passes));
            }
        }

        return (times, [.. layers.Select(l => l.BytesRead())]);
    }
}
