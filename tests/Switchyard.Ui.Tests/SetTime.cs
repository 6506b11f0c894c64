namespace Switchyard.Ui.Tests;

/// <summary>A clock that a test sets; its timers are the system's.</summary>
sealed class SetTime : TimeProvider
{
    long _ticks = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
