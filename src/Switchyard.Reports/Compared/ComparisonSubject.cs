using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>A comparison with all that a report says of it.</summary>
sealed record ComparisonSubject
{
    public required ComparisonFile File { get; init; }

    /// <summary>Its output folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The measured rows; null where they cannot be opened.</summary>
    public MeasuredRows? Rows { get; init; }

    /// <summary>Why not.</summary>
    public string? NoRows { get; init; }

    /// <summary>Scores [task][row] of every variant's first seed, as far as they were found.</summary>
    public ImmutableArray<(string Variant, float[][] Scores)> Scores { get; init; } = [];

    /// <summary>The log of every variant's first seed, as far as there are any.</summary>
    public ImmutableArray<(string Variant, RunLog Log)> Logs { get; init; } = [];

    /// <summary>Configuration of the baseline's first run as YAML; null where it was not found.</summary>
    public string? Configuration { get; init; }

    /// <summary>The variant with the highest mean AUC over the judged cells.</summary>
    public FileVariant Best => File.Variants.MaxBy(v => v.Mean(File.Level)?.Mean ?? double.NegativeInfinity)!;

    /// <summary>The best one that is no control; null where there are only controls.</summary>
    public FileVariant? BestModel => File.Variants.Where(v => !File.Controls.Contains(v.Variant)).MaxBy(v => v.Mean(File.Level)?.Mean ?? double.NegativeInfinity);
}
