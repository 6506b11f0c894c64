using System.Collections.Immutable;

namespace Switchyard.Ui;

/// <summary>What a page shows, and where.</summary>
public sealed record PageOptions
{
    /// <summary>Folder of runs.</summary>
    public required string Folder { get; init; }

    /// <summary>Port of 127.0.0.1; 0 (default) takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The run of this process, which buttons act on; null (default) for none. Only it and the runs beside it are shown then.</summary>
    public LiveRun? Live { get; init; }

    /// <summary>Files of recorded requests (also .gz), or folders of them, as <c>serve --record</c> writes them: the explorer offers them. Default: none.</summary>
    public ImmutableArray<string> Records { get; init; } = [];
}
