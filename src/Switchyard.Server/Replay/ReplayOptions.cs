namespace Switchyard.Server;

/// <summary>What to replay, and how.</summary>
public sealed record ReplayOptions
{
    /// <summary>Files of records, also .gz, or folders of them.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Folder of the bundle that scores them again.</summary>
    public required string Bundle { get; init; }

    /// <summary>Only records of the model of this name; null takes all.</summary>
    public string? Model { get; init; }

    /// <summary>Differences, bad records and worst requests that the report lists, of each.</summary>
    public int Listed { get; init; } = 10;

    /// <summary>Threads that score; 0 = all cores. Nothing of the report depends on it.</summary>
    public int Threads { get; init; }

    /// <summary>File that receives the report as JSON; null writes none.</summary>
    public string? Json { get; init; }
}
