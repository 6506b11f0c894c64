using System.Collections.Concurrent;

namespace Switchyard.Server;

/// <summary>Thousands of requests a second may fail for the same reason: a reason is logged once in ten seconds.</summary>
sealed class LogPause(TimeProvider time)
{
    const int Seconds = 10;

    readonly ConcurrentDictionary<string, long> _silentUntil = new(StringComparer.Ordinal);

    /// <summary>Whether a reason may be logged now.</summary>
    /// <param name="reason">One of a few: they are kept.</param>
    public bool IsOver(string reason)
    {
        var now = time.GetTimestamp();
        var until = _silentUntil.GetOrAdd(reason, now);
        return now >= until && _silentUntil.TryUpdate(reason, now + (Seconds * time.TimestampFrequency), until);
    }
}
