using System.Collections.Immutable;
using System.Diagnostics;
using Switchyard.Engine;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>
/// What a layer costs against its number of experts: AES (320 → 256 → 128, four gates, K = 1 + 1), the same without selection, and CES (k = 2).
/// One thread, computing time, so that other work on the machine hardly shows.
/// </summary>
static class ExpertLayers
{
    const int Inputs = 304;
    const int Indicators = 16;
    const int Gates = 4;
    static readonly ExpertOptions Expert = new() { Widths = [256, 128] };
    static readonly int[] Experts = [4, 8, 16, 32, 64, 128];

    delegate Tensor Layer(Graph g, Tensor x, Tensor indicator, NodeIndex own);

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

    /// <summary>Declares a layer's weights.</summary>
    static Layer Build(string name, int experts, Scope scope)
    {
        var gates = new Members("nodes", Gates);
        if (name != "CES")
        {
            var aes = new AesLayer(scope, gates, Inputs, Indicators, new AesOptions { Experts = experts, Select = name == "AES", Expert = Expert });
            return (g, x, indicator, own) => aes.Forward(g, x, x, indicator, own, 0.01f);
        }

        var options = new CesaaOptions { Experts = experts, SharedExperts = 0, Active = 2, IndicatorWidth = Indicators, Expert = Expert };
        var ces = new CesLayer(scope, gates, new Members("tasks", 1), Inputs, options);
        return (g, x, indicator, own) =>
        {
            Span<Tensor> streams = [x];
            ces.Forward(g, streams, common: true, indicator, own);
            return streams[0];
        };
    }

    static float[] Values(SeededRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(2001) / 1000f - 1)];

    /// <summary>Median time of a pass, and the bytes of expert weights that its rows read.</summary>
    static (double Microseconds, double Bytes) Measure(string name, int experts, int rows, GraphMode mode)
    {
        var set = new ParameterSet(1);
        var layer = Build(name, experts, new Scope(set));
        var g = new Graph(mode, set) { Seed = 1 };
        var random = new SeededRandom(3, "layer");
        var x = Values(random, rows * Inputs);
        var indicator = Values(random, rows * Indicators);
        var own = NodeIndex.PerRow([.. Enumerable.Range(0, rows).Select(_ => random.Next(Gates))]);
        var times = new List<double>();
        var until = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
        for (var pass = 0; pass < 30 || Stopwatch.GetTimestamp() < until; pass++)
        {
            g.StepNumber = pass;
            var start = ThreadTime.Ticks();
            g.Reset();
            var y = layer(g, g.Input(x, rows, Inputs, needsGrad: true), g.Input(indicator, rows, Indicators), own);
            if (mode == GraphMode.Train) g.RunBackward(g.MeanWhere(y, y));
            if (mode == GraphMode.Train) set.Touch();
            if (pass >= 10) times.Add((double)(ThreadTime.Ticks() - start) / Stopwatch.Frequency);
        }

        times.Sort();
        return (1e6 * times[times.Count / 2], Read(g, set, layer, x, indicator, own, rows));
    }

    /// <summary>Weights that one row reads, times four bytes, a mean over the rows.</summary>
    static double Read(Graph g, ParameterSet set, Layer layer, float[] x, float[] indicator, NodeIndex own, int rows)
    {
        g.WeightUse = new WeightUse();
        g.Reset();
        layer(g, g.Input(x, rows, Inputs), g.Input(indicator, rows, Indicators), own);
        return sizeof(float) * (set.DenseLength - g.WeightUse.Unused(rows) / rows);
    }
}
