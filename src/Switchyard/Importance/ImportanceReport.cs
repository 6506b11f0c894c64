using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>What is permuted together because it comes from one source column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Fields">Fields that read it.</param>
/// <param name="IsScenario">Whether it is a level of the scenario tree.</param>
public sealed record ImportanceUnit(string Column, ImmutableArray<string> Fields, bool IsScenario)
{
    /// <summary>The field's name; the names of all where there are several; a scenario column by its own.</summary>
    public string Name => IsScenario ? Column : string.Join(" + ", Fields);
}

/// <summary>What the model loses without a field.</summary>
/// <param name="Unit">What was permuted.</param>
/// <param name="Loss">Drop of AUC and rise of log loss in every scenario × task, and drop of mean AUC.</param>
public sealed record FieldImportance(ImportanceUnit Unit, ScoreDifferences Loss)
{
    /// <summary>What fields are sorted by: the drop of mean AUC; where no cell counts, the mean drop over the tasks' totals.</summary>
    public double Importance => Loss.MeanAuc?.Value
        ?? Loss.Cells.Where(c => c is { Level: "total", Auc: not null }).Select(c => c.Auc!.Value).DefaultIfEmpty(0).Average();

    /// <summary>True where no score changed: the model does not use the field, or it is constant within every scenario.</summary>
    public bool IsWithoutEffect => Loss.Cells.All(c => c.Auc is null or { Value: 0, StandardError: 0 } && c.LogLoss is null or { Value: 0, StandardError: 0 });
}

/// <summary>A field that helps a task in one scenario of a level and in no other.</summary>
/// <param name="Unit">The field.</param>
/// <param name="Level">level1, …, or leaf.</param>
/// <param name="Scenario">The scenario it helps.</param>
/// <param name="Task">The task it helps.</param>
/// <param name="Drop">Drop of AUC there.</param>
/// <param name="Next">The largest drop elsewhere.</param>
/// <param name="NextScenario">Where that is.</param>
public sealed record OneScenarioField(ImportanceUnit Unit, string Level, string Scenario, string Task, Difference Drop, Difference Next, string NextScenario);

/// <summary>How much every field matters to a model, per scenario and task. Made by <see cref="Run.Importance"/>.</summary>
public sealed record ImportanceReport
{
    /// <summary>False discovery rate of <see cref="Significant"/>, and level of the comparison between scenarios.</summary>
    public const double Level = 0.05;

    public required Part Part { get; init; }

    /// <summary>Rows scored.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows of the part.</summary>
    public required long RowsInPart { get; init; }

    public required ImportanceOptions Options { get; init; }

    /// <summary>Metrics with nothing permuted.</summary>
    public required EvaluationReport Base { get; init; }

    /// <summary>Fields and scenario columns, the most important first.</summary>
    public required ImmutableArray<FieldImportance> Fields { get; init; }

    /// <summary>Position fields and the value that stands in for them in scoring: they cannot matter.</summary>
    public required ImmutableArray<(string Field, string Value)> Fixed { get; init; }

    /// <summary>Drops of AUC in a scenario that are significant after correction for all of them (Benjamini and Hochberg).</summary>
    public required IReadOnlySet<(string Field, string Scenario, string Task)> Significant { get; init; }

    /// <summary>Fields that help in one scenario only.</summary>
    public required ImmutableArray<OneScenarioField> OneScenario { get; init; }

    /// <summary>Tables for a terminal.</summary>
    public string ToText() => ImportanceText.Write(this);

    /// <summary>One JSON object, indented, snake case.</summary>
    public string ToJson() => ImportanceJson.Write(this);

    /// <summary>A line for every field × scenario × task, with a header.</summary>
    public string ToCsv() => ImportanceCsv.Write(this);
}
