using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard.Reports;

/// <summary>Opens what a run's report is made of. Nothing is chosen on its rows: they are scored, and the scores are measured.</summary>
static class RunReader
{
    /// <summary>A sample and repeats with which a report takes seconds.</summary>
    const int FastRows = 10_000;

    const int FastRepeats = 2;

    /// <param name="bundle">Folder of the bundle.</param>
    /// <param name="configuration">Which rows to read; null reads those of the run that trained it.</param>
    /// <param name="effort">How much of field importance is measured.</param>
    /// <param name="reporter">Hears progress.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    public static RunSubject Read(string bundle, RunConfiguration? configuration, ImportanceEffort effort, IRunReporter reporter, CancellationToken cancellation)
    {
        var loaded = ModelBundle.Load(bundle, cancellation);
        configuration ??= Switchyard.Run.ConfigurationOf(bundle, loaded.Metadata);
        using var data = Switchyard.Run.OpenData(configuration, loaded.Ranker.Schema, reporter, cancellation);
        var part = Switchyard.Run.Measured(data);
        if (data.Rows(part) == 0) throw new InputException("There is neither a test nor a validation row to report on; give split.test a condition that some rows meet.");
        using var pool = Switchyard.Run.NewPool(configuration.Training.Threads);
        reporter.Message($"scoring {Words.Count(data.Rows(part), $"{part.Name()} row")}");
        var rows = MeasuredRows.Read(data, part, cancellation);
        var scores = RowScoring.Of(loaded.Ranker, data, part, pool, cancellation).Scores;
        using var source = data.Open(part);
        var (log, noLog) = Log(loaded, reporter);
        var (importance, missing) = Importance(loaded, data, part, configuration, effort, pool, reporter, cancellation);
        return new RunSubject
        {
            Bundle = loaded,
            Configuration = configuration,
            Part = part,
            Rows = rows,
            Scores = scores,
            Evaluation = Switchyard.Run.Measure(rows, scores, configuration.Evaluation, pool.Threads),
            Estimates = new CellEstimates(rows, scores, configuration.Evaluation, pool.Threads, cancellation),
            Use = ExpertUse.Count(loaded.Ranker, source, pool, cancellation),
            Log = log,
            NoLog = noLog,
            Importance = importance,
            NoImportance = missing,
        };
    }

    /// <summary>The log in the folder above the bundle, where it is of the training that made the bundle: a later one may have begun it anew.</summary>
    static (TrainingLog? Log, string? Missing) Log(LoadedBundle loaded, IRunReporter reporter)
    {
        var path = MetricLogReader.PathIn(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(loaded.Folder)) ?? loaded.Folder);
        try
        {
            if (TrainingLog.Load(path, reporter.Warning) is not { } log) return (null, "There is no log of the training beside the bundle (older versions wrote none), so its curves are left out; train again to have them.");
            if (log.End is null) return (null, $"{MetricLogReader.FileName} beside the bundle has no end, as that of a training which still goes on or was killed; it may be another one than the bundle's, so its curves are left out.");
            return TrainingFacts.Of(loaded.Metadata) is { } training && log.IsOf(training)
                ? (log, null)
                : (null, $"{MetricLogReader.FileName} beside the bundle is of another training than the bundle's, so its curves are left out.");
        }
        catch (InputException e)
        {
            return (null, $"The log of the training is left out: {e.Message}");
        }
    }

    static (ImportanceReport? Report, string? Missing) Importance(
        LoadedBundle loaded, Dataset data, Part part, RunConfiguration configuration, ImportanceEffort effort, WorkerPool pool, IRunReporter reporter, CancellationToken cancellation)
    {
        if (effort == ImportanceEffort.None) return (null, "Not measured, as asked for (--importance none).");
        var options = effort == ImportanceEffort.Fast ? new ImportanceOptions { Rows = FastRows, Repeats = FastRepeats } : new ImportanceOptions();
        using var source = data.Open(part);
        try
        {
            return (Switchyard.Run.Measure(new Predictor(loaded.Ranker, pool), source, part, options, configuration.Evaluation, reporter, cancellation), null);
        }
        catch (InputException e)
        {
            return (null, $"Not measured: {e.Message}");
        }
    }
}
