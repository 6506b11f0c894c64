using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Switchyard.Server;

/// <summary>Logs what OpenTelemetry otherwise says to nobody: that its receiver cannot be reached, or does not take what is sent.</summary>
sealed class TelemetryTroubles : EventListener
{
    const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    readonly ILogger? _log;
    readonly LogPause? _pause;

    /// <param name="log">The log.</param>
    /// <param name="time">The clock.</param>
    public TelemetryTroubles(ILogger log, TimeProvider time) => (_log, _pause) = (log, new LogPause(time));

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource?.Name == Exporter) EnableEvents(eventSource, EventLevel.Warning);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        // Sources that were there before are heard of before the constructor's body.
        if (_log is null || _pause is null || !_pause.IsOver(eventData.EventName ?? Exporter)) return;
        var text = string.Format(CultureInfo.InvariantCulture, eventData.Message ?? "{0}", [.. eventData.Payload ?? []]);
        // The rest is a stack trace.
        ServerLog.TelemetryNotSent(_log, text.Split('\n', 2)[0].TrimEnd());
    }
}
