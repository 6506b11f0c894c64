using Microsoft.Extensions.Logging;

namespace Switchyard.Server;

/// <summary>What the server logs. Nothing of a request's values is among it, except where the configuration asks for details.</summary>
static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Information, "keys read again: {Count}")]
    public static partial void KeysRead(ILogger log, int count);

    [LoggerMessage(2, LogLevel.Error, "keys cannot be read, the former ones stay: {Reason}")]
    public static partial void KeysNotRead(ILogger log, string reason);

    [LoggerMessage(12, LogLevel.Error, "keys cannot be read, none is taken until they can: {Reason}")]
    public static partial void KeysLost(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Debug, "refused with {Status}: {Type}")]
    public static partial void Refused(ILogger log, int status, string type);

    [LoggerMessage(4, LogLevel.Warning, "refused with {Status}: {Type} at {Pointer}: {Detail}")]
    public static partial void RefusedWithDetails(ILogger log, int status, string type, string? pointer, string detail);

    [LoggerMessage(5, LogLevel.Error, "a request failed: {Failure}")]
    public static partial void Failed(ILogger log, string failure);

    [LoggerMessage(13, LogLevel.Error, "requests fail with {Status} {Type}: {Detail} (said once in 10 s)")]
    public static partial void Unserved(ILogger log, int status, string type, string detail);

    [LoggerMessage(15, LogLevel.Error, "an observer failed, requests are answered all the same: {Failure} (said once in 10 s)")]
    public static partial void ObserverFailed(ILogger log, string failure);

    [LoggerMessage(6, LogLevel.Information, "{Message}")]
    public static partial void ModelServes(ILogger log, string message);

    [LoggerMessage(7, LogLevel.Error, "{Message}")]
    public static partial void ModelRefused(ILogger log, string message);

    [LoggerMessage(14, LogLevel.Error, "model '{Name}' has the name of a route, which hides it from rank requests; rename one of them")]
    public static partial void ModelHidden(ILogger log, string name);

    [LoggerMessage(16, LogLevel.Warning, "there is no model in {Folder} yet: a model is NAME/VERSION in it, a bundle; it serves as soon as it is there")]
    public static partial void NoModels(ILogger log, string folder);

    [LoggerMessage(17, LogLevel.Error, "{Trouble}")]
    public static partial void RouteLeadsNowhere(ILogger log, string trouble);

    [LoggerMessage(18, LogLevel.Warning, "metrics or traces cannot be sent (OTEL_EXPORTER_OTLP_ENDPOINT): {Reason} (said once in 10 s)")]
    public static partial void TelemetryNotSent(ILogger log, string reason);

    [LoggerMessage(8, LogLevel.Information, "listening on {Addresses}")]
    public static partial void Listening(ILogger log, string addresses);

    [LoggerMessage(9, LogLevel.Warning, "no keys: everybody who reaches the port may ask for scores")]
    public static partial void Insecure(ILogger log);

    [LoggerMessage(10, LogLevel.Information, "stopping: requests in flight are finished")]
    public static partial void Stopping(ILogger log);

    [LoggerMessage(11, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger log);

    [LoggerMessage(20, LogLevel.Warning, "{Reason}")]
    public static partial void StoreFails(ILogger log, string reason);

    [LoggerMessage(21, LogLevel.Information, "the feature store is reached")]
    public static partial void StoreReached(ILogger log);

    [LoggerMessage(30, LogLevel.Warning, "recording requests with all their values to {File}")]
    public static partial void Records(ILogger log, string file);

    [LoggerMessage(34, LogLevel.Warning, "no more recorded requests to warm versions with, others are made up: {Reason}")]
    public static partial void NoWarmUp(ILogger log, string reason);

    [LoggerMessage(31, LogLevel.Error, "records cannot be written, they are dropped: {Reason} (said once in 10 s)")]
    public static partial void RecordsNotWritten(ILogger log, string reason);

    [LoggerMessage(33, LogLevel.Warning, "requests come faster than they are recorded, {Dropped} are not so far (said once in 10 s)")]
    public static partial void RecordsDropped(ILogger log, long dropped);

    [LoggerMessage(32, LogLevel.Information, "recorded {Written} requests to {File}, dropped {Dropped}")]
    public static partial void Recorded(ILogger log, long written, string file, long dropped);
}
