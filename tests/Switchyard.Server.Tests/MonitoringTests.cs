using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Switchyard.Data;

namespace Switchyard.Server.Tests;

/// <summary>What a server tells of itself: metrics, spans, trace ids in the log, and what it sends.</summary>
[Collection(ModelTests.Name)]
public sealed class MonitoringTests(TrainedModel model)
{
    const string Secret = "secret-value-of-a-client";

    [Fact]
    public async Task Metrics_AfterRequests_CountThem()
    {
        await using var server = await RunningServer.StartAsync(model);
        for (var i = 0; i < 3; i++) await server.PostAsync("/v1/models/shop/rank", """{"scenario": ["home", "DE"], "items": ["a", "b"]}""");
        await server.PostAsync("/v1/models/shop/rank", $$"""{"scenario": ["{{Secret}}", "DE"], "user": {"user_id": "{{Secret}}"}, "items": ["{{Secret}}"]}""");
        await server.PostAsync("/v1/models/shop/score", """{"rows": [{"page": "home", "country": "DE"}, {"page": "cart", "country": "DE"}]}""");
        await server.PostAsync("/v1/models/shop/rank", "{");
        await server.Client.GetAsync("/nowhere");

        var response = await server.Client.GetAsync("/metrics");
        var text = await response.Content.ReadAsStringAsync();
        var values = PrometheusParser.Parse(text);

        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        values["switchyard_server_request_duration_seconds_count{model=\"shop\",scenario=\"home\"}"].ShouldBe(3);
        values["switchyard_server_rows_total{model=\"shop\",scenario=\"home\"}"].ShouldBe(6);
        values["switchyard_server_rows_total{model=\"shop\",scenario=\"(unknown)\"}"].ShouldBe(1);
        values["switchyard_server_rows_total{model=\"shop\",scenario=\"(mixed)\"}"].ShouldBe(2);
        values["switchyard_server_refused_total{type=\"malformed-json\"}"].ShouldBe(1);
        values["switchyard_server_refused_total{type=\"not-found\"}"].ShouldBe(1);
        values["switchyard_server_model_loads_total{model=\"shop\",outcome=\"serving\"}"].ShouldBe(1);
        var version = server.Server.Models.State("shop")!.Serving;
        values[$"switchyard_serving_model_version{{model=\"shop\",version=\"{version}\"}}"].ShouldBe(1);
        values["switchyard_serving_ready"].ShouldBe(1);
        values["switchyard_serving_requests_total{outcome=\"scored\"}"].ShouldBe(5);
        values["switchyard_serving_rows_total{model=\"shop\"}"].ShouldBe(9);
        values["switchyard_serving_batch_rows_sum"].ShouldBe(9);
        values["switchyard_serving_queue_wait_seconds_count"].ShouldBe(5);
        values["switchyard_serving_queue_waiting"].ShouldBe(0);

        // Nobody gave a brand: missing is unseen, as every training row had one.
        values["switchyard_serving_ids_total{field=\"brand\",model=\"shop\"}"].ShouldBe(9);
        values["switchyard_serving_ids_unknown_total{field=\"brand\",model=\"shop\"}"].ShouldBe(9);
        values["switchyard_serving_ids_unknown_share{field=\"brand\",model=\"shop\"}"].ShouldBe(1);
        text.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Metrics_OverANetwork_HaveTheConnections()
    {
        await using var server = await RunningServer.StartAsync(model, network: true);

        var values = PrometheusParser.Parse(await server.Client.GetStringAsync("/metrics"));

        values.Single(v => v.Key.StartsWith("kestrel_active_connections{", StringComparison.Ordinal)).Value.ShouldBe(1);
    }

    [Fact]
    public async Task Metrics_WithKeys_NeedsAny()
    {
        var key = KeyFile.Create(Path.Combine(model.Folder("serve"), "metrics-keys.json"), "scraper", KeyRole.Admin, TimeProvider.System);
        await using var server = await RunningServer.StartAsync(model, "keys: metrics-keys.json");

        (await server.Client.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = new("Bearer", key);
        (await server.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Trace_Request_ContinuesTheClientsWithoutValues()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c", refusedTrace = "0bf7651916cd43dd8448eb211c80319c";
        using var spans = new Spans();
        string version;
        await using (var server = await RunningServer.StartAsync(model, services: s => s.AddSingleton<IRequestFeatures>(new NoFeatures())))
        {
            version = server.Server.Models.State("shop")!.Serving!;
            using var request = Traced("/v1/models/shop/rank", trace, $$"""{"scenario": ["home", "DE"], "user": {"user_id": "{{Secret}}"}, "items": ["a", "b"]}""");
            (await server.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
            using var refused = Traced("/v1/models/nothing/rank", refusedTrace, "{}");
            (await server.Client.SendAsync(refused)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            await spans.UntilRootEnds(trace);
            await spans.UntilRootEnds(refusedTrace);
        }

        var mine = spans.Of(trace);
        var root = mine.Single(s => s.Source.Name == RequestTrace.HostName);
        root.ParentSpanId.ToString().ShouldBe("b7ad6b7169203331");
        root.DisplayName.ShouldBe("POST /v1/models/{name}/rank");
        root.GetTagItem("switchyard.model").ShouldBe("shop");
        root.GetTagItem("switchyard.version").ShouldBe(version);
        root.GetTagItem("switchyard.rows").ShouldBe(2);
        var parts = mine.Where(s => s.ParentSpanId == root.SpanId).ToArray();
        parts.Select(s => s.OperationName).ShouldBe(["lookup", "queue", "scoring"]);
        parts.ShouldAllBe(s => s.Duration > TimeSpan.Zero && s.Duration <= root.Duration + TimeSpan.FromMilliseconds(50));
        mine.ShouldAllBe(s => s.TagObjects.All(t => !$"{t.Value}".Contains(Secret, StringComparison.Ordinal)));
        mine.ShouldAllBe(s => s.GetTagItem("error.type") == null);
        spans.Of(refusedTrace).Single(s => s.GetTagItem("error.type") is not null).GetTagItem("error.type").ShouldBe("unknown-model");
    }

    [Fact]
    public async Task Log_LineOfARequest_HasItsTraceId()
    {
        var log = new ScopeLog();
        await using var server = await RunningServer.StartAsync(model, services: s => s.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug)));
        using var request = Traced("/v1/models/nothing/rank", "1af7651916cd43dd8448eb211c80319c", "{}");

        await server.Client.SendAsync(request);

        log.Lines.ShouldContain(l => l.Contains("refused with 404: unknown-model") && l.Contains("TraceId:1af7651916cd43dd8448eb211c80319c"));
    }

    [Fact]
    public async Task Otlp_WithAnEndpoint_MetricsAndSpansArrive()
    {
        using var receiver = new HttpListener();
        var port = FreePort();
        receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
        receiver.Start();
        var bodies = new ConcurrentDictionary<string, string>();
        var receiving = Task.Run(async () =>
        {
            while (receiver.IsListening)
            {
                var context = await receiver.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                // What is measured may come in several parts.
                var part = $"{context.Request.ContentType} {Encoding.Latin1.GetString(body.ToArray())}";
                bodies.AddOrUpdate(context.Request.Url!.AbsolutePath, part, (_, before) => before + part);
                context.Response.Close();
            }
        });
        const string trace = "2af7651916cd43dd8448eb211c80319c";
        await using (var server = await RunningServer.StartAsync(model, environment: new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_SERVICE_NAME"] = "ranking-of-tests",
        }))
        {
            // After the sender of spans, which thus hears first.
            using var spans = new Spans();
            using var request = Traced("/v1/models/shop/rank", trace, """{"scenario": ["home", "DE"], "items": ["a"]}""");
            (await server.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
            await spans.UntilRootEnds(trace);
        }

        // Closing the server has sent the rest.
        bodies.Keys.ShouldBe(["/v1/metrics", "/v1/traces"], ignoreOrder: true);
        bodies["/v1/metrics"].ShouldStartWith("application/x-protobuf");
        foreach (var text in new[] { "ranking-of-tests", "switchyard.server.request.duration", "switchyard.serving.queue.wait" }) bodies["/v1/metrics"].ShouldContain(text);
        foreach (var text in new[] { "ranking-of-tests", "switchyard.rows", "scoring" }) bodies["/v1/traces"].ShouldContain(text);
        receiver.Stop();
        await receiving.ShouldThrowAsync<Exception>();
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317", "'collector:4317' is no address")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=nonsense", "'nonsense' is no address")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1 OTEL_EXPORTER_OTLP_PROTOCOL=http", "'http' is none of grpc, http/protobuf")]
    public void Otlp_WrongVariable_IsRefused(string variables, string problem) =>
        Should.Throw<InputException>(() => Telemetry.Start(Environment(variables), NullLogger.Instance, TimeProvider.System)).Message.ShouldContain(problem);

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Otlp_NobodyReceives_IsLogged(string protocol)
    {
        using var log = new LogLines();
        await using (var server = await RunningServer.StartAsync(
            model,
            services: log.Add,
            environment: new Dictionary<string, string?> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{FreePort()}", ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol, ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "2000" }))
            await server.PostAsync("/v1/models/shop/rank", """{"scenario": ["home", "DE"], "items": ["a"]}""");

        // Closing the server has tried to send.
        log.Any("metrics or traces cannot be sent (OTEL_EXPORTER_OTLP_ENDPOINT): ").ShouldBeTrue();
    }

    [Theory]
    [InlineData("OTEL_SERVICE_NAME=x")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=")]
    [InlineData("OTEL_SDK_DISABLED=true OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1")]
    [InlineData("OTEL_METRICS_EXPORTER=none OTEL_TRACES_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1")]
    public void Otlp_NotConfigured_NothingIsSent(string variables) => Telemetry.Start(Environment(variables), NullLogger.Instance, TimeProvider.System).ShouldBeNull();

    static IConfigurationRoot Environment(string variables) =>
        new ConfigurationBuilder().AddInMemoryCollection(variables.Split(' ').Select(v => v.Split('=')).ToDictionary(v => v[0], v => (string?)v[1])).Build();

    static HttpRequestMessage Traced(string path, string trace, string json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        return request;
    }

    static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    /// <summary>Spans that ended.</summary>
    sealed class Spans : IDisposable
    {
        readonly ConcurrentQueue<Activity> _ended = new();
        readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name is RequestTrace.SourceName or RequestTrace.HostName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public Activity[] Of(string trace) => [.. _ended.Where(s => s.TraceId.ToString() == trace)];

        // A client has its answer before the span of the request ends.
        public async Task UntilRootEnds(string trace)
        {
            for (var i = 0; i < 400 && !HasRoot(trace); i++) await Task.Delay(25);
            HasRoot(trace).ShouldBeTrue();
        }

        public void Dispose() => _listener.Dispose();

        bool HasRoot(string trace) => Of(trace).Any(s => s.Source.Name == RequestTrace.HostName);
    }

    sealed class NoFeatures : IRequestFeatures
    {
        public ValueTask FillAsync(Serving.RankRequest request, CancellationToken cancellation) => ValueTask.CompletedTask;
    }

    /// <summary>Keeps lines with their scopes.</summary>
    sealed class ScopeLog : ILoggerProvider, ISupportExternalScope, ILogger
    {
        IExternalScopeProvider? _scopes;

        public ConcurrentQueue<string> Lines { get; } = new();

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = new StringBuilder(formatter(state, exception));
            _scopes?.ForEachScope((scope, into) => into.Append(' ').Append(scope), line);
            Lines.Enqueue(line.ToString());
        }

        public void Dispose() => Lines.Enqueue("end");
    }
}
