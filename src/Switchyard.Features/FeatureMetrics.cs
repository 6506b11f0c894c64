using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace Switchyard.Features;

/// <summary>The meter <c>Switchyard.Features</c>; every measurement is tagged with its entity.</summary>
sealed class FeatureMetrics : IDisposable
{
    public const string Name = "Switchyard.Features";

    readonly Meter _meter = new(Name);
    readonly Counter<long> _hits;
    readonly Counter<long> _misses;
    readonly Counter<long> _unknown;
    readonly Counter<long> _stale;
    readonly Counter<long> _errors;
    readonly Histogram<double> _duration;
    readonly ImmutableArray<KeyValuePair<string, object?>> _tags;

    public FeatureMetrics(ImmutableArray<FeatureEntity> entities)
    {
        _tags = [.. entities.Select(e => new KeyValuePair<string, object?>("entity", e.Name))];
        _hits = _meter.CreateCounter<long>("switchyard.features.hits", "{key}", "Keys answered from the cache, fresh.");
        _misses = _meter.CreateCounter<long>("switchyard.features.misses", "{key}", "Keys that the store had to be asked for.");
        _unknown = _meter.CreateCounter<long>("switchyard.features.unknown", "{key}", "Keys that the store does not know, cached answers included.");
        _stale = _meter.CreateCounter<long>("switchyard.features.stale", "{key}", "Keys answered with values beyond their freshness, because the store failed.");
        _errors = _meter.CreateCounter<long>("switchyard.features.errors", "{lookup}", "Lookups that failed, were too late, or were not tried because the store was down.");
        _duration = _meter.CreateHistogram<double>("switchyard.features.lookup.duration", "s", "Time the store took for a lookup of all keys that the cache did not have.");
    }

    public void Hit(FeatureEntity entity, int keys) => Add(_hits, entity, keys);

    public void Missed(FeatureEntity entity, int keys) => Add(_misses, entity, keys);

    public void Unknown(FeatureEntity entity, int keys) => Add(_unknown, entity, keys);

    public void Stale(FeatureEntity entity, int keys) => Add(_stale, entity, keys);

    public void Failed(FeatureEntity entity) => Add(_errors, entity, 1);

    public void Asked(FeatureEntity entity, TimeSpan duration) => _duration.Record(duration.TotalSeconds, _tags[entity.Index]);

    /// <summary>Watches the sizes of the caches, by entity.</summary>
    public void Watch(IReadOnlyList<FeatureCache> caches)
    {
        _meter.CreateObservableGauge("switchyard.features.cache.entries", () => caches.Select((c, i) => new Measurement<long>(c.Count, _tags[i])), "{key}", "Keys in the cache.");
        _meter.CreateObservableGauge("switchyard.features.cache.size", () => caches.Select((c, i) => new Measurement<long>(c.Bytes, _tags[i])), "By", "Bytes of the cache.");
    }

    public void Dispose() => _meter.Dispose();

    void Add(Counter<long> counter, FeatureEntity entity, int value)
    {
        if (value > 0) counter.Add(value, _tags[entity.Index]);
    }
}
