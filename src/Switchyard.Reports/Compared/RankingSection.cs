using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>The models side by side: mean over seeds, and the difference from the baseline.</summary>
sealed class RankingSection(ComparisonSubject comparison)
{
    readonly ComparisonFile _file = comparison.File;

    public Section Build() => new(
        "models",
        "The models side by side",
        [Decisions.Method(_file)],
        [.. new[] { Table(), Intervals() }.OfType<Figure>()]);

    Figure Table()
    {
        var hasSeeds = _file.Variants.Any(v => v.Runs.Length > 1);
        var monitors = _file.Variants.Select(v => v.Monitor).Distinct().Count();
        return new Figure
        {
            Id = "models",
            Title = "Mean AUC of every model",
            Description = $"Mean AUC over the cells (scenario × task), best first, and its difference from the baseline {_file.Baseline}. The first of many models on the same rows is partly first by luck: which of them can be told apart is what counts.",
            Kind = FigureKind.Table,
            Columns =
            [
                new("model", "Model"), Column.Number("mean_auc", "Mean AUC"), .. hasSeeds ? [Column.Number("sd", "Deviation over seeds")] : Array.Empty<Column>(),
                Column.Number("difference", $"Against {_file.Baseline}"), Column.Number("low", "Lower end"), Column.Number("high", "Upper end"), Column.Number("p", "p, corrected"),
                .. hasSeeds ? [Column.Integer("seeds", "Seeds")] : Array.Empty<Column>(), Column.Number("validation", monitors == 1 && _file.Variants[0].Monitor is { } monitor ? $"{monitor} on validation rows" : "Monitor on validation rows"),
            ],
            Rows = [.. _file.Variants.Select(v =>
            {
                var difference = _file.Mean(v.Variant, _file.Baseline);
                return (FigureValue[])
                [
                    v.Variant, v.Mean(_file.Level)?.Mean, .. hasSeeds ? [v.Mean(_file.Level)?.Sd] : Array.Empty<FigureValue>(),
                    difference?.Bootstrap!.Difference, difference?.Bootstrap!.Low, difference?.Bootstrap!.High, difference is null ? null : comparison.Decisions.P(difference),
                    .. hasSeeds ? [v.Runs.Length] : Array.Empty<FigureValue>(), v.Validation?.Mean,
                ];
            })],
        };
    }

    Figure? Intervals()
    {
        var means = _file.Variants.Select(v => _file.Mean(v.Variant, _file.Baseline)).OfType<FileDifference>().OrderByDescending(d => d.Bootstrap!.Difference).ToImmutableArray();
        return means.IsEmpty ? null : new()
        {
            Id = "difference-to-baseline",
            Title = $"Mean AUC against {_file.Baseline}",
            Description = $"Each model's mean AUC minus that of the baseline {_file.Baseline}, with its {Words.Percent(_file.Confidence)} interval; {Words.Decided(means.Count(d => comparison.Decisions.Verdict(d) != FileDifference.Undecided), means.Length)}. A hollow point is undecided, also where its interval, which is not corrected, misses 0.",
            Kind = FigureKind.Interval,
            Encoding = new Encoding { Category = "model", Value = "difference", Low = "low", High = "high", Verdict = "verdict", Zero = 0 },
            Columns =
            [
                new("model", "Model"), Column.Number("difference", $"Mean AUC minus that of {_file.Baseline}"), Column.Number("low", "Lower end"), Column.Number("high", "Upper end"),
                Column.Number("p", "p, corrected"), new("verdict", "Verdict"),
            ],
            Rows = [.. means.Select(d => new FigureValue[] { d.Variant, d.Bootstrap!.Difference, d.Bootstrap.Low, d.Bootstrap.High, comparison.Decisions.P(d), comparison.Decisions.Verdict(d) })],
        };
    }
}
