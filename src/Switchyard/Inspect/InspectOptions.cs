using Switchyard.Data;

namespace Switchyard;

/// <summary>What to inspect, and where to write it.</summary>
public sealed record InspectOptions
{
    /// <summary>The rows to count over; null takes the test rows, where there are none the validation rows.</summary>
    public Part? Part { get; init; }

    /// <summary>Rows to count over, at most; of more, a uniform sample.</summary>
    public long Rows { get; init; } = long.MaxValue;

    /// <summary>Seed of the sample.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>An expert that a smaller share of all rows uses is dead.</summary>
    public double DeadBelow { get; init; } = ExpertHealth.DeadBelow;

    /// <summary>Folder of a bundle to measure the gates' drift from, null for none.</summary>
    public string? Against { get; init; }

    /// <summary>File for the shares as a table with one line per layer, gate, expert and kind; null for none.</summary>
    public string? Csv { get; init; }

    /// <summary>File for the whole report; null for none.</summary>
    public string? Json { get; init; }
}
