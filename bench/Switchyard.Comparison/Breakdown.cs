using System.Diagnostics;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Training;

namespace Switchyard.Comparison;

/// <summary>
/// Where the time of a training step goes. With one thread it is the time that thread computed, so that other work on the machine
/// hardly shows; with several it is wall time.
/// </summary>
static class Breakdown
{
    const int Steps = 150;

    public static void Print(string name, int threads, EmbeddingUpdate embeddings, bool ops)
    {
        var workload = Workload.Of(name);
        using var pool = new WorkerPool(threads);
        Func<long> now = threads == 1 ? ThreadTime.Ticks : Stopwatch.GetTimestamp;
        var steps = new List<(double Seconds, List<(string Op, string Phase, double Seconds)> Laps)>();
        var bytes = 0L;
        var work = default(LinearWork);
        TrainingSpeed.Run(workload, embeddings, pool, Steps, (step, run) =>
        {
            step.Clock ??= new PassClock(now);
            step.Clock.Clear();
            var (start, allocated) = (now(), GC.GetAllocatedBytesForCurrentThread());
            run();
            bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
            work = step.Work;
            steps.Add(((double)(now() - start) / Stopwatch.Frequency, [.. step.Clock.Laps]));
        });

        // The faster half: what disturbed the others is not the program's.
        steps.Sort((a, b) => a.Seconds.CompareTo(b.Seconds));
        var kept = steps.Take(Steps / 2).ToList();
        var total = kept.Sum(s => s.Seconds);
        Console.WriteLine(Machine.Describe());
        Console.WriteLine($"{name}: batch {workload.Rows}, {threads} threads, {(threads == 1 ? "computing" : "wall")} time, faster half of {Steps} steps");
        Console.WriteLine(
            $"{1e3 * total / kept.Count:0.000} ms a step, {workload.Rows * kept.Count / total:N0} rows/s; {2e-9 * work.Active * kept.Count / total:0} GFLOP/s; {bytes} bytes allocated in the last step");
        Console.WriteLine();
        Console.WriteLine("| part | ms | share |");
        Console.WriteLine("|---|---:|---:|");
        var laps = kept.SelectMany(s => s.Laps)
            .GroupBy(l => ops ? $"{l.Op} {l.Phase}" : PartOf(l.Op, l.Phase))
            .Select(p => (Part: p.Key, Seconds: p.Sum(l => l.Seconds)))
            .OrderByDescending(p => p.Seconds);
        foreach (var (part, seconds) in laps) Console.WriteLine($"| {part} | {1e3 * seconds / kept.Count:0.000} | {100 * seconds / total:0.0} % |");
        Console.WriteLine($"| load {Machine.Load()} at the end | | |");
    }

    static string PartOf(string op, string phase) => (op, phase) switch
    {
        ("LookupOps.Embed", _) => $"tables, {phase}",
        ("LinearOps.Pack", _) => "packing weights",
        ("LinearOps.BackInput", _) => "products, gradient of inputs",
        ("LinearOps.Back" or "LinearOps.BackComputed" or "LinearOps.BackMember", "forward") => "products, forward",
        ("LinearOps.Back" or "LinearOps.BackComputed" or "LinearOps.BackMember", _) => "products, gradient of weights",
        ("DispatchOps.Back", _) => $"mixing experts, {phase}",
        ("DispatchOps.Route", _) => "routing",
        _ when phase == "optimizer" || op == "Optimizer.BeforeRead" => "optimizer",
        _ when op is "Graph.Reset" or "Gradients.Settle" => "clearing gradients",
        _ when op.StartsWith("LossOps", StringComparison.Ordinal) => "loss",
        _ when op.StartsWith("GateOps", StringComparison.Ordinal) || op.StartsWith("RandomOps", StringComparison.Ordinal)
            || op.StartsWith("InformationOps", StringComparison.Ordinal) => $"gates and selection, {phase}",
        _ => $"other, {phase}",
    };
}
