using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Reports;

/// <summary>Opens what a comparison's report is made of: its report.json, and beside it scores; with the comparison's file also the measured rows.</summary>
static class ComparisonSource
{
    /// <param name="comparison">The comparison's file; its results must be there.</param>
    /// <param name="reporter">Hears progress.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    public static ComparisonSubject Read(ComparisonConfiguration comparison, IRunReporter reporter, CancellationToken cancellation)
    {
        var folder = new ComparisonFolder(comparison.OutputDirectory);
        if (!System.IO.File.Exists(folder.JsonReport)) throw new InputException($"{comparison.File}: there is no {folder.JsonReport} yet; run switchyard compare {comparison.File} first.");
        var subject = Read(folder.JsonReport, reporter);
        using var data = Switchyard.Run.OpenData(comparison.Base, null, reporter, cancellation);
        var rows = data.Rows(Part.Test) > 0 ? MeasuredRows.Read(data, Part.Test, cancellation) : null;
        if (rows is null || subject.File.Variants[0].Runs.Any(r => r.RowsDigest != rows.Digest))
            return subject with { NoRows = "left out, for the rows of the comparison's file are no longer those that were compared: run switchyard compare again" };
        var scores = ImmutableArray.CreateBuilder<(string, float[][])>();
        foreach (var variant in subject.File.Variants)
        {
            if (folder.Find(variant.Runs[0].Digest, rows, reporter.Warning) is { } found) scores.Add((variant.Variant, found.Scores));
        }

        return subject with { Rows = rows, Scores = scores.ToImmutable(), NoRows = scores.Count == 0 ? "left out, for the scores of the compared runs are gone" : null };
    }

    /// <param name="report">The report.json.</param>
    /// <param name="reporter">Hears of logs that cannot be read.</param>
    public static ComparisonSubject Read(string report, IRunReporter reporter)
    {
        var file = ComparisonFile.Load(report);
        var place = Path.GetDirectoryName(Path.GetFullPath(report))!;
        var folder = new ComparisonFolder(place);
        var first = file.Variants.FirstOrDefault(v => v.Variant == file.Baseline) ?? file.Variants[0];
        return new ComparisonSubject
        {
            File = file,
            Folder = place,
            Configuration = folder.Of(first.Variant, first.Runs[0].Seed).FirstOrDefault(r => r.Digest == first.Runs[0].Digest)?.Configuration,
            Logs = [.. file.Variants.Select(v => (v.Variant, Log: Log(folder, v.Runs[0], reporter))).Where(l => l.Log is not null).Select(l => (l.Variant, l.Log!))],
            NoRows = "left out, for they need the measured rows: switchyard report with the comparison's .yaml file in place of its folder draws them",
        };
    }

    static TrainingLog? Log(ComparisonFolder folder, FileRun run, IRunReporter reporter)
    {
        try
        {
            var path = folder.MetricsOf(run.Variant, run.Seed, run.Digest);
            if (TrainingLog.Load(path, reporter.Warning) is not { } log) return null;
            // Logs of older versions have no run id; the digest in their name is one.
            if (log.IsOf(new TrainingFacts(log.Run.RunId is null ? null : run.Digest, run.Steps, run.BestStep, run.Validation))) return log;
            reporter.Warning($"left out: {path} is of another training of {run.Variant}, seed {run.Seed}, than its result");
            return null;
        }
        catch (InputException e)
        {
            reporter.Warning($"left out: {e.Message}");
            return null;
        }
    }
}
