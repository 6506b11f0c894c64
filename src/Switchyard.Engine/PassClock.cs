using System.Diagnostics;

namespace Switchyard.Engine;

/// <summary>
/// Where the time of a pass goes: it notes at the end of every op what went by since the end of the one before. Given to
/// <see cref="Graph.Clock"/> by whoever wants to know; without one a graph measures nothing.
/// </summary>
/// <param name="now">Ticks of <see cref="Stopwatch.Frequency"/>; null: the wall clock.</param>
public sealed class PassClock(Func<long>? now = null)
{
    readonly Dictionary<(object Op, string Phase), long> _ticks = [];
    readonly Func<long> _now = now ?? Stopwatch.GetTimestamp;
    long _last;

    /// <summary>What was measured: the class and name of an op, its phase (forward, backward, or a part of it), seconds.</summary>
    public IEnumerable<(string Op, string Phase, double Seconds)> Laps =>
        _ticks.Select(t => (NameOf(t.Key.Op), t.Key.Phase, (double)t.Value / Stopwatch.Frequency));

    /// <summary>Starts to count: what went by before belongs to nobody.</summary>
    public void Start() => _last = _now();

    /// <summary>Forgets what was measured.</summary>
    public void Clear() => _ticks.Clear();

    /// <summary>Counts the time since the lap before.</summary>
    /// <param name="op">The backward half of an op, or a name.</param>
    /// <param name="phase">What of it ended.</param>
    public void Lap(object op, string phase)
    {
        ref var ticks = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_ticks, (op, phase), out _);
        ticks += _now() - _last;

        // Read anew: what the clock itself takes belongs to nobody.
        _last = _now();
    }

    /// <summary><c>GateOps.Softmax</c> for a backward half written inside that method, else the method's own name.</summary>
    static string NameOf(object op)
    {
        if (op is not Delegate { Method: var method }) return (string)op;
        var name = method.Name;
        if (name.StartsWith('<')) name = name[1..name.IndexOf('>', StringComparison.Ordinal)];
        var type = method.DeclaringType;
        while (type is { IsNested: true }) type = type.DeclaringType;
        return $"{type?.Name}.{name}";
    }
}
