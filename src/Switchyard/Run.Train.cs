using System.Globalization;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Inference;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

/// <summary>What training left behind.</summary>
/// <param name="Bundle">Folder of the saved bundle.</param>
/// <param name="Ranker">The trained model.</param>
/// <param name="Training">How training went.</param>
/// <param name="Report">Metrics on the test rows, or on the validation rows where there is no test; without values where there is neither.</param>
public sealed record TrainedRun(string Bundle, Ranker Ranker, TrainingResult Training, EvaluationReport Report)
{
    /// <summary>What the run changed in the bundle it started from; null where it started from none.</summary>
    public UpdateReport? Update { get; init; }
}

public static partial class Run
{
    /// <summary>Imports where needed, trains, reports the table of the test rows and saves the bundle.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="json">File for the metrics, null for none.</param>
    /// <param name="reporter">Hears progress and results; null for nobody.</param>
    /// <param name="resume">Goes on from the newest checkpoint of the same run, where there is one.</param>
    /// <param name="initFrom">Folder of a bundle whose model is trained further, as the section update says; null for a new model.</param>
    /// <param name="watch">Who watches and steers it; null for nobody. Its events are in <c>metrics.jsonl</c> in any case.</param>
    /// <param name="cancellation">Ends the run between two steps: after a checkpoint with <see cref="TrainingInterruptedException"/>.</param>
    public static TrainedRun Train(
        RunConfiguration configuration,
        string? json = null,
        IRunReporter? reporter = null,
        bool resume = false,
        string? initFrom = null,
        RunWatch? watch = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        reporter ??= SilentReporter.Instance;
        watch ??= RunWatch.None;
        ModelBundle.RequirePlace(configuration.BundleDirectory);
        TextFile.RequireWritable(("--json", json));
        using var update = initFrom is null ? null : ModelUpdate.Begin(initFrom, configuration, reporter, cancellation);
        if (update is null && configuration.Update != new UpdateOptions()) reporter.Warning("the section update counts only with --init-from; this run starts from random weights");
        using var data = OpenRows(configuration, update, resume, reporter, cancellation);
        var options = configuration.Training;
        using var checkpoints = OpenCheckpoints(configuration, data, update, resume, reporter);
        var runId = RunIdentity.Digest(IdentityOf(configuration, data, update));
        var grown = update?.Grow(data, cancellation);
        var ranker = grown?.Ranker ?? new Ranker(data.Schema, configuration.Model.Options, options.Seed);
        using var pool = NewPool(options.Threads);
        reporter.Message(
            $"{configuration.Model.Name}: {ranker.Parameters.TrainedValues:N0} weights, {CountText.Of(data.Rows(Part.Train), "training row")}, " +
            $"{data.Rows(Part.Validation):N0} validation, {data.Rows(Part.Test):N0} test; {CountText.Of(data.Schema.Leaves, "scenario")}, {CountText.Of(data.Schema.Tasks.Length, "task")}, {CountText.Of(pool.Threads, "thread")}");

        var rows = new FittingRows(data);
        if (rows.ValidationCount == 0) reporter.Warning("there are no validation rows: all epochs are run and the last weights kept; give split.validation a condition");
        using var recorder = new MetricRecorder(configuration, ranker, RowsOf(data), runId, MetricLogReader.PathIn(configuration.OutputDirectory), MetricCadence.OfRun, watch, reporter)
        {
            FormerId = resume && CheckpointStore.IdentityOf(CheckpointDirectory(configuration)) is { } former ? RunIdentity.Digest(former) : null,
        };
        var result = Fitting.Run(Start, new Predictor(ranker, pool), rows, update is null ? null : update.WithReplay, configuration, reporter, recorder, cancellation);
        ReportTraining(result, options, data.Rows(Part.Validation), reporter);
        var report = OnceTrained(() => ReportPart(data, Measured(data), new Predictor(ranker, pool), configuration.Evaluation, reporter, cancellation), checkpoints, cancellation);
        var baseline = OnceTrained(() => DriftBaseline.Measure(ranker, data, pool, cancellation), checkpoints, cancellation);
        var fusion = update?.Fusion?.TextFor(data.Schema, reporter);
        ModelBundle.Save(configuration.BundleDirectory, ranker, Describe(configuration, data, result, report, runId, update), (folder, digest) =>
        {
            baseline?.Save(folder, digest);
            if (fusion is not null) CarriedFusion.Save(folder, fusion);
        });

        // What the update changed stands in no bundle: whatever befalls the comparison, the model is saved.
        var changes = OnceTrained(
            () => update?.Report(data, Measured(data), report, new UpdateEvaluation(update.Start.Ranker, ranker, pool, configuration.Evaluation, cancellation)), checkpoints, cancellation);
        if (json is not null) TextFile.Write(json, changes?.AddTo(report) ?? report.ToJson());
        if (!options.KeepCheckpointsAtEnd) checkpoints?.Clear();
        var place = Path.GetRelativePath(Directory.GetCurrentDirectory(), configuration.BundleDirectory);
        reporter.Result($"to score rows: switchyard predict {place} --input rows.csv --output scores.csv");
        reporter.Result($"model: {place}");
        return new TrainedRun(configuration.BundleDirectory, ranker, result, report) { Update = changes };

        Trainer Start()
        {
            var trainer = new Trainer(ranker, Fitting.WithPatience(options, rows), pool, update?.Freeze(grown!))
            {
                Checkpoints = checkpoints,
                Control = watch.Control,
                ValidateFirst = update is not null && data.Rows(Part.Validation) > 0,
            };
            if (resume) Resume(trainer, configuration, reporter);
            return trainer;
        }
    }

    static MetricRows RowsOf(Dataset data) => new(data.Rows(Part.Train), data.Rows(Part.Validation), data.Rows(Part.Test));

    /// <summary>What comes after training; cancelled there, training need not be made again.</summary>
    static T OnceTrained<T>(Func<T> measure, CheckpointStore? checkpoints, CancellationToken cancellation)
    {
        try
        {
            return measure();
        }
        catch (OperationCanceledException) when (checkpoints is { Newest: > 0 })
        {
            throw new TrainingInterruptedException(checkpoints.Newest, cancellation);
        }
    }

    /// <summary>The dataset to train on. In an update, what is new in its training rows is added to the bundle's schema.</summary>
    static Dataset OpenRows(RunConfiguration configuration, ModelUpdate? update, bool resume, IRunReporter reporter, CancellationToken cancellation)
    {
        if (resume && ReopenRows(configuration, update, reporter) is { } same) return Described(same, reporter);
        if (update is null) return OpenData(configuration, null, reporter, cancellation);
        return Described(
            Dataset.OpenOrImportGrown(configuration.Data, update.Start.Ranker.Schema, configuration.BaseDirectory, configuration.ColumnDirectory, reporter, configuration.Training.Threads, cancellation), reporter);
    }

    static void ReportTraining(TrainingResult result, TrainingOptions options, long validationRows, IRunReporter reporter)
    {
        var why = result.StoppedEarly ? string.Create(CultureInfo.InvariantCulture, $" (stopped early: {options.Patience} validations without a new best)")
            : result.StoppedByRequest ? " (stopped as asked)" : "";
        var kept = result is { BestStep: 0, BestValue: { } start }
            ? string.Create(CultureInfo.InvariantCulture, $"; kept the weights it began with, {options.Monitor} {start:0.0000}: no step bettered them")
            : result.BestValue is { } best ? string.Create(CultureInfo.InvariantCulture, $"; kept step {result.BestStep:N0} (epoch {result.BestEpoch}), {options.Monitor} {best:0.0000}")
            : "; kept the last weights";
        reporter.Message(string.Create(CultureInfo.InvariantCulture, $"trained {CountText.Of(result.Steps, "step")} at {result.RowsPerSecond:N0} rows/s{why}{kept}"));
        if (result.BestValue is null && validationRows > 0)
        {
            reporter.Warning(
                $"training.monitor {options.Monitor} had no value in any validation, so no weights could be called the best: too few positives or negatives; " +
                "lower evaluation.min_positives and min_negatives, or name another monitor");
        }
    }

    static BundleMetadata Describe(RunConfiguration configuration, Dataset data, TrainingResult result, EvaluationReport report, string runId, ModelUpdate? update) => new()
    {
        Created = TimeProvider.System.GetUtcNow(),
        Configuration = WithAbsolutePaths(configuration).ToYaml(),
        Import = BundleMetadata.Describe(data.Summary),
        Sources = data.Fingerprint.Length > 0 ? data.Fingerprint : null,
        Training = BundleMetadata.Describe(result),
        RunId = runId,
        Ancestors = update is null ? [] : [update.Ancestor, .. update.Start.Metadata.Ancestors],
        Metrics = JsonElement.Parse(report.ToJson()),
    };

    /// <summary>A bundle may be moved; the rows it was trained on stay where they are.</summary>
    static RunConfiguration WithAbsolutePaths(RunConfiguration configuration) =>
        configuration with { Output = configuration.OutputDirectory, Data = configuration.Data.Located(configuration.BaseDirectory) };
}
