using System.Diagnostics.Metrics;

namespace Switchyard.Serving;

/// <summary>The meter <c>Switchyard.Serving</c>: versions, values that training has not seen, the queue. One for a folder and its queue; docs/monitoring.md.</summary>
public sealed class ServingMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Switchyard.Serving";

    readonly Meter _meter;
    readonly Histogram<double> _wait;
    readonly Histogram<long> _batchRequests;
    readonly Histogram<long> _batchRows;

    /// <param name="models">The models; disposed later than this.</param>
    /// <param name="queue">Where requests to them wait.</param>
    /// <param name="scope">Whose they are, for a listener that must tell several apart (<see cref="Meter.Scope"/>).</param>
    public ServingMetrics(ModelFolder models, ScoringQueue queue, object? scope = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(queue);
        _meter = new Meter(new MeterOptions(Name) { Scope = scope });
        _wait = _meter.CreateHistogram(
            "switchyard.serving.queue.wait", "s", "Time from the call until a thread took the request up.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.00001, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] });
        _batchRequests = _meter.CreateHistogram(
            "switchyard.serving.batch.requests", "{request}", "Requests scored together.", tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] });
        _batchRows = _meter.CreateHistogram(
            "switchyard.serving.batch.rows", "{row}", "Rows scored together.", tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048] });
        WatchQueue(queue);
        WatchModels(models);
        queue.Metrics = this;
    }

    public void Dispose() => _meter.Dispose();

    internal void Waited(TimeSpan time) => _wait.Record(time.TotalSeconds);

    internal void Scored(int requests, int rows)
    {
        if (rows == 0) return;
        _batchRequests.Record(requests);
        _batchRows.Record(rows);
    }

    void WatchQueue(ScoringQueue queue)
    {
        _meter.CreateObservableGauge("switchyard.serving.queue.waiting", () => queue.State.Waiting, "{request}", "Requests that wait.");
        _meter.CreateObservableGauge("switchyard.serving.queue.waiting.rows", () => queue.State.WaitingRows, "{row}", "Rows of the requests that wait.");
        _meter.CreateObservableGauge("switchyard.serving.scoring", () => queue.State.Scoring, "{thread}", "Threads that score.");
        _meter.CreateObservableGauge("switchyard.serving.workers", () => queue.Workers, "{thread}", "Threads that may score at a time.");
        _meter.CreateObservableCounter("switchyard.serving.batches", () => queue.State.Batches, "{batch}", "Times that requests were scored, alone or together.");
        _meter.CreateObservableCounter("switchyard.serving.requests", () => Outcomes(queue.State), "{request}", "Requests to the queue by what became of them.");
    }

    static IEnumerable<Measurement<long>> Outcomes(QueueState state) =>
    [
        new(state.Scored, Tag("outcome", "scored")), new(state.Busy, Tag("outcome", "busy")), new(state.Late, Tag("outcome", "late")),
        new(state.Cancelled, Tag("outcome", "cancelled")), new(state.Failed, Tag("outcome", "failed")),
    ];

    void WatchModels(ModelFolder models)
    {
        _meter.CreateObservableGauge("switchyard.serving.model.version", () => Versions(models), "", "1 for the version of a model that serves, 0 for others in its folder.");
        _meter.CreateObservableGauge("switchyard.serving.ready", () => models.IsReady ? 1 : 0, "", "1 where every model has a version that serves.");
        _meter.CreateObservableCounter("switchyard.serving.rows", () => Serving<long>(models, (model, into) => into.Add(new(model.Rows, Tag("model", model.Name)))), "{row}", "Rows scored by the version that serves.");
        _meter.CreateObservableCounter("switchyard.serving.ids", () => Serving<long>(models, (model, into) => AddIds(model, model.Ids, into)), "{value}", "Values of a field with a vocabulary that the version that serves has scored.");
        _meter.CreateObservableCounter("switchyard.serving.ids.unknown", () => Serving<long>(models, (model, into) => AddIds(model, model.UnknownIds, into)), "{value}", "Those among them that training has not seen.");
        _meter.CreateObservableGauge("switchyard.serving.ids.unknown.share", () => Serving<double>(models, AddShares), "", "Share of those among them that training has not seen, since the version serves.");
    }

    static List<Measurement<int>> Versions(ModelFolder models)
    {
        var versions = new List<Measurement<int>>();
        foreach (var state in models.States)
        {
            versions.AddRange(state.Versions.Where(v => v.Version != state.Serving).Select(v => new Measurement<int>(0, Tag("model", state.Name), Tag("version", v.Version))));
            if (state.Serving is { } serving) versions.Add(new(1, Tag("model", state.Name), Tag("version", serving)));
        }

        return versions;
    }

    static List<Measurement<T>> Serving<T>(ModelFolder models, Action<ServedModel, List<Measurement<T>>> add)
        where T : struct
    {
        var all = new List<Measurement<T>>();
        foreach (var state in models.States)
        {
            using var lease = models.Lease(state.Name);
            if (lease is not null) add(lease.Model, all);
        }

        return all;
    }

    static void AddIds(ServedModel model, Func<int, long> count, List<Measurement<long>> into)
    {
        foreach (var field in Counted(model)) into.Add(new(count(field), Tag("model", model.Name), Tag("field", model.Schema.Fields[field].Name)));
    }

    static void AddShares(ServedModel model, List<Measurement<double>> into)
    {
        foreach (var field in Counted(model))
            into.Add(new((double)model.UnknownIds(field) / model.Ids(field), Tag("model", model.Name), Tag("field", model.Schema.Fields[field].Name)));
    }

    // Without a value there is no share, and of a field without a vocabulary none is ever counted.
    static IEnumerable<int> Counted(ServedModel model) => model.Fields.Where(f => model.Ids(f) > 0);

    static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
