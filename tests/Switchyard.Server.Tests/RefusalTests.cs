using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>What refusals leave behind: on the connection, in the queue, with those who watch.</summary>
[Collection(ModelTests.Name)]
public sealed class RefusalTests(TrainedModel model)
{
    const string Path = "/v1/models/shop/rank";
    const string Body = """{"scenario": ["home", "DE"], "items": ["a"]}""";
    const string Health = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The server answers before it has read the body; what is left of it is no part of the next request.</summary>
    [Theory]
    [InlineData(1_000_000, false)]
    [InlineData(1_000_000, true)]
    [InlineData(0, false)]
    public async Task Post_FullQueueAndABody_NextRequestOfTheConnectionIsAnswered(int length, bool chunked)
    {
        using var held = new HeldQueue(new ScoringQueueOptions { Workers = 1, Capacity = 1, DeadlineMs = 60_000 });
        var heard = new Heard();
        await using var server = await RunningServer.StartAsync(model, network: true, services: s => held.Add(heard.Add(s)));
        var (scoring, waiting) = await Fill(held, server);
        using var client = await Connect(server);
        using var reader = new StreamReader(client.GetStream());
        var frame = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {length}";
        var body = chunked ? $"{length:x}\r\n{new string(' ', length)}\r\n0\r\n\r\n" : new string(' ', length);

        // Two refusals, the second right behind the first one's body, and then one that is answered.
        var sending = Send(client, string.Concat(Enumerable.Repeat($"{Head(frame)}{body}", 2)) + Health);
        var answers = await reader.ReadToEndAsync().WaitAsync(Patience);

        await sending;
        Statuses(answers).ShouldBe(["503 Service Unavailable", "503 Service Unavailable", "200 OK"]);
        answers.ShouldContain("\"overloaded\"");
        await Release(held, scoring, waiting);
        heard.Refused.ShouldBe(["overloaded", "overloaded"]);
        held.Queue.State.Busy.ShouldBe(2);
    }

    /// <summary>A client that waits to be told to send its body is told not to.</summary>
    [Fact]
    public async Task Post_FullQueueAndExpect_IsRefusedInsteadOfContinued()
    {
        using var held = new HeldQueue(new ScoringQueueOptions { Workers = 1, Capacity = 1, DeadlineMs = 60_000 });
        await using var server = await RunningServer.StartAsync(model, network: true, services: held.Add);
        var (scoring, waiting) = await Fill(held, server);
        using var client = await Connect(server);
        using var reader = new StreamReader(client.GetStream());

        await Send(client, Head($"Expect: 100-continue\r\nContent-Length: {Body.Length}"));

        (await reader.ReadLineAsync().WaitAsync(Patience)).ShouldBe("HTTP/1.1 503 Service Unavailable");
        await Release(held, scoring, waiting);

        // One that is not refused is told to go on.
        using var other = await Connect(server);
        using var answer = new StreamReader(other.GetStream());
        await Send(other, Head($"Expect: 100-continue\r\nContent-Length: {Body.Length}"));
        (await answer.ReadLineAsync().WaitAsync(Patience)).ShouldBe("HTTP/1.1 100 Continue");
        await answer.ReadLineAsync();
        await Send(other, Body);
        (await answer.ReadLineAsync().WaitAsync(Patience)).ShouldBe("HTTP/1.1 200 OK");
    }

    /// <summary>A request that was taken and has to make room for another is answered like one that was not taken: once, and by all who count.</summary>
    [Fact]
    public async Task Post_MakesRoomForAnother_IsRefusedAfterItsBody()
    {
        using var held = new HeldQueue(new ScoringQueueOptions { Workers = 1, Capacity = 1, DeadlineMs = 60_000 }, maxWaitMs: 1);
        var heard = new Heard();
        await using var server = await RunningServer.StartAsync(model, network: true, services: s => held.Add(heard.Add(s)));
        var scoring = Task.Run(() => server.PostAsync(Path, Body));
        await held.Until(s => s.Scoring == 1);

        // Each makes room for the one behind it, and the last is scored.
        const int many = 20;
        var old = new Task<HttpResponseMessage>[many];
        for (var i = 0; i < many; i++)
        {
            old[i] = Task.Run(() => server.PostAsync(Path, Body));
            await held.Until(s => s.Waiting == 1 && s.Busy == i);
            // Longer than it should wait.
            await Task.Delay(20);
        }

        for (var i = 0; i < many - 1; i++)
        {
            using var answer = await old[i].WaitAsync(Patience);
            (await ProblemTests.Problem(answer, HttpStatusCode.ServiceUnavailable))["type"]!.GetValue<string>().ShouldBe("overloaded");
            answer.Headers.RetryAfter.ShouldNotBeNull();
        }

        await Release(held, scoring, old[^1]);
        heard.Refused.ShouldBe(Enumerable.Repeat("overloaded", many - 1));
        // A client has its answer before they hear of it.
        for (var i = 0; i < 400 && heard.Served < 2; i++) await Task.Delay(25);
        heard.Served.ShouldBe(2);
        var metrics = PrometheusParser.Parse(await server.Client.GetStringAsync("/metrics"));
        metrics["switchyard_server_refused_total{type=\"overloaded\"}"].ShouldBe(many - 1);
        metrics["switchyard_serving_requests_total{outcome=\"busy\"}"].ShouldBe(many - 1);
        metrics["switchyard_serving_requests_total{outcome=\"scored\"}"].ShouldBe(2);

        // Nothing of them is left in the work that later requests get.
        for (var i = 0; i < 50; i++) (await server.PostAsync(Path, Body)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (held.Queue.State.Waiting, held.Queue.State.WaitingRows, held.Queue.State.Scoring).ShouldBe((0, 0, 0));
    }

    static async Task<(Task<HttpResponseMessage> Scoring, Task<HttpResponseMessage> Waiting)> Fill(HeldQueue held, RunningServer server)
    {
        // Held threads of the pool are not those that the test goes on with.
        var scoring = Task.Run(() => server.PostAsync(Path, Body));
        await held.Until(s => s.Scoring == 1);
        var waiting = Task.Run(() => server.PostAsync(Path, Body));
        await held.Until(s => s.Waiting == 1);
        return (scoring, waiting);
    }

    static async Task Release(HeldQueue held, params Task<HttpResponseMessage>[] taken)
    {
        held.Release();
        foreach (var answer in taken) (await answer.WaitAsync(Patience)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    static async Task<TcpClient> Connect(RunningServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(server.Server.Addresses[0]).Port);
        return client;
    }

    static async Task Send(TcpClient client, string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    static string Head(string headers) => $"POST {Path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{headers}\r\n\r\n";

    static IEnumerable<string> Statuses(string answers) => answers.Split("HTTP/1.1 ").Skip(1).Select(a => a[..a.IndexOf('\r', StringComparison.Ordinal)]);

    /// <summary>Hears of requests.</summary>
    sealed class Heard : IServerObserver
    {
        int _served;

        public ConcurrentQueue<string> Refused { get; } = new();

        public int Served => _served;

        public IServiceCollection Add(IServiceCollection services) => services.AddSingleton<IServerObserver>(this);

        void IServerObserver.Served(in ServedRequest request) => Interlocked.Increment(ref _served);

        void IServerObserver.Refused(HttpContext context, Problem problem) => Refused.Enqueue(problem.Type);
    }
}
