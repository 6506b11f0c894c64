namespace Switchyard.Client;

/// <summary>How a client asks.</summary>
public sealed record SwitchyardClientOptions
{
    /// <summary>Key that the server asks for, sent as <c>X-Api-Key</c>; null: none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// How often a request that the server has no room for (503 with Retry-After) is sent again. Default 0: the caller decides, as a
    /// ranking that comes late is often worth nothing, and trying again adds to the load.
    /// </summary>
    public int Retries { get; init; }

    /// <summary>Longest wait before trying again; where the server asks for more, it is not tried. Default: 5 s.</summary>
    public TimeSpan MaxRetryWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Clock of the waits. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
