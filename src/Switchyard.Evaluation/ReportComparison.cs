using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Switchyard.Evaluation;

/// <summary>One scenario × task before and after a model was trained further.</summary>
/// <param name="Level">Level of the scenario, as in <see cref="Cell"/>.</param>
/// <param name="Scenario">The scenario.</param>
/// <param name="Task">The task.</param>
/// <param name="Before">Metrics before; null where the model did not know the task.</param>
/// <param name="After">Metrics after.</param>
public sealed record ComparedCell(string Level, string Scenario, string Task, CellMetrics? Before, CellMetrics After);

/// <summary>Mean AUC of a level before and after, over the same cells: a task that is new has no before to be compared with.</summary>
/// <param name="Level">The level, as in <see cref="MeanAuc"/>.</param>
/// <param name="Before">Mean before; null where no cell counts.</param>
/// <param name="After">Mean after.</param>
/// <param name="Counted">Cells that both reports have and count.</param>
public sealed record ComparedMean(string Level, double? Before, double? After, int Counted);

/// <summary>Two reports over the same rows side by side, so that what a model forgot shows.</summary>
public sealed class ReportComparison
{
    readonly EvaluationReport _before;
    readonly EvaluationReport _after;

    /// <param name="before">Report of the earlier model.</param>
    /// <param name="after">Report of the later model over the same scenario tree; it may have more tasks.</param>
    /// <exception cref="ArgumentException">The scenario trees differ.</exception>
    public ReportComparison(EvaluationReport before, EvaluationReport after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (!SameTree(before.Layout, after.Layout)) throw new ArgumentException("The reports are over different scenario trees.", nameof(before));
        (_before, _after) = (before, after);

        // By place, for two nodes may have one name: cells come node by node, and the tasks of a node side by side.
        var (tasks, known) = (after.Layout.Tasks, before.Layout.Tasks.ToArray());
        int[] places = [.. tasks.Select(task => Array.IndexOf(known, task))];
        Cells = [.. after.Cells.Select((c, i) => new ComparedCell(c.Level, c.Scenario, c.Task, Before(i / tasks.Count, places[i % tasks.Count]), c.Metrics))];

        Means = [.. after.Means.Select(m => Mean(m.Level))];

        CellMetrics? Before(int node, int task) => task < 0 ? null : before.Cells[(node * known.Length) + task].Metrics;
    }

    /// <summary>The cells of the later report, in its order.</summary>
    public ImmutableArray<ComparedCell> Cells { get; }

    /// <summary>Mean AUC of every level that the later report has means of.</summary>
    public ImmutableArray<ComparedMean> Means { get; }

    /// <summary>Table in Markdown, aligned for a terminal: AUC and log loss before, after and their difference; undefined values are blank.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        MarkdownTable.Append(
            text,
            ["scenario", "task", "rows", "positives", "AUC before", "after", "difference", "log loss before", "after", "difference"],
            2,
            [.. Cells.Select(Line)]);
        text.Append('\n');
        MarkdownTable.Append(text, ["mean AUC of", "before", "after", "difference", "cells counted"], 1, [.. Means.Select(Line)]);
        return text.ToString();
    }

    /// <summary>Writes a JSON array: scenario, level, task, rows, positives, and before, after and difference of AUC and log loss.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartArray();
        foreach (var cell in Cells)
        {
            json.WriteStartObject();
            json.WriteString("scenario", cell.Scenario);
            json.WriteString("level", cell.Level);
            json.WriteString("task", cell.Task);
            json.WriteNumber("rows", cell.After.Rows);
            json.WriteNumber("positives", cell.After.Positives);
            Write(json, "auc", cell.Before?.Auc, cell.After.Auc);
            Write(json, "logloss", cell.Before?.LogLoss, cell.After.LogLoss);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the means as a JSON array: level, cells counted, and before, after and difference of the mean AUC.</summary>
    public void WriteMeansJson(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartArray();
        foreach (var mean in Means)
        {
            json.WriteStartObject();
            json.WriteString("level", mean.Level);
            json.WriteNumber("counted", mean.Counted);
            Write(json, "mean_auc", mean.Before, mean.After);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static bool SameTree(EvaluationLayout one, EvaluationLayout other) =>
        one.Levels.Count == other.Levels.Count
        && one.Levels.Zip(other.Levels).All(pair => pair.First.Column == pair.Second.Column && pair.First.Nodes.SequenceEqual(pair.Second.Nodes));

    static string[] Line(ComparedCell cell) =>
    [
        cell.Scenario,
        cell.Task,
        cell.After.Rows.ToString(CultureInfo.InvariantCulture),
        cell.After.Positives.ToString(CultureInfo.InvariantCulture),
        .. Triple(cell.Before?.Auc, cell.After.Auc),
        .. Triple(cell.Before?.LogLoss, cell.After.LogLoss),
    ];

    static string[] Line(ComparedMean mean) => [mean.Level, .. Triple(mean.Before, mean.After), mean.Counted.ToString(CultureInfo.InvariantCulture)];

    ComparedMean Mean(string level)
    {
        var stored = _after.StoredLevel(level);
        var counted = Cells.Where(c => c.Level == stored && c.Before is { } before && _before.Counts(before) && _after.Counts(c.After)).ToList();
        return counted.Count == 0
            ? new ComparedMean(level, null, null, 0)
            : new ComparedMean(level, counted.Average(c => c.Before!.Auc!.Value), counted.Average(c => c.After.Auc!.Value), counted.Count);
    }

    static string[] Triple(double? before, double? after) =>
    [
        before?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "",
        after?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "",
        after - before is { } difference ? (Math.Round(difference, 4) + 0.0).ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture) : "",
    ];

    static void Write(Utf8JsonWriter json, string metric, double? before, double? after)
    {
        json.WriteStartObject(metric);
        foreach (var (name, value) in new[] { ("before", before), ("after", after), ("difference", after - before) })
        {
            if (value is { } number) json.WriteNumber(name, number);
            else json.WriteNull(name);
        }

        json.WriteEndObject();
    }
}
