using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Makes a report of the finished runs.</summary>
sealed class ComparisonBuilder(
    ComparisonConfiguration comparison, ComparisonRuns runs, ComparisonFolder folder, IRunReporter reporter, CancellationToken cancellation)
{
    const double EqualSize = 0.1;

    readonly MeasuredRows _rows = runs.Rows;
    readonly EvaluationOptions _evaluation = comparison.Base.Evaluation;

    public ComparisonReport Build()
    {
        var finished = comparison.Variants.Select(Finished).Where(v => v.Runs.Count > 0).ToList();
        var failed = runs.Planned.Select(Failed).OfType<FailedRun>().ToImmutableArray();
        if (finished.Count == 0)
        {
            throw new InputException(failed.IsEmpty
                ? $"{comparison.File}: no run is finished yet, so there is nothing to report; call compare without --report-only."
                : $"{comparison.File}: no run is finished, {failed.Length} failed; the first, {failed[0].Variant}, seed {failed[0].Seed}: {failed[0].Failure.TrimEnd('.')}.");
        }

        var sizes = Sizes(finished);
        var variants = finished.Select(v => Describe(v, sizes)).ToImmutableArray();
        var level = _rows.Layout.Levels.Count == 0 ? "total" : comparison.Options.Level == CellLevel.Leaf || _rows.Layout.Levels.Count == 1 ? "leaf" : "level1";
        var statistics = new ComparisonStatistics(comparison, _rows, reporter, cancellation);
        var differences = statistics.Differences([.. finished.Select(f => (f.Variant.Name, f.Scores))]);
        return new ComparisonReport
        {
            Comparison = comparison,
            Data = ComparedData.Of(comparison.Base, runs.Data, level, cancellation),
            Part = _rows.Part.Name(),
            Rows = _rows.Count,
            Groups = statistics.Groups,
            Level = level,
            Variants = variants,
            Failed = failed,
            Missing = [.. comparison.Variants.Select(v => v.Name).Except(variants.Select(v => v.Name)).Except(failed.Select(f => f.Variant))],
            Differences = differences,
            Verdicts = Verdicts(differences, level),
            Losses = Losses(comparison, differences, level),
        };
    }

    /// <summary>One answer for the whole comparison is one family: Holm over the cells of all variants and controls.</summary>
    public static ImmutableArray<ValueDifference> Losses(ComparisonConfiguration comparison, ImmutableArray<ValueDifference> differences, string level)
    {
        string[] controls = [.. comparison.Controls];
        var family = differences
            .Where(d => controls.Contains(d.Reference) && !controls.Contains(d.Variant) && d.HolmP is not null && d.Of.Level == level)
            .DistinctBy(d => (d.Variant, d.Reference, d.Of))
            .ToArray();
        var corrected = Holm.Adjust([.. family.Select(d => d.Bootstrap!.P)]);
        return [.. family.Where((d, i) => d.Bootstrap!.Value < 0 && corrected[i] < 1 - comparison.Options.Confidence)];
    }

    FailedRun? Failed(PlannedRun planned) =>
        folder.Find(planned.Digest, _rows, static _ => { }) is null && folder.FindFailed(planned.Digest) is { } failed
            ? failed with { Variant = planned.Variant.Name }
            : null;

    FinishedVariant Finished(Variant variant)
    {
        var found = runs.Planned.Where(p => p.Variant.Name == variant.Name)
            .Select(p => (p.Seed, Result: folder.Find(p.Digest, _rows, reporter.Warning)))
            .Where(f => f.Result is not null)
            .ToList();

        // Two variants may be the same run: each is reported under its own name.
        return new FinishedVariant(variant, [.. found.Select(f => f.Result!.Value.Run with { Variant = variant.Name })], [.. found.Select(f => f.Result!.Value.Scores)]);
    }

    Dictionary<string, VariantSize?> Sizes(List<FinishedVariant> finished)
    {
        var baseline = finished.FirstOrDefault(f => f.Variant.Name == comparison.Baseline)?.Runs[0].DenseParameters;
        return finished.ToDictionary(
            f => f.Variant.Name,
            f => f.Variant.Size ?? (baseline is { } size ? Math.Abs(f.Runs[0].DenseParameters - size) <= EqualSize * size ? VariantSize.Equal : VariantSize.Own : null),
            StringComparer.Ordinal);
    }

    VariantReport Describe(FinishedVariant variant, Dictionary<string, VariantSize?> sizes)
    {
        var reports = variant.Scores.Select(s => Run.Measure(_rows, s, _evaluation, comparison.Base.Training.Threads)).ToList();
        var first = reports[0];
        return new VariantReport(
            variant.Variant.Name,
            variant.Variant.Run.Model.Name,
            variant.Variant.Run.Model.Options.Topology,
            sizes[variant.Variant.Name],
            variant.Runs.ToImmutableArray(),
            [.. first.Means.Select(m => new LevelSpread(m.Level, Spread.Of(reports.Select(r => r.MeanAuc(m.Level)))))],
            [.. first.Cells.Select((cell, i) => new CellSpread(
                cell.Level,
                cell.Scenario,
                cell.Task,
                cell.Metrics.Rows,
                cell.Metrics.Positives,
                Of(i, m => m.Auc),
                Of(i, m => m.Gauc),
                Of(i, m => m.LogLoss),
                Of(i, m => m.Calibration)))]);

        Spread? Of(int cell, Func<CellMetrics, double?> metric) => Spread.Of(reports.Select(r => metric(r.Cells[cell].Metrics)));
    }

    ImmutableArray<TransferVerdict> Verdicts(ImmutableArray<ValueDifference> differences, string level)
    {
        return
        [
            .. from control in comparison.Controls
               from cells in differences
                   .Where(d => d.Reference == control && d.Of.IsCellAuc && d.Of.Level == level)
                   .GroupBy(d => d.Variant)
               select Judge(cells.Key, control, [.. cells]),
        ];
    }

    TransferVerdict Judge(string variant, string control, ImmutableArray<ValueDifference> cells)
    {
        var level = 1 - comparison.Options.Confidence;
        var decided = cells.Where(c => c.HolmP < level).ToImmutableArray();
        return new TransferVerdict(
            variant, control, [.. decided.Where(c => c.Bootstrap!.Value > 0)], [.. decided.Where(c => c.Bootstrap!.Value < 0)], [.. cells.Except(decided)]);
    }
}

/// <summary>A variant's finished runs with their scores [seed][task][row].</summary>
sealed record FinishedVariant(Variant Variant, List<ComparedRun> Runs, List<float[][]> Scores);
