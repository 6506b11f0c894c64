using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>The meter <c>Switchyard.Server</c>: what requests came to. docs/monitoring.md.</summary>
sealed class ServerMetrics : IServerObserver, IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Switchyard.Server";

    readonly Meter _meter;
    readonly Histogram<double> _duration;
    readonly Histogram<double> _scoring;
    readonly Counter<long> _rows;
    readonly Counter<long> _refused;
    readonly Counter<long> _loads;

    /// <param name="scope">Whose it is: a process may run several servers.</param>
    public ServerMetrics(object scope)
    {
        _meter = new Meter(new MeterOptions(Name) { Scope = scope });
        var times = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 1, 10] };
        _duration = _meter.CreateHistogram("switchyard.server.request.duration", "s", "Time from a request's admission to its scores, of requests that were answered.", tags: null, times);
        _scoring = _meter.CreateHistogram("switchyard.server.scoring.duration", "s", "Time of it in the feature store, the queue and the model.", tags: null, times);
        _rows = _meter.CreateCounter<long>("switchyard.server.rows", "{row}", "Items and rows answered.");
        _refused = _meter.CreateCounter<long>("switchyard.server.refused", "{request}", "Requests refused, by type of problem.");
        _loads = _meter.CreateCounter<long>("switchyard.server.model.loads", "{version}", "Versions that began to serve (outcome serving), or could not.");
    }

    public void Served(in ServedRequest request)
    {
        var (model, scenario) = (new KeyValuePair<string, object?>("model", request.Model.Name), new KeyValuePair<string, object?>("scenario", ScenarioLabels.Of(request.Request)));
        _duration.Record((request.Parsing + request.Scoring).TotalSeconds, model, scenario);
        _scoring.Record(request.Scoring.TotalSeconds, model, scenario);
        _rows.Add(request.Request.Items, model, scenario);
    }

    public void Refused(HttpContext context, Problem problem) => _refused.Add(1, new KeyValuePair<string, object?>("type", problem.Type));

    /// <summary>A version began to serve, or could not.</summary>
    public void Loaded(ModelNews news) => _loads.Add(1, new("model", news.Name), new("outcome", OutcomeOf(news.Status)));

    /// <summary>Adds the gauges of drift.</summary>
    public void Watch(DriftDesk drift, ModelFolder models) => drift.AddTo(_meter, models);

    /// <summary>Adds the counter of records.</summary>
    public void Watch(RequestRecorder recorder) =>
        _meter.CreateObservableCounter("switchyard.server.records", () => Records(recorder), "{request}", "Sampled requests that are in the file of records (outcome written), or could not be kept.");

    public void Dispose() => _meter.Dispose();

    static Measurement<long>[] Records(RequestRecorder recorder) =>
    [
        new Measurement<long>(recorder.Written, new KeyValuePair<string, object?>("outcome", "written")),
        new Measurement<long>(recorder.Dropped, new KeyValuePair<string, object?>("outcome", "dropped")),
    ];

    static string OutcomeOf(VersionStatus status) => status switch
    {
        VersionStatus.Serving => "serving",
        VersionStatus.Incomplete => "incomplete",
        _ => "bad",
    };
}
