using Switchyard.Engine;
using Switchyard.Evaluation;

namespace Switchyard.Comparison;

/// <summary>Seconds of an evaluation of many scores, beside scikit-learn's AUC of the same rows, in turn after a warm-up.</summary>
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

    static readonly EvaluationLayout Whole = new([], ["click"], [-1]);

    /// <param name="rows">Scores.</param>
    /// <param name="samples">Resamples of the bootstrap; 0 leaves it out.</param>
    public static void Print(int rows, int samples)
    {
        Console.WriteLine(Machine.Describe());
        var (leaves, groups, labels) = (new int[rows], new int[rows], new float[rows]);
        var (scores, others) = (new float[rows], new float[rows]);
        Draw(leaves, groups, labels, scores, others);
        var none = new int[rows];
        var evaluator = new Evaluator(Layout, new EvaluationOptions());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        (EvaluationReport? report, double memory) = (null, 0);
        var table = new TimedLines(Rounds);
        table.Add("take the scores, batch by batch", () => Take(evaluator, leaves, groups, scores, labels));
        table.Add("report: AUC, GAUC, NDCG, MRR, log loss, calibration of 33 scenarios", () => report = evaluator.Report());
        table.Warm = () => memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        table.Add("AUC of all rows (with log loss and calibration), from batches", () =>
        {
            var whole = new Evaluator(Whole, new EvaluationOptions { GroupMetrics = false });
            Take(whole, none, none, scores, labels);
            whole.Report();
        });
        using var peer = new SklearnAuc(scores, labels);
        table.AddPeer("scikit-learn: AUC of all rows, one number", peer.Seconds);
        table.Add("intervals: two models' difference of AUC and log loss in 33 scenarios, by placement values over groups", () =>
        {
            var comparison = new ScoreComparison(Layout, new EvaluationOptions(), leaves, groups, [labels]);
            comparison.SetFirst([scores]);
            comparison.Add([others]);
            comparison.Differences();
        });
        if (samples > 0)
        {
            table.Add($"intervals: the same and GAUC by a bootstrap over groups, {samples} resamples, both models", () =>
            {
                var bootstrap = new PairedBootstrap(Layout, new EvaluationOptions(), leaves, groups, [labels], samples, 1);
                bootstrap.Resample([[scores]]);
                bootstrap.Resample([[others]]);
            });
        }

        table.Run();
        var total = report!.Cells.Single(c => c.Level == "total").Metrics;
        if (peer.Settings is { } settings) Console.WriteLine($"Peer: {settings}; its AUC differs from ours by {Math.Abs(peer.Auc - total.Auc!.Value):0.0e+00}");
        table.Print($"{rows:N0} rows in {Regions} × {Devices} scenarios and groups of {GroupRows}, one task");
        Console.WriteLine();
        Console.WriteLine($"AUC {total.Auc:0.000000}, GAUC {total.Gauc:0.000000}; {memory / rows:0.0} bytes a row held by the evaluator");
        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    static void Take(Evaluator evaluator, int[] leaves, int[] groups, float[] scores, float[] labels)
    {
        evaluator.Clear();
        float[][] batch = [new float[BatchRows]];
        float[][] truth = [new float[BatchRows]];
        for (var from = 0; from < scores.Length; from += BatchRows)
        {
            var count = Math.Min(BatchRows, scores.Length - from);
            scores.AsSpan(from, count).CopyTo(batch[0]);
            labels.AsSpan(from, count).CopyTo(truth[0]);
            evaluator.Add(leaves.AsSpan(from, count), groups.AsSpan(from, count), batch, truth, count);
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
