using System.Collections.Immutable;
using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>The models side by side: mean over seeds, and the difference from the baseline.</summary>
sealed class RankingSection(ComparisonSubject comparison)
{
    readonly ComparisonFile _file = comparison.File;

    public Section Build() => new(
        "models",
        "The models side by side",
        [
            $"{Words.Count(_file.Rows, $"{_file.Part} row")}, {Words.Number(_file.Groups)} groups. Means and standard deviations are over seeds; intervals cover rows and seeds ({Words.Percent(_file.Confidence)}).",
            .. Missing(),
        ],
        [.. new[] { Table(), Intervals(), Architectures() }.OfType<Figure>()]);

    /// <summary>p values of the mean AUC's difference from the baseline, corrected over the models.</summary>
    public static Dictionary<string, double> Corrected(ComparisonFile file)
    {
        var means = file.Variants.Select(v => file.Mean(v.Variant, file.Baseline)).OfType<FileDifference>().ToList();
        var corrected = Holm.Adjust([.. means.Select(m => m.Bootstrap!.P)]);
        return means.Select((m, i) => (m.Variant, P: corrected[i])).ToDictionary(m => m.Variant, m => m.P, StringComparer.Ordinal);
    }

    IEnumerable<string> Missing()
    {
        if (_file.Variants.Any(v => v.Runs.Length < 2)) yield return ComparisonColumns.OneSeed;
        if (!_file.Failed.IsEmpty) yield return $"Failed and in no mean: {Words.List(_file.Failed.Select(f => $"{f.Variant}, seed {f.Seed}"))}.";
        if (!_file.Missing.IsEmpty) yield return $"Not run yet: {Words.List(_file.Missing)}.";
    }

    Figure Table()
    {
        var corrected = Corrected(_file);
        var rows = _file.Variants.OrderByDescending(v => v.Mean(_file.Level)?.Mean).Select(v =>
        {
            var difference = _file.Mean(v.Variant, _file.Baseline)?.Bootstrap;
            return new FigureValue[]
            {
                v.Variant, v.Mean(_file.Level)?.Mean, v.Mean(_file.Level)?.Sd, difference?.Difference, difference?.Low, difference?.High,
                corrected.TryGetValue(v.Variant, out var p) ? p : default(FigureValue), v.Runs.Length, v.Validation?.Mean,
            };
        });
        return new Figure
        {
            Id = "models",
            Title = "Mean AUC of every model",
            Description = $"Mean AUC over the cells (scenario × task), best first, and the difference from the baseline {_file.Baseline}. A p value below {Words.Metric(_file.Significance)} means a difference that rows and seeds do not explain, corrected over all models (Holm).",
            Kind = FigureKind.Table,
            Columns =
            [
                new("model", "Model"), Column.Number("mean_auc", "Mean AUC"), Column.Number("sd", "Deviation over seeds"),
                Column.Number("difference", $"Against {_file.Baseline}"), Column.Number("low", "Lower end"), Column.Number("high", "Upper end"), Column.Number("p", "p (Holm)"),
                Column.Integer("seeds", "Seeds"), Column.Number("validation", "Monitor on validation rows"),
            ],
            Rows = [.. rows],
        };
    }

    Figure Architectures() => new()
    {
        Id = "architectures",
        Title = "What the models are",
        Description = "Architecture of every model, how scenarios and tasks reach it, and whether it has about as many weights as the baseline (equal: within ten percent, tables left out) or a number of its own.",
        Kind = FigureKind.Table,
        Columns = [new("model", "Model"), new("architecture", "Architecture"), new("size", "Size"), new("topology", "Scenarios and tasks")],
        Rows = [.. _file.Variants.Select(v => new FigureValue[] { v.Variant, v.Model, v.Size, v.Topology })],
    };

    Figure? Intervals()
    {
        var corrected = Corrected(_file);
        var means = _file.Variants.Select(v => _file.Mean(v.Variant, _file.Baseline)).OfType<FileDifference>().OrderByDescending(d => d.Bootstrap!.Difference).ToImmutableArray();
        return means.IsEmpty ? null : Intervals(means, corrected);
    }

    Figure Intervals(ImmutableArray<FileDifference> means, Dictionary<string, double> corrected) => new()
    {
        Id = "difference-to-baseline",
        Title = $"Mean AUC against {_file.Baseline}",
        Description = $"Each model's mean AUC minus that of the baseline {_file.Baseline}, with its {Words.Percent(_file.Confidence)} interval. A filled point is a difference after correction over all models (Holm): {Words.Decided(means.Count(d => Verdict(d, corrected) != FileDifference.Undecided), means.Length)}. A hollow point is undecided, also where its interval, which is not corrected, misses 0.",
        Kind = FigureKind.Interval,
        Encoding = new Encoding { Category = "model", Value = "difference", Low = "low", High = "high", Verdict = "verdict", Zero = 0 },
        Columns =
        [
            new("model", "Model"), Column.Number("difference", $"Mean AUC minus that of {_file.Baseline}"), Column.Number("low", "Lower end"), Column.Number("high", "Upper end"),
            Column.Number("p", "p (Holm)"), new("verdict", "Verdict"),
        ],
        Rows = [.. means.Select(d => new FigureValue[] { d.Variant, d.Bootstrap!.Difference, d.Bootstrap.Low, d.Bootstrap.High, corrected[d.Variant], Verdict(d, corrected) })],
    };

    string Verdict(FileDifference mean, Dictionary<string, double> corrected) => FileDifference.VerdictOf(mean.Bootstrap!.Difference, corrected[mean.Variant], _file.Significance);
}
