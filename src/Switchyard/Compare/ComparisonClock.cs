namespace Switchyard;

/// <summary>How long the runs that are left will take, from those that are finished: of the same variant, or where there is none, of all.</summary>
sealed class ComparisonClock
{
    readonly Dictionary<string, List<double>> _seconds = new(StringComparer.Ordinal);

    public void Add(string variant, double seconds)
    {
        if (!_seconds.TryGetValue(variant, out var known)) _seconds[variant] = known = [];
        known.Add(seconds);
    }

    /// <summary>Seconds; null where nothing is known yet.</summary>
    public double? Left(IEnumerable<string> variants)
    {
        if (_seconds.Count == 0) return null;
        var all = _seconds.Values.Average(s => s.Average());
        return variants.Sum(v => _seconds.TryGetValue(v, out var known) ? known.Average() : all);
    }
}
