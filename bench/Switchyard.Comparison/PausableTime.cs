namespace Switchyard.Comparison;

/// <summary>The system's clock, whose timers can be held: what they wake does nothing meanwhile.</summary>
sealed class PausableTime : TimeProvider
{
    volatile bool _held;

    /// <summary>Whether a timer that is due is passed over.</summary>
    public bool IsHeld
    {
        get => _held;
        set => _held = value;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
        inner =>
        {
            if (!_held) callback(inner);
        },
        state,
        dueTime,
        period);
}
