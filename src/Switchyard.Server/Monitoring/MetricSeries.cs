using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Switchyard.Server;

/// <summary>How the measurements of an instrument are added up.</summary>
enum MetricKind
{
    /// <summary>A sum that only grows.</summary>
    Counter,

    /// <summary>A value that goes up and down; the last one counts, or the sum of all steps.</summary>
    Gauge,

    /// <summary>Counts by bounds.</summary>
    Histogram,
}

/// <summary>All series of one metric, by their labels.</summary>
/// <param name="name">Name as Prometheus has it.</param>
/// <param name="kind">How they are added up.</param>
/// <param name="help">What it is.</param>
/// <param name="bounds">Upper bounds of a histogram, ascending.</param>
/// <param name="adds">Whether a measurement is a step and not the value itself.</param>
sealed class MetricFamily(string name, MetricKind kind, string help, double[] bounds, bool adds)
{
    /// <summary>Series at most; what comes then is one together, so that no mistake of a label's can take memory without end.</summary>
    public const int MostSeries = 2000;

    static readonly KeyValuePair<string, object?>[] Overflow = [new("overflow", "true")];

    readonly ConcurrentDictionary<KeyValuePair<string, object?>[], MetricSeries> _series = new(TagComparer.Instance);

    public string Name => name;

    public MetricKind Kind => kind;

    public string Help => help;

    public double[] Bounds => bounds;

    public IEnumerable<KeyValuePair<KeyValuePair<string, object?>[], MetricSeries>> Series => _series;

    /// <summary>Takes a measurement; without allocation where its labels are known.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>().TryGetValue(tags, out var series))
            series = _series.GetOrAdd(_series.Count < MostSeries ? tags.ToArray() : Overflow, static (_, bounds) => new MetricSeries(bounds), bounds);
        series.Record(value, adds);
    }

    /// <summary>Forgets everything: what is observed is told anew.</summary>
    public void Clear() => _series.Clear();

    sealed class TagComparer : IEqualityComparer<KeyValuePair<string, object?>[]>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, KeyValuePair<string, object?>[]>
    {
        public static readonly TagComparer Instance = new();

        public bool Equals(KeyValuePair<string, object?>[]? x, KeyValuePair<string, object?>[]? y) => x is not null && y is not null && Equals(x.AsSpan(), y);

        public int GetHashCode([DisallowNull] KeyValuePair<string, object?>[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, KeyValuePair<string, object?>[] other)
        {
            if (alternate.Length != other.Length) return false;
            for (var i = 0; i < other.Length; i++)
            {
                if (alternate[i].Key != other[i].Key || !Equals(alternate[i].Value, other[i].Value)) return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = default(HashCode);
            foreach (var (_, value) in alternate) hash.Add(value);
            return hash.ToHashCode();
        }

        public KeyValuePair<string, object?>[] Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => alternate.ToArray();
    }
}

/// <summary>The measurements with the same labels.</summary>
sealed class MetricSeries(double[] bounds)
{
    readonly Lock _lock = new();
    readonly long[] _counts = new long[bounds.Length + 1];
    double _value;

    public void Record(double value, bool adds)
    {
        lock (_lock)
        {
            _value = adds ? _value + value : value;
            if (adds) _counts[BucketOf(value)]++;
        }
    }

    /// <summary>The sum, or the last value.</summary>
    /// <param name="counts">Receives the counts by bucket, those above all bounds last.</param>
    public double Read(Span<long> counts)
    {
        lock (_lock)
        {
            _counts.CopyTo(counts);
            return _value;
        }
    }

    // Bounds are inclusive, as Prometheus and OpenTelemetry have them.
    int BucketOf(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && !(value <= bounds[bucket])) bucket++;
        return bucket;
    }
}
