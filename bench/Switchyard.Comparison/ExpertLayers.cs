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
