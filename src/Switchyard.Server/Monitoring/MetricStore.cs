using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Switchyard.Server;

/// <summary>
/// Adds up what meters of this process measure, for <c>/metrics</c>. Measurements may come from any thread while they are read: a reading holds
/// what was measured before it began, and each series whole.
/// </summary>
sealed class MetricStore : IDisposable
{
    /// <summary>Bounds of a histogram of seconds whose instrument names none.</summary>
    public static readonly double[] Seconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    static readonly double[] Numbers = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

    readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<MetricFamily, bool> _observed = new();
    readonly MeterListener _listener = new();
    readonly Lock _reading = new();

    /// <param name="meters">Names of the meters.</param>
    /// <param name="scopes">Meters of another scope than these and none are passed over.</param>
    public MetricStore(IReadOnlySet<string> meters, params object[] scopes)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!meters.Contains(instrument.Meter.Name) || (instrument.Meter.Scope is { } other && !scopes.Contains(other))) return;
            var family = FamilyOf(instrument);
            var known = _families.GetOrAdd(family.Name, family);
            if (known.Kind != family.Kind) return;
            if (instrument.IsObservable) _observed[known] = true;
            listener.EnableMeasurementEvents(instrument, known);
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>All metrics in the text format of Prometheus.</summary>
    public string Read()
    {
        lock (_reading)
        {
            foreach (var family in _observed.Keys) family.Clear();
            _listener.RecordObservableInstruments();
            return PrometheusText.Write(_families.Values);
        }
    }

    public void Dispose() => _listener.Dispose();

    static MetricFamily FamilyOf(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        var kind = type == typeof(Histogram<>) ? MetricKind.Histogram
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        // An observed value is whole; several instruments with the same labels would be a mistake.
        var adds = !instrument.IsObservable && type != typeof(Gauge<>);
        return new MetricFamily(PrometheusText.NameOf(instrument.Name, instrument.Unit, kind), kind, instrument.Description ?? "", kind == MetricKind.Histogram ? BoundsOf(instrument) : [], adds);
    }

    static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Instrument<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Instrument<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Instrument<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        _ => instrument.Unit == "s" ? Seconds : Numbers,
    };
}
