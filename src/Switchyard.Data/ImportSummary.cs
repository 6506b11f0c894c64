using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>Which step an import is in.</summary>
public enum ImportStage
{
    /// <summary>Reading text, counting values.</summary>
    Reading,

    /// <summary>Writing the column file.</summary>
    Encoding,
}

/// <summary>How far an import is.</summary>
/// <param name="Stage">The step.</param>
/// <param name="Rows">Rows read or encoded so far.</param>
/// <param name="TotalRows">Rows to encode; null while reading, when nobody knows yet.</param>
public readonly record struct ImportProgress(ImportStage Stage, long Rows, long? TotalRows);

/// <summary>What an import found.</summary>
public sealed record ImportSummary
{
    /// <summary>Rows in the sources.</summary>
    public long RowsRead { get; init; }

    /// <summary>Rows that the filter left out.</summary>
    public long RowsFiltered { get; init; }

    /// <summary>Rows that belong to no part.</summary>
    public long RowsInNoPart { get; init; }

    /// <summary>Rows of the first source without a partner in the joined one.</summary>
    public long RowsUnmatched { get; init; }

    /// <summary>Train, validation, test.</summary>
    public ImmutableArray<PartSummary> Parts { get; init; } = [];

    /// <summary>Fields in schema order.</summary>
    public ImmutableArray<FieldSummary> Fields { get; init; } = [];

    /// <summary>Scenario values without a node, by level and part; only where there are any.</summary>
    public ImmutableArray<UnknownScenarioCount> UnknownScenarios { get; init; } = [];

    /// <summary>Tasks whose label or mask is not the one the model was trained with, one line each; empty where the schema was fitted.</summary>
    public ImmutableArray<string> OtherLabels { get; init; } = [];
}

/// <summary>Rows, groups and labels of one part.</summary>
public sealed record PartSummary(Part Part, long Rows, int Groups, ImmutableArray<TaskCount> Tasks);

/// <summary>How often a task was observed, and how often its label was 1.</summary>
public sealed record TaskCount(string Task, long Observed, long Positives);

/// <summary>One field after fitting.</summary>
/// <param name="Field">Its name.</param>
/// <param name="Table">Its table's name; null for a standardised number.</param>
/// <param name="Rows">Rows of the table.</param>
/// <param name="OutOfVocabulary">Share of values with id 0 in train, validation and test; 0 where a part has none; empty for fields without a vocabulary.</param>
/// <param name="Sampled">Numeric: more than <see cref="Importer.DistinctNumbers"/> distinct values, so quantiles come from a seeded sample.</param>
public sealed record FieldSummary(string Field, string? Table, int Rows, ImmutableArray<double> OutOfVocabulary, bool Sampled);

/// <summary>Rows of a part whose value has no node at a level, with up to five such values (empty = missing).</summary>
public sealed record UnknownScenarioCount(string Column, Part? Part, long Rows, ImmutableArray<string> Examples);
