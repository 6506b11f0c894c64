using System.Collections.Immutable;

namespace Switchyard;

/// <summary>What <see cref="Run.Init"/> reads and writes.</summary>
public sealed record InitOptions
{
    /// <summary>Log files: CSV, TSV or JSON Lines, also .gz; a pattern with * for several; or SQLite databases. Relative to the working directory.</summary>
    public required ImmutableArray<string> Sources { get; init; }

    /// <summary>SQLite: the SELECT whose rows are the log. Default: all rows of the only table.</summary>
    public string? Query { get; init; }

    /// <summary>Configuration to write.</summary>
    public string Output { get; init; } = RunConfiguration.DefaultFileName;

    /// <summary>Rows to look at, divided over the files.</summary>
    public int SampleRows { get; init; } = 200_000;

    /// <summary>Replace a configuration that is there already.</summary>
    public bool Force { get; init; }
}
