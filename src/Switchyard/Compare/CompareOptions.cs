using System.Collections.Immutable;

namespace Switchyard;

/// <summary>What of a comparison is done, and where its reports go besides the output folder.</summary>
public sealed record CompareOptions
{
    /// <summary>Variants to train; empty for all. The report has every finished run.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>Seeds to train, of those of the file; empty for all.</summary>
    public ImmutableArray<ulong> Seeds { get; init; } = [];

    /// <summary>Trains nothing: reports what is finished.</summary>
    public bool ReportOnly { get; init; }

    /// <summary>File for the report as JSON; null for none.</summary>
    public string? Json { get; init; }

    /// <summary>File for the report as Markdown; null for none.</summary>
    public string? Markdown { get; init; }

    /// <summary>The command and its arguments, for the report and the logs of the runs; null where a program compares.</summary>
    public IReadOnlyList<string>? Command { get; init; }
}
