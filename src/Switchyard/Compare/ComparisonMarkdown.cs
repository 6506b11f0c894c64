using System.Globalization;
using System.Text;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>A comparison as Markdown tables whose columns also line up as plain text.</summary>
sealed class ComparisonMarkdown
{
    readonly ComparisonReport _report;
    readonly StringBuilder _text = new();

    ComparisonMarkdown(ComparisonReport report) => _report = report;

    public static string Write(ComparisonReport report) => new ComparisonMarkdown(report).Write();

    string Write()
    {
        var (comparison, options) = (_report.Comparison, _report.Comparison.Options);
        Line($"# {comparison.Name}");
        Line($"");
        Line($"{_report.Part}: {_report.Rows:N0} rows, {_report.Groups:N0} groups drawn by the bootstrap ({options.Bootstrap.Samples:N0} resamples); seeds {string.Join(", ", options.Seeds)}.");
        Line($"Baseline {comparison.Baseline}; controls: single {comparison.Single ?? "none"}, pooled {comparison.Pooled ?? "none"}. Mean ± standard deviation over seeds.");
        if (_report.HasOneSeed) Line($"**{ComparisonColumns.OneSeed}**");
        foreach (var failed in _report.Failed) Line($"Failed, and in no number below: {failed.Variant}, seed {failed.Seed}: {failed.Failure}");
        if (!_report.Missing.IsEmpty) Line($"Not run yet: {string.Join(", ", _report.Missing)}.");
        Models();
        MeanDifferences();
        Verdicts();
        Cells("AUC", c => c.Auc);
        CellDifferences();
        if (_report.Variants.Any(v => v.Cells.Any(c => c.Gauc is not null))) Cells("GAUC", c => c.Gauc);
        Cells("Log loss", c => c.LogLoss);
        Cells("Calibration (predicted / observed)", c => c.Calibration);
        return _text.ToString();
    }

    void Models()
    {
        var levels = ComparisonColumns.Levels(_report);
        Head("Models");
        MarkdownTable.Append(
            _text,
            ["variant", "model", "size", .. levels.Select(l => $"mean AUC {l}"), "validation", "best epoch", "parameters", "without tables", "active", "FLOPs/row", "rows/s", "peak memory", "seconds", "seeds"],
            3,
            [.. _report.Variants.Select(v => (string[])
            [
                v.Name, v.Model, ComparisonColumns.Size(v),
                .. levels.Select(l => ComparisonColumns.Text(v.Means.FirstOrDefault(m => m.Level == l)?.Auc)),
                ComparisonColumns.Text(v.Validation), ComparisonColumns.Epochs(v), ComparisonColumns.Number(v.Runs[0].Parameters), ComparisonColumns.Number(v.Runs[0].DenseParameters),
                ComparisonColumns.Number(v.Runs.Average(r => r.ActiveParameters)), ComparisonColumns.Number(v.Runs.Average(r => r.FlopsPerRow)),
                ComparisonColumns.Speed(v), ComparisonColumns.Bytes(v.Runs.Max(r => r.PeakMemory)), ComparisonColumns.Seconds(v), $"{v.Runs.Length}",
            ])]);
        Line($"");
        Line($"Validation: {ComparisonColumns.Monitors(_report)}.");
        Line($"rows/s: median of the seeds and their range, with {ComparisonColumns.Threads(_report)}. Seconds with ≥: some seed went on from a checkpoint, and only its last part is counted.");
        Line($"Size: equal = weights without tables within 10 % of the baseline's, or marked so. Active: weights without tables that a row uses. Peak memory {(_report.Variants.All(v => v.Runs.All(r => r.PeakOfRun)) ? "of the process during the run" : "of the process since it began")}.");
        Line($"");
        foreach (var variant in _report.Variants) Line($"- {variant.Name}: {variant.Topology}");
    }

    void MeanDifferences()
    {
        var means = _report.Differences.Where(d => d.Of.IsMean && d.Reference == _report.Comparison.Baseline).ToList();
        Head($"Mean AUC against {_report.Comparison.Baseline}");
        if (means.Count == 0)
        {
            Line($"{ComparisonColumns.NoDifferences(_report)}");
            return;
        }

        MarkdownTable.Append(
            _text,
            ["variant", "level", "difference", ComparisonColumns.Coverage(_report), "p (uncorrected)"],
            2,
            [.. means.Select(d => (string[])[d.Variant, d.Of.Level, ComparisonColumns.Signed(d.Bootstrap?.Value), ComparisonColumns.Range(d.Bootstrap), ComparisonColumns.P(d.Bootstrap?.P)])]);
        UnderTable();
    }

    void UnderTable()
    {
        if (_report.HasOneSeed) Line($"\n{ComparisonColumns.OneSeed}");
    }

    void Verdicts()
    {
        Head("Negative transfer");
        if (_report.Verdicts.IsEmpty) Line($"There is no control to judge by: name a variant under 'single' or 'pooled' and let it run.");
        else Line($"By cells of {_report.Level}; p values are corrected (Holm) over the cells of a line, not over the lines.\n");
        foreach (var verdict in _report.Verdicts) Line($"- {VerdictText.Of(verdict, _report)}");
    }

    void Cells(string metric, Func<CellSpread, Spread?> value)
    {
        Head($"{metric} by scenario and task");
        var cells = ComparisonColumns.Cells(_report);
        MarkdownTable.Append(
            _text,
            ["scenario", "task", "rows", "positives", .. _report.Variants.Select(v => v.Name)],
            2,
            [.. cells.Select(i => (string[])
            [
                _report.Variants[0].Cells[i].Scenario, _report.Variants[0].Cells[i].Task,
                ComparisonColumns.Number(_report.Variants[0].Cells[i].Rows), ComparisonColumns.Number(_report.Variants[0].Cells[i].Positives),
                .. _report.Variants.Select(v => ComparisonColumns.Text(value(v.Cells[i]))),
            ])]);
    }

    /// <summary>A table for the baseline and each control: cells by variants.</summary>
    void CellDifferences()
    {
        foreach (var reference in _report.Comparison.References)
        {
            var cells = _report.Differences
                .Where(d => d.Reference == reference && d.Of.IsCellAuc && (d.Of.Level == _report.Level || d.Of.Level == "total"))
                .GroupBy(d => (d.Of.Level, d.Of.Scenario, d.Of.Task))
                .ToList();
            if (cells.Count == 0) continue;
            var variants = _report.Variants.Where(v => v.Name != reference).Select(v => v.Name).ToList();
            Head($"AUC against {reference}, by cell");
            MarkdownTable.Append(
                _text,
                ["scenario", "task", .. variants],
                2,
                [.. cells.Select(c => (string[])[c.Key.Scenario, c.Key.Task, .. variants.Select(v => ComparisonColumns.Entry(c.FirstOrDefault(d => d.Variant == v), _report))])]);
            Line($"\n▲ gain, ▼ loss, · undecided (Holm over the cells of a level, for each variant). Intervals and p values stand in report.json.");
            UnderTable();
        }
    }

    void Head(string head) => _text.Append('\n').Append("## ").Append(head).Append("\n\n");

    void Line(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
