namespace Switchyard.Serving.Tests;

/// <summary>A clock that stands until it is moved; a tick is a millisecond.</summary>
sealed class ManualTime : TimeProvider
{
    long _now = 1000;
    int _looks;
    (int Look, Action Do) _next = (0, () => { });

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp()
    {
        if (Interlocked.Increment(ref _looks) == _next.Look) _next.Do();
        return Interlocked.Read(ref _now);
    }

    public void Move(int milliseconds) => Interlocked.Add(ref _now, milliseconds);

    /// <summary>Does something when the clock is read for the n-th time from now, before it is.</summary>
    public void AtLook(int n, Action action) => _next = (_looks + n, action);
}
