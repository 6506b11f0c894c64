using System.Collections.Immutable;

namespace Switchyard;

/// <summary>How bad a finding is.</summary>
public enum Verdict
{
    /// <summary>Looked at, nothing wrong.</summary>
    Pass,

    /// <summary>Training works, but somebody should look.</summary>
    Warn,

    /// <summary>Training would stop, or its numbers would mislead.</summary>
    Fail,
}

/// <summary>One line of a data report.</summary>
/// <param name="Verdict">How bad it is.</param>
/// <param name="Check">Which check: rows, constant, leak, …</param>
/// <param name="Subject">Field, task, scenario or column it is about; empty for the data as a whole.</param>
/// <param name="Text">What was found and what to do.</param>
/// <param name="Count">Rows, values or groups concerned; 0 where nothing is counted.</param>
/// <param name="Examples">At most five places or values.</param>
public sealed record DataFinding(Verdict Verdict, string Check, string Subject, string Text, long Count, ImmutableArray<string> Examples);

/// <summary>Labels of a task in one part, over all rows or in one scenario.</summary>
/// <param name="Task">Name of the task.</param>
/// <param name="Scenario">Nodes of the leaf joined by /; null over all rows.</param>
/// <param name="Part">train, validation or test.</param>
/// <param name="Observed">Rows with a label.</param>
/// <param name="Positives">Rows with label 1.</param>
public sealed record LabelRate(string Task, string? Scenario, string Part, long Observed, long Positives)
{
    /// <summary>Positives / observed; null without rows.</summary>
    public double? Rate => Observed == 0 ? null : (double)Positives / Observed;
}

/// <summary>How well one field alone ranks the rows of a task.</summary>
/// <param name="Field">The field.</param>
/// <param name="Task">The task.</param>
/// <param name="Auc">AUC of the field's smoothed label rates, fitted on training rows.</param>
/// <param name="MeasuredOn">Part on which it was measured: validation, test, or train where neither has both classes.</param>
public sealed record FieldAuc(string Field, string Task, double Auc, string MeasuredOn);

/// <summary>Share of a field's values that training has not seen.</summary>
/// <param name="Field">The field.</param>
/// <param name="Part">validation or test.</param>
/// <param name="Unseen">Values (rows, or items of a multi-value field) that no training row has.</param>
/// <param name="Values">Values in the part.</param>
public sealed record UnseenShare(string Field, string Part, long Unseen, long Values)
{
    /// <summary>Unseen / values.</summary>
    public double Share => Values == 0 ? 0 : (double)Unseen / Values;
}

/// <summary>What is right and wrong with a run's data.</summary>
public sealed record DataReport
{
    /// <summary>Rows in the sources.</summary>
    public required long Rows { get; init; }

    /// <summary>Every check that was made has at least one line; the worst come first.</summary>
    public required ImmutableArray<DataFinding> Findings { get; init; }

    /// <summary>Label rates by task, scenario and part.</summary>
    public required ImmutableArray<LabelRate> Labels { get; init; }

    /// <summary>Single-field AUC of every field and task, best first.</summary>
    public required ImmutableArray<FieldAuc> FieldAucs { get; init; }

    /// <summary>Unseen shares of every field with a vocabulary.</summary>
    public required ImmutableArray<UnseenShare> Unseen { get; init; }

    /// <summary>The worst verdict.</summary>
    public Verdict Worst => Findings.IsEmpty ? Verdict.Pass : Findings.Max(f => f.Verdict);

    /// <summary>The report as lines and two tables.</summary>
    public string ToText() => DataReportText.Write(this);

    /// <summary>The same content as JSON, keys in snake_case.</summary>
    public string ToJson() => DataReportJson.Write(this);
}
