using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>Too much, too slow, gone away, told to stop.</summary>
[Collection(ModelTests.Name)]
public sealed class LimitTests(TrainedModel model)
{
    const string Path = "/v1/models/shop/rank";
    const string Body = """{"scenario": ["home", "DE"], "items": ["a"]}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_LargeBody_IsRefused(bool chunked)
    {
        await using var server = await RunningServer.StartAsync(model, "limits: {body_bytes: 2048}", network: true);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(Body + new string(' ', 100_000), Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = chunked;

        var problem = await ProblemTests.Problem(await server.Client.SendAsync(request), HttpStatusCode.RequestEntityTooLarge);

        problem["type"]!.GetValue<string>().ShouldBe("body-too-large");
        (await server.PostAsync(Path, Body)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Post_SlowBody_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(model, "limits: {seconds: 0.3}", network: true);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(server.Server.Addresses[0]).Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {Path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"));

        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync()).ShouldBe("HTTP/1.1 408 Request Timeout");
    }

    [Fact]
    public async Task Post_FullQueue_IsRefusedAtOnceWithRetryAfter()
    {
        using var held = new HeldQueue(new ScoringQueueOptions { Workers = 1, Capacity = 1, DeadlineMs = 60_000 });
        await using var server = await RunningServer.StartAsync(model, services: held.Add);
        var (scoring, waiting) = (Task.Run(() => server.PostAsync(Path, Body)), Task.FromResult(new HttpResponseMessage()));
        await held.Until(s => s.Scoring == 1);
        waiting = Task.Run(() => server.PostAsync(Path, Body));
        await held.Until(s => s.Waiting == 1);

        // What it says is not looked at any more.
        var refused = await server.PostAsync(Path, "no JSON");

        (await ProblemTests.Problem(refused, HttpStatusCode.ServiceUnavailable))["type"]!.GetValue<string>().ShouldBe("overloaded");
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        held.Release();
        (await scoring).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await waiting).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Post_ClientGone_LeavesTheQueue()
    {
        using var held = new HeldQueue(new ScoringQueueOptions { Workers = 1, Capacity = 4, DeadlineMs = 60_000 });
        var features = new TokenFeatures();
        await using var server = await RunningServer.StartAsync(model, "limits: {seconds: 600}", network: true, services: s => held.Add(s.AddSingleton<IRequestFeatures>(features)));
        var scoring = server.PostAsync(Path, Body);
        await held.Until(s => s.Scoring == 1);
        using var gone = new CancellationTokenSource();
        var waiting = server.Client.PostAsync(Path, new StringContent(Body, Encoding.UTF8, "application/json"), gone.Token);
        await held.Until(s => s.Waiting == 1);

        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        // The server hears of it later than the client.
        await held.Until(_ => features.Tokens.Any(t => t.IsCancellationRequested));
        held.Release();

        (await scoring).StatusCode.ShouldBe(HttpStatusCode.OK);
        await held.Until(s => s.Cancelled == 1);
        held.Queue.State.Scored.ShouldBe(1);
    }

    [Fact]
    public async Task Post_SlowFeatures_TimeOut()
    {
        using var log = new LogLines();
        await using var server = await RunningServer.StartAsync(model, "limits: {seconds: 2}", services: s => log.Add(s.AddSingleton<IRequestFeatures>(new SlowFeatures())));

        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => server.PostAsync(Path, Body))))
        {
            var problem = await ProblemTests.Problem(answer, HttpStatusCode.ServiceUnavailable);
            problem["type"]!.GetValue<string>().ShouldBe("timeout");
        }

        // The operator hears of it, and not once a request.
        log.Count("Error: requests fail with 503 timeout").ShouldBe(1);
    }

    [Fact]
    public async Task Stop_RequestsInFlight_AreAnswered()
    {
        using var held = new HeldQueue(new ScoringQueueOptions { Workers = 1, DeadlineMs = 60_000 });
        await using var server = await RunningServer.StartAsync(model, network: true, services: held.Add);
        Task<HttpResponseMessage>[] flying = [.. Enumerable.Range(0, 5).Select(_ => server.PostAsync(Path, Body))];
        await held.Until(s => s.Scoring + s.Waiting == 5);

        var stopping = server.Server.StopAsync();
        await Task.Delay(300);
        stopping.IsCompleted.ShouldBeFalse();
        held.Release();

        foreach (var answer in await Task.WhenAll(flying)) answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await stopping;
        await Should.ThrowAsync<HttpRequestException>(() => server.PostAsync(Path, Body));
    }

    [Fact]
    public async Task Run_ToldToStop_Ends()
    {
        using var stop = new CancellationTokenSource();
        await using var server = SwitchyardServer.Create(ServeConfiguration.OfBundle(model.Bundle, ["listen=http://127.0.0.1:0"]));
        var running = server.RunAsync(stop.Token);
        await stop.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Stop_WhileModelsLoad_DoesNotWaitForThem()
    {
        // A warm-up of hours.
        await using var server = SwitchyardServer.Create(ServeConfiguration.OfBundle(model.Bundle, ["listen=http://127.0.0.1:0", "models.warm_up_requests=100000", "models.warm_up_items=10000"]));
        await server.StartAsync();
        await Task.Delay(500);
        server.LoadedAsync().IsCompleted.ShouldBeFalse();

        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await server.LoadedAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Keeps what tells of the end of each request.</summary>
    sealed class TokenFeatures : IRequestFeatures
    {
        public ConcurrentQueue<CancellationToken> Tokens { get; } = new();

        public ValueTask FillAsync(RankRequest request, CancellationToken cancellation)
        {
            Tokens.Enqueue(cancellation);
            return ValueTask.CompletedTask;
        }
    }

    sealed class SlowFeatures : IRequestFeatures
    {
        public async ValueTask FillAsync(RankRequest request, CancellationToken cancellation) => await Task.Delay(Timeout.Infinite, cancellation);
    }
}
