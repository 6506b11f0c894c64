using System.Diagnostics;
using System.Runtime.InteropServices;
using Switchyard.Engine;
using Switchyard.Evaluation;

namespace Switchyard.Comparison;

/// <summary>Seconds of an evaluation of many scores, beside scikit-learn's AUC of the same rows.</summary>
static class EvaluationSpeed
{
    const int Rounds = 3;
    const int BatchRows = 8192;
    const int Regions = 8;
    const int Devices = 3;

    /// <summary>Rows of a list, on average.</summary>
    const int GroupRows = 20;

    static readonly EvaluationLayout Layout = new(
        [("region", [.. Enumerable.Range(0, Regions).Select(i => $"r{i}")]), ("device", [.. Enumerable.Range(0, Devices).Select(i => $"d{i}")])], ["click"], [-1]);

    /// <param name="rows">Scores.</param>
    /// <param name="samples">Resamples of the bootstrap; 0 leaves it out.</param>
    public static void Print(int rows, int samples)
    {
        Console.WriteLine(Machine.Describe());
        var (leaves, groups, labels) = (new int[rows], new int[rows], new float[rows]);
        var (scores, others) = (new float[rows], new float[rows]);
        Draw(leaves, groups, labels, scores, others);
        var lines = new List<string>();
        var evaluator = new Evaluator(Layout, new EvaluationOptions());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Line("take the scores, batch by batch", () =>
        {
            evaluator.Clear();
            var batch = new float[1][];
            var truth = new float[1][];
            (batch[0], truth[0]) = (new float[BatchRows], new float[BatchRows]);
            for (var from = 0; from < rows; from += BatchRows)
            {
                var count = Math.Min(BatchRows, rows - from);
                scores.AsSpan(from, count).CopyTo(batch[0]);
                labels.AsSpan(from, count).CopyTo(truth[0]);
                evaluator.Add(leaves.AsSpan(from, count), groups.AsSpan(from, count), batch, truth, count);
            }
        });
        EvaluationReport? report = null;
        Line("report: AUC, GAUC, NDCG, MRR, log loss, calibration of 33 scenarios", () => report = evaluator.Report());
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        var total = report!.Cells.Single(c => c.Level == "total").Metrics;
        evaluator = new Evaluator(Layout, new EvaluationOptions());
        Line("intervals: two models' difference of AUC and log loss in 33 scenarios, by placement values over groups", () =>
        {
            var comparison = new ScoreComparison(Layout, new EvaluationOptions(), leaves, groups, [labels]);
            comparison.SetFirst([scores]);
            comparison.Add([others]);
            comparison.Differences();
        });
        if (samples > 0)
        {
            Line($"intervals: the same and GAUC by a bootstrap over groups, {samples} resamples, both models", () =>
            {
                var bootstrap = new PairedBootstrap(Layout, new EvaluationOptions(), leaves, groups, [labels], samples, 1);
                bootstrap.Resample([[scores]]);
                bootstrap.Resample([[others]]);
            });
        }

        Peers(scores, labels, total.Auc!.Value, lines);
        TextTable.Print($"| {rows:N0} rows in {Regions} × {Devices} scenarios and groups of {GroupRows}, one task | seconds, median of {Rounds} rounds (all rounds) | seconds of processor |", lines);
        Console.WriteLine();
        Console.WriteLine($"AUC {total.Auc:0.000000}, GAUC {total.Gauc:0.000000}; {memory / (double)rows:0.0} bytes a row held by the evaluator");
        Console.WriteLine($"load {Machine.Load()} at the end");

        void Line(string what, Action run)
        {
            var (times, processor) = (new double[Rounds], new double[Rounds]);
            for (var round = 0; round < Rounds; round++)
            {
                var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                run();
                (times[round], processor[round]) = (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
            }

            lines.Add($"{Text(what, times)} {processor.Order().ElementAt(Rounds / 2):0.00} |");
        }
    }

    static string Text(string what, double[] times) => $"| {what} | {times.Order().ElementAt(times.Length / 2):0.00} ({string.Join(", ", times.Select(t => $"{t:0.00}"))}) |";

    static void Peers(float[] scores, float[] labels, double auc, List<string> lines)
    {
        var folder = Directory.CreateDirectory(Peer.Folder).FullName;
        var files = new[] { Path.Combine(folder, "scores.f32"), Path.Combine(folder, "labels.f32") };
        File.WriteAllBytes(files[0], MemoryMarshal.AsBytes(scores.AsSpan()));
        File.WriteAllBytes(files[1], MemoryMarshal.AsBytes(labels.AsSpan()));
        try
        {
            var times = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                if (Peer.Run("sklearn_auc.py", files) is not { } peer) return;
                times.Add(peer.Result.GetProperty("seconds").GetDouble());
                if (round == 0) Console.WriteLine($"Peer: {peer.Settings}; its AUC differs from ours by {Math.Abs(peer.Result.GetProperty("auc").GetDouble() - auc):0.0e+00}");
            }

            lines.Add($"{Text("scikit-learn: AUC of all rows, one number", [.. times])} |");
        }
        finally
        {
            foreach (var file in files) File.Delete(file);
        }
    }

    /// <summary>Two models' scores with different noise over the same propensity; lists of neighbouring rows share a scenario.</summary>
    static void Draw(int[] leaves, int[] groups, float[] labels, float[] scores, float[] others)
    {
        var random = new SeededRandom(3, "evaluation");
        var leaf = 0;
        for (var (row, group, left) = (0, -1, 0); row < leaves.Length; row++)
        {
            if (left-- == 0)
            {
                group++;
                left = random.Next(2 * GroupRows);
                leaf = random.Next(Regions * Devices);
            }

            (leaves[row], groups[row]) = (leaf, group);
            var logit = -3 + random.NextNormal();
            labels[row] = random.NextDouble() < Sigmoid(logit) ? 1 : 0;
            (scores[row], others[row]) = ((float)Sigmoid(logit + random.NextNormal()), (float)Sigmoid(logit + (1.2 * random.NextNormal())));
        }

        static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));
    }
}
