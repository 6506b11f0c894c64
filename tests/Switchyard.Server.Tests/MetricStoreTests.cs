using System.Diagnostics.Metrics;

namespace Switchyard.Server.Tests;

/// <summary>Measurements as Prometheus reads them.</summary>
public sealed class MetricStoreTests : IDisposable
{
    readonly object _scope = new();
    readonly Meter _meter;
    readonly MetricStore _store;

    public MetricStoreTests()
    {
        _meter = new Meter(new MeterOptions("test.meter") { Scope = _scope });
        _store = new MetricStore(new HashSet<string> { "test.meter" }, _scope);
    }

    public void Dispose()
    {
        _store.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Read_EveryKind_HasItsTextForm()
    {
        var counter = _meter.CreateCounter<long>("a.requests", "{request}", "Two\nlines \\ and \"quotes\".");
        counter.Add(2, new KeyValuePair<string, object?>("model", "a\\b\"c\nd"));
        counter.Add(3, new KeyValuePair<string, object?>("model", "a\\b\"c\nd"));
        var histogram = _meter.CreateHistogram("a.time", "s", "", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        foreach (var value in new[] { 0.25, 0.5, 0.75, 1.5 }) histogram.Record(value, new KeyValuePair<string, object?>("b.c", 1));
        _meter.CreateGauge<double>("a.share").Record(double.NaN);
        _meter.CreateUpDownCounter<int>("a.open").Add(-2);
        var observed = 7.0;
        _meter.CreateObservableGauge("a.size", () => new Measurement<double>(observed, new KeyValuePair<string, object?>("v", observed)), "By");

        var text = _store.Read();
        observed = double.PositiveInfinity;
        var second = PrometheusParser.Parse(_store.Read());

        text.ShouldContain("# HELP a_requests_total Two\\nlines \\\\ and \"quotes\".\n# TYPE a_requests_total counter\na_requests_total{model=\"a\\\\b\\\"c\\nd\"} 5\n");
        var values = PrometheusParser.Parse(text);
        values["a_requests_total{model=\"a\\b\"c\nd\"}"].ShouldBe(5);
        values["a_time_seconds_bucket{b_c=\"1\",le=\"0.5\"}"].ShouldBe(2);
        values["a_time_seconds_bucket{b_c=\"1\",le=\"1\"}"].ShouldBe(3);
        values["a_time_seconds_bucket{b_c=\"1\",le=\"+Inf\"}"].ShouldBe(4);
        values["a_time_seconds_sum{b_c=\"1\"}"].ShouldBe(3);
        values["a_time_seconds_count{b_c=\"1\"}"].ShouldBe(4);
        values["a_share"].ShouldBe(double.NaN);
        values["a_open"].ShouldBe(-2);
        values["a_size_bytes{v=\"7\"}"].ShouldBe(7);

        // What is observed no more is gone.
        second.Where(v => v.Key.StartsWith("a_size", StringComparison.Ordinal)).ShouldBe([new("a_size_bytes{v=\"Infinity\"}", double.PositiveInfinity)]);
    }

    [Fact]
    public async Task Record_FromManyThreadsWhileRead_AddsUpLikeTheOracle()
    {
        const int threads = 4, steps = 20_000;
        var counter = _meter.CreateCounter<long>("n");
        var histogram = _meter.CreateHistogram("h", "", "", tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 3, 6] });
        var last = 0.0;
        using var started = new Barrier(threads + 1);
        var workers = Enumerable.Range(0, threads).Select(t => Task.Factory.StartNew(
            () =>
            {
                started.SignalAndWait();
                for (var i = 0; i < steps; i++)
                {
                    counter.Add(i % 3, new KeyValuePair<string, object?>("k", (i % 5).ToString(System.Globalization.CultureInfo.InvariantCulture)));
                    histogram.Record(i % 8);
                }
            },
            TaskCreationOptions.LongRunning)).ToArray();
        started.SignalAndWait();
        do
        {
            var values = PrometheusParser.Parse(_store.Read() + "# HELP end x\n");
            var count = values.GetValueOrDefault("h_count");
            count.ShouldBeGreaterThanOrEqualTo(last);
            if (count > 0) values["h_bucket{le=\"+Inf\"}"].ShouldBe(count);
            last = count;
        }
        while (!workers.All(w => w.IsCompleted));

        await Task.WhenAll(workers);
        var end = PrometheusParser.Parse(_store.Read());
        for (var k = 0; k < 5; k++) end[$"n_total{{k=\"{k}\"}}"].ShouldBe(threads * Enumerable.Range(0, steps).Where(i => i % 5 == k).Sum(i => i % 3));
        foreach (var bound in new[] { 1, 3, 6 }) end[$"h_bucket{{le=\"{bound}\"}}"].ShouldBe(threads * Enumerable.Range(0, steps).Count(i => i % 8 <= bound));
        end["h_sum"].ShouldBe(threads * Enumerable.Range(0, steps).Sum(i => i % 8));
    }

    [Fact]
    public void Record_MoreLabelsThanAreKept_StaysBoundedAndLosesNothing()
    {
        var counter = _meter.CreateCounter<long>("many");
        for (var i = 0; i < 3 * MetricFamily.MostSeries; i++) counter.Add(1, new KeyValuePair<string, object?>("k", i));

        var values = PrometheusParser.Parse(_store.Read());

        values.Count.ShouldBe(MetricFamily.MostSeries + 1);
        values.Values.Sum().ShouldBe(3 * MetricFamily.MostSeries);
        values["many_total{overflow=\"true\"}"].ShouldBe(2 * MetricFamily.MostSeries);
    }

    [Fact]
    public void Record_KnownLabels_AllocatesNothing()
    {
        var counter = _meter.CreateCounter<long>("n");
        var tag = new KeyValuePair<string, object?>("k", "v");
        for (var i = 0; i < 1000; i++) counter.Add(1, tag);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) counter.Add(1, tag);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Store_MetersOfAnotherServer_ArePassedOver()
    {
        using var other = new Meter(new MeterOptions("test.meter") { Scope = new object() });
        other.CreateCounter<long>("foreign").Add(1);
        using var none = new Meter("test.meter");
        none.CreateCounter<long>("of.all").Add(1);

        PrometheusParser.Parse(_store.Read()).Keys.ShouldBe(["of_all_total"]);
    }

    [Theory]
    [InlineData("a.b-c", "s", "Histogram", "a_b_c_seconds")]
    [InlineData("a.seconds", "s", "Gauge", "a_seconds")]
    [InlineData("1a", "{row}", "Counter", "_1a_total")]
    [InlineData("a.total", "By", "Counter", "a_total_bytes_total")]
    public void NameOf_Instrument_IsAllowed(string name, string unit, string kind, string expected) =>
        PrometheusText.NameOf(name, unit, Enum.Parse<MetricKind>(kind)).ShouldBe(expected);
}
