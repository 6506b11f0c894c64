using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>What clients can make the server hold: bodies, answers, buffers.</summary>
[Collection(ModelTests.Name)]
public sealed class MemoryTests(TrainedModel model)
{
    const string Path = "/v1/models/shop/rank";
    const string Body = """{"scenario": ["home", "DE"], "items": ["a"]}""";

    [Fact]
    public async Task Read_AnnouncedLength_TakesNoMemoryAhead()
    {
        const int announced = 512 << 20;
        var pipe = new Pipe();
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new PipeBody(pipe.Reader));
        (context.Request.ContentType, context.Request.ContentLength) = ("application/json", announced);
        await pipe.Writer.WriteAsync("{"u8.ToArray());
        var body = new RequestBody(new BodyBudget(announced));

        var reading = body.ReadAsync(context.Request, announced, CancellationToken.None);

        body.Footprint.ShouldBeLessThanOrEqualTo(1 << 16);
        await pipe.Writer.WriteAsync("}"u8.ToArray());
        await pipe.Writer.CompleteAsync();
        await reading;
        Encoding.UTF8.GetString(body.Bytes).ShouldBe("{}");
    }

    [Fact]
    public async Task Post_BodiesBeyondTheirBudget_AreRefusedUntilItIsGivenBack()
    {
        await using var server = await RunningServer.StartAsync(model, "limits: {body_bytes: 1000000, bodies_megabytes: 1}", network: true);
        var large = Body + new string(' ', 300_000);
        HttpResponseMessage? refused = null;
        for (var attempt = 1; attempt <= 20 && refused?.StatusCode != HttpStatusCode.ServiceUnavailable; attempt++)
        {
            // Has the budget once its bytes have arrived; until then, the other may take it, and this one is refused.
            using var slow = await Connect(server);
            await Send(slow, $"{Head(Path, 1_000_000)}{new string(' ', 900_000)}");
            await Task.Delay(50 * attempt);
            refused = await server.PostAsync(Path, large);
            (await server.PostAsync(Path, Body)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await ProblemTests.Problem(refused!, HttpStatusCode.ServiceUnavailable))["type"]!.GetValue<string>().ShouldBe("overloaded");
        await Until(async () => (await server.PostAsync(Path, large)).StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public void Limits_BudgetBelowABody_IsRefused() =>
        Should.Throw<InputException>(() => OptionsFile.Parse<ServeOptions>("models: {path: .}\nlimits: {body_bytes: 2000000, bodies_megabytes: 1}", "serve.yaml")).Message.ShouldContain("bodies_megabytes");

    [Fact]
    public async Task Post_UnknownModel_IsAnsweredBeforeTheBody()
    {
        await using var server = await RunningServer.StartAsync(model, network: true);
        using var client = await Connect(server);

        await Send(client, Head("/v1/models/nothing/rank", 100));

        using var reader = new StreamReader(client.GetStream());
        (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(5))).ShouldBe("HTTP/1.1 404 Not Found");
    }

    [Fact]
    public async Task Post_QueueFullWhenTheBodyIsThere_IsNotLookedUp()
    {
        using var held = new HeldQueue(new ScoringQueueOptions { Workers = 1, Capacity = 1, DeadlineMs = 60_000 });
        var features = new CountedFeatures();
        await using var server = await RunningServer.StartAsync(model, "limits: {seconds: 60}", network: true, services: s => held.Add(s.AddSingleton<IRequestFeatures>(features)));
        using var client = await Connect(server);
        using var reader = new StreamReader(client.GetStream());
        await Send(client, Head(Path, Body.Length, "Expect: 100-continue\r\n"));
        // Said when the server begins to read the body: the queue had room before.
        (await reader.ReadLineAsync()).ShouldBe("HTTP/1.1 100 Continue");
        (await reader.ReadLineAsync()).ShouldBe("");
        await Send(client, Body[..^1]);
        var scoring = server.PostAsync(Path, Body);
        await held.Until(s => s.Scoring == 1);
        var waiting = server.PostAsync(Path, Body);
        await held.Until(s => s.Waiting == 1);

        await Send(client, Body[^1..]);

        (await reader.ReadLineAsync()).ShouldBe("HTTP/1.1 503 Service Unavailable");
        features.Lookups.ShouldBe(2);
        held.Release();
        await Task.WhenAll(scoring, waiting);
    }

    [Fact]
    public async Task Post_AnswerIsNotTaken_VersionIsLetGoAndTheConnectionClosed()
    {
        await using var server = await RunningServer.StartAsync(model, "limits: {seconds: 7}", network: true);
        ServedModel version;
        using (var lease = server.Server.Models.Lease("shop")!) version = lease.Model;
        // Its answer has every id twice: more than the buffers between server and client hold.
        var id = new string('x', 60_000);
        var body = $$"""{"scenario": ["home", "DE"], "items": [{{string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"{i}{id}\""))}}]}""";
        using var client = await Connect(server, receiveBytes: 8192);
        await Send(client, Head(Path, body.Length) + body);
        await Until(() => Task.FromResult(server.Server.Queue.State.Scored == 1));

        server.Server.Models.Dispose();

        await Until(() => Task.FromResult(version.IsReleased), seconds: 2);
        await Task.Delay(8000);
        (await TakeAll(client.GetStream())).ShouldBeLessThan((2 * body.Length) - 2000);
    }

    [Fact]
    public void Return_LargeWork_IsKeptWithinABound()
    {
        var works = new ScoringWorks(new LimitOptions { BodyBytes = 1 << 20 });
        ScoringWork[] burst = [.. Enumerable.Range(0, 200).Select(_ => works.Rent())];
        foreach (var work in burst)
        {
            work.Begin(CancellationToken.None);
            work.Response.Begin().WriteStringValue(new string('x', 250_000));
            work.Response.Begin();
        }

        foreach (var work in burst) works.Return(work);

        works.IdleBytes.ShouldBeInRange(1 << 20, 64 << 20);
        for (var i = 0; i < 300; i++) works.Rent();
        works.IdleBytes.ShouldBe(0);
    }

    // Each within its limits, and each as much work as they allow.
    [Fact]
    public async Task Post_HugeValidLists_LeaveNoMemoryBehind()
    {
        await using var server = await RunningServer.StartAsync(model, "queue: {max_wait_ms: 60000, deadline_ms: 60000}\nlimits: {seconds: 60}", network: true);
        (await server.PostAsync(Path, Body)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        string[] lists = [.. ((string[])["tags", "viewed"]).Select(c => $$"""{"scenario": ["home", "DE"], "user": {"{{c}}": [{{string.Join(',', Enumerable.Repeat("\"t1\"", 40_000))}}]}, "items": [{{string.Join(',', Enumerable.Range(0, 200))}}]}""")];

        for (var i = 0; i < 4; i++)
        {
            foreach (var list in lists) (await server.PostAsync(Path, list)).StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.BadRequest);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(48 << 20);
        (await server.PostAsync(Path, Body)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Post_WrongKeysOfAllLengths_AreRefusedAndTheRightOneServed()
    {
        var file = System.IO.Path.Combine(model.Folder("keys"), $"{Guid.NewGuid():N}.json");
        var key = KeyFile.Create(file, "shop", KeyRole.Rank, TimeProvider.System);
        await using var server = await RunningServer.StartAsync(model, $"keys: {file}", network: true);
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var wrong = new string([.. Enumerable.Range(0, 1 + (i * i % 4000)).Select(_ => (char)random.Next('!', '~'))]);
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
            request.Headers.TryAddWithoutValidation(i % 2 == 0 ? "X-Api-Key" : "Authorization", i % 2 == 0 ? wrong : $"Bearer {wrong}").ShouldBeTrue();

            using var response = await server.Client.SendAsync(request);

            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        (await server.PostAsync(Path, Body, key)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    static async Task<TcpClient> Connect(RunningServer server, int receiveBytes = 1 << 16)
    {
        var client = new TcpClient { ReceiveBufferSize = receiveBytes };
        await client.ConnectAsync(IPAddress.Loopback, new Uri(server.Server.Addresses[0]).Port);
        return client;
    }

    static ValueTask Send(TcpClient client, string text) => client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));

    static string Head(string path, int length, string more = "") => $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n";

    static async Task<long> TakeAll(NetworkStream stream)
    {
        var (total, buffer) = (0L, new byte[1 << 16]);
        try
        {
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(2)) is > 0 and var read) total += read;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // Reset, or still open with nothing more to come.
        }

        return total;
    }

    static async Task Until(Func<Task<bool>> isSo, int seconds = 10)
    {
        for (var i = 0; i < seconds * 20 && !await isSo(); i++) await Task.Delay(50);
        (await isSo()).ShouldBeTrue();
    }

    sealed class PipeBody(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }

    sealed class CountedFeatures : IRequestFeatures
    {
        int _lookups;

        public int Lookups => _lookups;

        public ValueTask FillAsync(RankRequest request, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _lookups);
            return ValueTask.CompletedTask;
        }
    }
}
