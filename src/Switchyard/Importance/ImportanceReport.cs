using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>What is permuted together because it comes from one source column.</summary>
/// <param name="Column">The column; no other unit has it.</param>
/// <param name="Fields">Fields that read it.</param>
/// <param name="IsScenario">Whether it is a level of the scenario tree.</param>
public sealed record ImportanceUnit(string Column, ImmutableArray<string> Fields, bool IsScenario)
{
    /// <summary>Columns of the levels below, which move along with the fields that read them: a city stays in its country.</summary>
    public ImmutableArray<string> LevelsBelow { get; init; } = [];

    /// <summary>The field's name; the names of all where there are several; a scenario column by its own.</summary>
    public string Name => IsScenario ? Column : string.Join(" + ", Fields);
}

/// <summary>What the model loses without a field.</summary>
/// <param name="Unit">What was permuted.</param>
/// <param name="Loss">Drop of AUC and rise of log loss in every scenario × task, and drop of mean AUC.</param>
/// <param name="IsWithoutEffect">True where no bit of a score changed: the model does not use the field, or it is constant within every scenario.</param>
public sealed record FieldImportance(ImportanceUnit Unit, ScoreDifferences Loss, bool IsWithoutEffect)
{
    /// <summary>What fields are sorted by: the drop of mean AUC; where no cell counts, the mean drop over the tasks' totals.</summary>
    public double Importance => Loss.MeanAuc?.Value
        ?? Loss.Cells.Where(c => c is { Level: "total", Auc: not null }).Select(c => c.Auc!.Value).DefaultIfEmpty(0).Average();
}

/// <summary>A field that helps a task in one scenario of a level and in no other.</summary>
/// <param name="Unit">The field.</param>
/// <param name="Level">level1, …, or leaf.</param>
/// <param name="Scenario">The scenario it helps.</param>
/// <param name="Task">The task it helps.</param>
/// <param name="Drop">Drop of AUC there.</param>
/// <param name="Next">The largest drop elsewhere.</param>
/// <param name="NextScenario">Where that is.</param>
/// <param name="Compared">Other scenarios of the level that it was compared with.</param>
/// <param name="TooSmall">Other scenarios of the level with too few rows to be compared with.</param>
public sealed record OneScenarioField(
    ImportanceUnit Unit, string Level, string Scenario, string Task, Difference Drop, Difference Next, string NextScenario, int Compared, int TooSmall);

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

    /// <summary>
    /// Drops of AUC in a scenario that are significant after correction for all of them (Benjamini and Hochberg): by column of the unit,
    /// number of the node and task, for names need not be unique.
    /// </summary>
    public required IReadOnlySet<(string Column, int Node, string Task)> Significant { get; init; }

    /// <summary>Fields that help in one scenario only.</summary>
    public required ImmutableArray<OneScenarioField> OneScenario { get; init; }

    /// <summary>Whether a drop of AUC is among <see cref="Significant"/>; null where it was not tested: a total, or a cell with too few rows.</summary>
    public bool? IsSignificant(FieldImportance field, CellDifference cell)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(cell);
        return OneScenarioFinder.IsTested(cell) ? Significant.Contains((field.Unit.Column, cell.Node, cell.Task)) : null;
    }

    /// <summary>Tables for a terminal.</summary>
    public string ToText() => ImportanceText.Write(this);

    /// <summary>One JSON object, indented, snake case.</summary>
    public string ToJson() => ImportanceJson.Write(this);

    /// <summary>A line for every field × scenario × task, with a header.</summary>
    public void WriteCsv(TextWriter writer) => ImportanceCsv.Write(this, writer);
}
