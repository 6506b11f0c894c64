using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard.Comparison;

/// <summary>What a model costs as scenarios are added: training, scoring, and matrix products of a row. Ours alone.</summary>
static class ScenarioCost
{
    const int ScoredRows = 200;
    const int Threads = 2;

    static readonly int[] Counts = [2, 8, 32, 128];

    static readonly ModelOptions[] Models = [new Aesm2Options(), new HinetOptions(), new CesaaOptions(), new PleOptions(), new StarOptions()];

    public static void Print()
    {
        Console.WriteLine(Machine.Describe());
        TextTable.Print(
            $"| model | scenarios | training rows/s | scoring {ScoredRows} rows, p50 / p99 ms | FLOPs per row, training | FLOPs per row, scoring | dense weights |",
            from model in Models from count in Counts select Line(model, count));
        Console.WriteLine();
        Console.WriteLine($"{Threads} threads, lazy tables; FLOPs are those of matrix products. Load {Machine.Load()} at the end");
    }

    static string Line(ModelOptions model, int count)
    {
        var workload = Workload.OfScenarios(model, count);
        var rate = TrainingSpeed.RowsPerSecond(workload, EmbeddingUpdate.Lazy, Threads);
        using var pool = new WorkerPool(Threads);
        var training = default(LinearWork);
        TrainingSpeed.Run(workload, EmbeddingUpdate.Lazy, pool, steps: 1, (step, run) =>
        {
            run();
            training = step.Work;
        });
        var ranker = new Ranker(workload.Schema, workload.Model, 1);
        var batches = (workload with { Rows = ScoredRows }).Batches(16);
        var time = ScoringClock.Measure(ranker, batches, Threads);
        var pass = new ForwardPass(ranker, GraphMode.Score, pool);
        pass.Logits(batches[0]);
        return $"| {ModelZoo.NameOf(model)} | {count} | {rate:N0} | {time} | {2 * training.Active / workload.Rows:N0} | {2 * pass.Graph.Work.Active / ScoredRows:N0} | {ranker.Parameters.DenseLength:N0} |";
    }
}
