using System.Globalization;
using System.Text;

namespace Switchyard.Evaluation;

/// <summary>The report as Markdown tables whose columns also line up as plain text.</summary>
sealed class ReportMarkdown
{
    readonly EvaluationReport _report;
    readonly List<string> _notes = [];
    readonly Column[] _columns;
    readonly string[] _heads;

    ReportMarkdown(EvaluationReport report)
    {
        _report = report;
        Column[] all =
        [
            new("auc", "AUC", false, m => m.Auc),
            new("gauc", "GAUC", true, m => m.Gauc),
            new("ndcg", string.Create(CultureInfo.InvariantCulture, $"NDCG@{report.Options.TopK}"), true, m => m.Ndcg),
            new("mrr", "MRR", true, m => m.Mrr),
            new("logloss", "log loss", false, m => m.LogLoss),
            new("calibration", "pred/obs", false, m => m.Calibration),
        ];
        _columns = Array.FindAll(all, column => report.HasGroups || !column.OfGroups);
        _heads = ["scenario", "task", "rows", "positives", .. _columns.Select(column => column.Head), "note"];
    }

    public static string Write(EvaluationReport report) => new ReportMarkdown(report).Write();

    string Write()
    {
        var text = new StringBuilder();
        var options = _report.Options;
        MarkdownTable.Append(text, _heads, 2, [.. _report.Cells.Select(cell => Line(cell, cell.Metrics, CountNote(cell)))]);
        string[][] given = [.. _report.Cells.Where(cell => cell.GivenParent is not null).Select(c => Line(c, c.GivenParent!, null))];
        if (given.Length > 0)
        {
            text.Append("\nConditional tasks by p(task | parent), on rows whose parent label is 1:\n\n");
            MarkdownTable.Append(text, _heads, 2, given);
        }

        text.Append('\n');
        MarkdownTable.Append(text, ["mean AUC of", "mean", "cells counted"], 1, [.. _report.Means.Select(MeanLine)]);
        text.Append('\n');
        for (var note = 0; note < _notes.Count; note++) text.Append(CultureInfo.InvariantCulture, $"[{note + 1}] {_notes[note]}.\n");
        if (_report.UnknownRows > 0)
            text.Append(CultureInfo.InvariantCulture, $"Rows of an unknown scenario, part of 'all' only: {_report.UnknownRows}.\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"A mean counts a cell (scenario, task) from {options.MinPositives} positives and {options.MinNegatives} negatives.\n");
        return text.ToString();
    }

    string[] Line(Cell cell, CellMetrics metrics, string? note)
    {
        var undefined = _columns
            .Where(column => metrics.Reasons.ContainsKey(column.Name))
            .GroupBy(column => metrics.Reasons[column.Name], column => column.Head)
            .Select(heads => $"{heads.Key}: {string.Join(", ", heads)} undefined");
        string[] notes = note is null ? [.. undefined] : [.. undefined, note];
        return
        [
            cell.Scenario,
            cell.Task,
            metrics.Rows.ToString(CultureInfo.InvariantCulture),
            metrics.Positives.ToString(CultureInfo.InvariantCulture),
            .. _columns.Select(column => Fixed(column.Value(metrics))),
            string.Join(' ', notes.Select(Mark)),
        ];
    }

    string? CountNote(Cell cell) => cell.Level != "total" && cell.Metrics.Auc is not null && !_report.Counts(cell.Metrics)
        ? "too few positives or negatives: not counted in a mean"
        : null;

    string[] MeanLine(MeanAuc mean)
    {
        var columns = string.Join(" × ", _report.Layout.Levels.Take(_report.Layout.LevelDepth(mean.Level)).Select(level => level.Column));
        return [columns.Length == 0 ? mean.Level : $"{mean.Level} ({columns})", Fixed(mean.Value), $"{mean.Counted} of {mean.Cells}"];
    }

    string Mark(string note)
    {
        var index = _notes.IndexOf(note);
        if (index < 0)
        {
            index = _notes.Count;
            _notes.Add(note);
        }

        return string.Create(CultureInfo.InvariantCulture, $"[{index + 1}]");
    }

    static string Fixed(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A metric: its name among the reasons, its head, its value.</summary>
    sealed record Column(string Name, string Head, bool OfGroups, Func<CellMetrics, double?> Value);
}
