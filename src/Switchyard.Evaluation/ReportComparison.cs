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

        CellMetrics? Before(int node, int task) => task < 0 ? null : before.Cells[(node * known.Length) + task].Metrics;
    }

    /// <summary>The cells of the later report, in its order.</summary>
    public ImmutableArray<ComparedCell> Cells { get; }

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
        MarkdownTable.Append(text, ["mean AUC of", "before", "after", "difference"], 1, [.. _after.Means.Select(MeanLine)]);
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

    string[] MeanLine(MeanAuc after) => [after.Level, .. Triple(_before.Means.FirstOrDefault(m => m.Level == after.Level)?.Value, after.Value)];

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
