using System.Diagnostics;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

public static partial class Run
{
    /// <summary>
    /// Trains every variant with every seed, unless it is finished already, and reports how they differ on the test rows. Nothing is
    /// chosen on test rows: the weights that are kept are those that validation calls the best. What a call trained the next one finds
    /// again; a run that was interrupted goes on from its checkpoint.
    /// </summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="options">What of it to do; null for all.</param>
    /// <param name="reporter">Hears progress and results; null for nobody.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <exception cref="InputException">A variant or seed is unknown, or variants have other test rows.</exception>
    public static ComparisonReport Compare(
        ComparisonConfiguration comparison, CompareOptions? options = null, IRunReporter? reporter = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        options ??= new CompareOptions();
        reporter ??= SilentReporter.Instance;
        Check(comparison, options);
        var folder = new ComparisonFolder(comparison.OutputDirectory);
        using var runs = new ComparisonRuns(
            comparison,
            run => OpenData(run, null, reporter, cancellation),
            cancellation);
        if (!options.ReportOnly) new ComparisonTrainer(comparison, options, runs, folder, reporter, cancellation).TrainMissing();
        var report = ComparisonReport.Create(comparison, runs, folder, reporter, cancellation) with { Command = options.Command };
        TextFile.Write(folder.JsonReport, report.ToJson());
        TextFile.Write(folder.MarkdownReport, report.ToMarkdown());
        if (options.Json is not null) TextFile.Write(options.Json, report.ToJson());
        if (options.Markdown is not null) TextFile.Write(options.Markdown, report.ToMarkdown());
        return report;
    }

    static void Check(ComparisonConfiguration comparison, CompareOptions options)
    {
        var names = comparison.Variants.Select(v => v.Name).ToArray();
        foreach (var only in options.Only)
        {
            if (!names.Contains(only)) throw new InputException($"--only {only}: {comparison.File} has no such variant{Names.Suggest(only, names)} Variants: {string.Join(", ", names)}.");
        }

        if (options.ReportOnly && (!options.Only.IsEmpty || !options.Seeds.IsEmpty))
            throw new InputException($"--report-only trains nothing, so {(options.Only.IsEmpty ? "--seeds" : "--only")} has nothing to choose from; leave one of them out.");

        foreach (var seed in options.Seeds)
        {
            if (!comparison.Options.Seeds.Contains(seed))
                throw new InputException($"--seeds {seed}: {comparison.File} has no such seed; its seeds are {string.Join(", ", comparison.Options.Seeds)}.");
        }

        TextFile.RequireWritable(("--json", options.Json), ("--markdown", options.Markdown), ("output", Path.Combine(comparison.OutputDirectory, "report.json")));
    }

    /// <summary>Trains and measures one run of a comparison, from its newest checkpoint where it has one, and saves the result.</summary>
    internal static ComparedRun TrainCompared(
        ComparisonConfiguration comparison,
        PlannedRun planned,
        MeasuredRows rows,
        ComparisonFolder folder,
        CheckpointStore checkpoints,
        RunWatch watch,
        IRunReporter reporter,
        CancellationToken cancellation)
    {
        var configuration = planned.Run;
        var (options, data) = (configuration.Training, planned.Data);
        var peakOfRun = PeakMemory.Begin();
        var started = Stopwatch.GetTimestamp();
        var resumed = checkpoints.NewestFound > 0;
        using var pool = NewPool(options.Threads);
        var (ranker, training) = Fitting.Train(configuration, new FittingRows(data), pool, checkpoints, pauseAfter: 0, reporter, Record, cancellation);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        ReportTraining(training, options, data.Rows(Part.Validation), reporter);
        var peak = PeakMemory.Read();
        var scored = OnceTrained(() => RowScoring.Of(ranker, data, rows.Part, pool, cancellation), checkpoints, cancellation);
        var report = Measure(rows, scored.Scores, configuration.Evaluation, pool.Threads);
        if (comparison.Options.KeepModels)
        {
            var bundle = folder.BundleOf(planned.Variant.Name, planned.Seed, planned.Digest);
            var baseline = OnceTrained(() => DriftBaseline.Measure(ranker, data, pool, cancellation), checkpoints, cancellation);
            ModelBundle.Save(bundle, ranker, Describe(configuration with { Output = comparison.OutputDirectory }, data, training, report, planned.Digest, null), (place, digest) => baseline?.Save(place, digest));
        }

        var dense = ranker.Parameters.Dense.Sum(p => (long)p.Length);
        return folder.Save(
            new ComparedRun
            {
                Variant = planned.Variant.Name,
                Seed = planned.Seed,
                Digest = planned.Digest,
                Model = configuration.Model.Name,
                Topology = configuration.Model.Options.Topology,
                Monitor = options.Monitor,
                Validation = training.BestValue,
                BestEpoch = training.BestEpoch,
                BestStep = training.BestStep,
                Epochs = training.Epochs,
                Steps = training.Steps,
                RowsPerSecond = training.RowsPerSecond,
                Seconds = seconds,
                Resumed = resumed,
                Threads = pool.Threads,
                PeakMemory = peak,
                PeakOfRun = peakOfRun,
                Parameters = ranker.Parameters.TrainedValues,
                DenseParameters = dense,
                ActiveParameters = dense - scored.UnusedWeights,
                FlopsPerRow = 2 * scored.Work,
                StoredFlopsPerRow = 2 * scored.StoredWork,
                RowsDigest = rows.Digest,
                ScoresDigest = "",
                Identity = planned.Identity,
                Configuration = planned.Run.ToYaml(),
                Metrics = JsonElement.Parse(report.ToJson()),
            },
            scored.Scores);

        MetricRecorder Record(Ranker of) => new(
            configuration, of, RowsOf(data), planned.Digest, folder.MetricsOf(planned.Variant.Name, planned.Seed, planned.Digest), MetricCadence.OfComparedRun, watch, reporter);
    }

    internal static EvaluationReport Measure(MeasuredRows rows, float[][] scores, EvaluationOptions options, int threads)
    {
        var evaluator = new Evaluator(rows.Layout, options, threads);
        evaluator.Add(rows.Leaves, rows.Groups, scores, rows.Labels, rows.Count);
        return evaluator.Report();
    }
}
