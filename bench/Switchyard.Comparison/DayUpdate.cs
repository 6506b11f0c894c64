using System.Globalization;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>
/// A day's update against retraining: train on 7 November, update with half of 8 November's users, test on the other half. The full
/// retraining has 7 November and the first half. A tenth of the users of 7 November and of the users of 8 November's first half (a
/// fifth of that half) validates; nothing is chosen on test rows. The update is made twice from the same bundle: for two epochs, and
/// with the very epochs and patience of the full retraining.
/// </summary>
static class DayUpdate
{
    const int Samples = 1000;

    const int BatchRows = 4096;

    /// <summary>How the updates train: fixed before the first run, not tuned.</summary>
    static readonly string[] Settings = ["training.learning_rate=0.0005", "update.measure_old_rows=false"];

    static readonly Recipe[] Recipes = [new("two-epochs", ["training.epochs=2"]), new("early-stopping", [])];

    static readonly string[] Split = ["filter=[]", "split={train: \"hash(user_id) mod 10 in [1..9]\", validation: hash(user_id) mod 10 == 0}"];

    /// <summary>Trains every protocol × seed and prints every number, then differences, intervals and times.</summary>
    /// <param name="samples">Folder of the trivago configurations.</param>
    /// <param name="seeds">Seeds 1 to this number.</param>
    /// <param name="model">aesm2 or mmoe.</param>
    /// <param name="overrides">Further overrides of the updates alone, for experiments.</param>
    public static void Run(string samples, int seeds, string model, IReadOnlyList<string> overrides)
    {
        var folder = Path.Combine(samples, "runs", "update");
        var log = RunConfiguration.Load(Path.Combine(samples, "t1n.yaml")).Data.Sources[0].Path!;
        var days = DayFiles.Write(Path.GetFullPath(log, Path.GetFullPath(samples)), Path.Combine(folder, "days"));
        Console.WriteLine($"{model}, {seeds} seeds; updates: {string.Join(", ", Settings.Concat(overrides))}");
        foreach (var protocol in new[] { "t1n", "t2n" }) Compare(Path.Combine(samples, protocol + ".yaml"), protocol, model, seeds, days, overrides);
    }

    static void Compare(string file, string protocol, string model, int seeds, DayFiles days, IReadOnlyList<string> overrides)
    {
        Console.WriteLine();
        Console.WriteLine($"| {protocol}, seed | run | steps | epochs | step kept | validation mean AUC | test mean AUC (region, task) | training s | with import s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        var pairs = Recipes.ToDictionary(r => r, _ => new List<(Outcome Full, Outcome Update)>());
        for (var seed = 1; seed <= seeds; seed++)
        {
            RunConfiguration Load(string name, IEnumerable<string> changes, params string[] sources)
            {
                List<string> all = [.. Split, $"sources=[{string.Join(", ", sources)}]", $"training.seed={seed}", $"name={name}", $"output=runs/update/{protocol}-{model}-{seed}/{name}/run", .. changes];
                if (model != "aesm2") all.Insert(0, $"model={model}");
                return RunConfiguration.Load(file, all);
            }

            // Every run imports for itself, as the runs of different days do.
            var outputs = Path.Combine(Path.GetDirectoryName(file)!, "runs", "update", $"{protocol}-{model}-{seed}");
            if (Directory.Exists(outputs)) Directory.Delete(outputs, recursive: true);
            var (day, first, second) = (Path.GetFullPath(days.Day), Path.GetFullPath(days.First), $"{{path: {Path.GetFullPath(days.Second)}, part: test}}");
            var before = Train(Load("day", [], day), null, seed, days);
            var full = Train(Load("full", [], day, first, second), null, seed, days);
            foreach (var recipe in Recipes)
            {
                var update = Train(Load(recipe.Name, [.. Settings, .. recipe.Settings, .. overrides], first, second), before.Run.Bundle, seed, days);
                pairs[recipe].Add((full, update));
            }
        }

        Console.WriteLine();
        Console.WriteLine("| protocol | update | full | updated | updated − full | 95 % over seeds (paired t) | 95 % over users (bootstrap) | time, training | time with import |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var recipe in Recipes) Summarise($"{protocol} | {recipe.Name}", pairs[recipe], days);
    }

    static Outcome Train(RunConfiguration configuration, string? start, int seed, DayFiles days)
    {
        var clock = new TrainingClock();
        var run = Switchyard.Run.Train(configuration, null, clock, initFrom: start);
        var test = run.Report.MeanAuc("level1") is { } auc && configuration.Data.Sources.Any(s => s.Part == Part.Test) ? Number(auc) : "";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {seed} | {configuration.Name} | {run.Training.Steps:N0} | {run.Training.Epochs} | {run.Training.BestStep:N0} | {run.Training.BestValue:0.0000} | {test} | {clock.Training:0.00} | {clock.WithImport:0.00} |"));
        return new Outcome(run, clock, configuration, days);
    }

    static void Summarise(string name, List<(Outcome Full, Outcome Update)> pairs, DayFiles days)
    {
        double[] differences = [.. pairs.Select(p => p.Update.Auc - p.Full.Auc)];
        var mean = differences.Average();
        var half = pairs.Count > 1 ? StudentT.InvCDF(0, 1, pairs.Count - 1, 0.975) * differences.StandardDeviation() / Math.Sqrt(pairs.Count) : double.NaN;
        var (low, high) = Bootstrap(pairs, days);
        double Ratio(Func<TrainingClock, double> time) => pairs.Sum(p => time(p.Update.Clock)) / pairs.Sum(p => time(p.Full.Clock));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Text(pairs.Select(p => p.Full.Auc))} | {Text(pairs.Select(p => p.Update.Auc))} | {Signed(mean)} | [{Signed(mean - half)}, {Signed(mean + half)}] | [{Signed(low)}, {Signed(high)}] | {Ratio(c => c.Training):0.000} | {Ratio(c => c.WithImport):0.000} |"));
    }

    /// <summary>Interval of the difference, mean over seeds, when the users of the test half are drawn anew.</summary>
    static (double Low, double High) Bootstrap(List<(Outcome Full, Outcome Update)> pairs, DayFiles days)
    {
        var test = pairs[0].Full.Test();
        var bootstrap = new UserBootstrap(days.TestUsers, days.Users, test.Regions, test.RegionCount, test.Labels);
        var cells = pairs.Select(p => (Full: bootstrap.Order(p.Full.Test().Scores), Update: bootstrap.Order(p.Update.Test().Scores))).ToArray();
        var drawn = new double[Samples];
        Parallel.For(0, Samples, sample =>
        {
            var times = bootstrap.Draw((ulong)sample);
            drawn[sample] = cells.Average(c => UserBootstrap.MeanAuc(c.Update, times) - UserBootstrap.MeanAuc(c.Full, times));
        });
        Array.Sort(drawn);
        return (drawn[(int)(0.025 * Samples)], drawn[(int)(0.975 * Samples) - 1]);
    }

    static string Signed(double value) => ComparisonColumns.Signed(value);

    static string Text(IEnumerable<double> values) => ComparisonColumns.Text(Spread.Of(values.Select(v => (double?)v)));

    static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>How an update differs from the full retraining.</summary>
    sealed record Recipe(string Name, string[] Settings);

    /// <summary>A trained model with its times; scores the test half when asked.</summary>
    sealed class Outcome(TrainedRun run, TrainingClock clock, RunConfiguration configuration, DayFiles days)
    {
        TestRows? _test;

        public TrainedRun Run => run;

        public TrainingClock Clock => clock;

        public double Auc => run.Report.MeanAuc("level1") ?? double.NaN;

        public TestRows Test() => _test ??= TestRows.Score(run.Ranker, configuration, days);
    }

    /// <summary>The test half in file order: regions, labels and scores by task.</summary>
    sealed record TestRows(int[] Regions, int RegionCount, float[][] Labels, float[][] Scores)
    {
        public static TestRows Score(Ranker ranker, RunConfiguration configuration, DayFiles days)
        {
            var spec = configuration.Data with { Sources = [.. configuration.Data.Sources.Where(s => s.Part == Part.Test)] };
            using var data = Dataset.OpenOrImport(spec, ranker.Schema, configuration.BaseDirectory, configuration.ColumnDirectory);
            var (rows, tasks) = ((int)data.Rows(Part.Test), ranker.Schema.Tasks.Length);
            if (rows != days.TestUsers.Length) throw new InvalidOperationException($"{rows} test rows, {days.TestUsers.Length} users");
            using var source = data.Open(Part.Test);
            var (predictor, batch, flat) = (new Predictor(ranker), new Batch(ranker.Schema, BatchRows), new float[tasks * BatchRows]);
            var (regions, labels, scores) = (new int[rows], Empty(), Empty());
            for (var at = 0; source.Next(batch, BatchRows); at += batch.Count)
            {
                predictor.Score(batch, flat);
                batch.Nodes(0).AsSpan(0, batch.Count).CopyTo(regions.AsSpan(at));
                for (var t = 0; t < tasks; t++)
                {
                    batch.Labels(t).AsSpan(0, batch.Count).CopyTo(labels[t].AsSpan(at));
                    flat.AsSpan(t * batch.Count, batch.Count).CopyTo(scores[t].AsSpan(at));
                }
            }

            return new TestRows(regions, ranker.Schema.Levels[0].Nodes.Length, labels, scores);

            float[][] Empty() => [.. Enumerable.Range(0, tasks).Select(_ => new float[rows])];
        }
    }
}
