using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

public static partial class Run
{
    /// <summary>
    /// Searches a run's configuration on the validation rows, and writes the best one as a run of its own. The test rows are imported with
    /// the others but never opened. What an earlier search in the same folder finished is not trained again.
    /// </summary>
    /// <param name="tune">What to try.</param>
    /// <param name="json">File for the report, besides report.json in the output folder; null for none.</param>
    /// <param name="onlyBest">Report the file of the best configuration, and no table.</param>
    /// <param name="reporter">Hears progress and results; null for nobody.</param>
    /// <param name="cancellation">Ends the search between two steps; the same call goes on from there.</param>
    /// <exception cref="InputException">Something given cannot be used; one line, before anything is trained where that can be known.</exception>
    public static TuneReport Tune(
        TuneConfiguration tune, string? json = null, bool onlyBest = false, IRunReporter? reporter = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tune);
        reporter ??= SilentReporter.Instance;
        TextFile.RequireWritable(("--json", json), ("output", tune.BestFile));
        var trials = TuneTrials.Of(tune, reporter);
        using var rows = new TuneRows(tune, reporter, cancellation);
        var (fitting, _) = rows.Of(trials[0].Configuration);
        using var pool = NewPool(trials[0].Configuration.Training.Threads);
        reporter.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{CountText.Of(trials.Length, "trial")} × {CountText.Of(tune.Options.Seeds.Length, "seed")}; {CountText.Of(fitting.TrainingCount, "training row")}, {fitting.ValidationCount:N0} validation; {CountText.Of(pool.Threads, "thread")}"));
        TuneReport? report = null;
        var tuner = new Tuner(tune.Options, trials, rows, new TrialStore(tune.OutputDirectory, reporter), pool, reporter, Scored, cancellation);
        tuner.Run();
        if (json is not null) TextFile.Write(json, report!.ToJson());
        if (!onlyBest) reporter.Result(report!.ToMarkdown());
        if (report!.Best is not { } best) throw new InputException("no trial has a value, so there is no best configuration; the table says why for every trial.");
        var place = Shown(best);
        reporter.Result(onlyBest ? place : $"best configuration: {place}\nto train it and see the test rows, once: switchyard train {place}");
        return report;

        // After every trial, so that a search that is stopped leaves what it knows.
        void Scored(IReadOnlyList<TrialScore> scores)
        {
            var ranked = TrialScore.Ranked(scores, trials[0].Configuration.Training.Monitor);
            report = TuneReport.Of(tune, ranked, scores);
            if (report.Best is not null) BestConfiguration.Write(tune, ranked[0]);
            TextFile.Write(Path.Combine(tune.OutputDirectory, "report.json"), report.ToJson());
            TextFile.Write(Path.Combine(tune.OutputDirectory, "report.md"), report.ToMarkdown());
        }
    }
}
