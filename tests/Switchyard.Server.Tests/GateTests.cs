using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>What is logged, what becomes of a failure, and who may administer.</summary>
[Collection(ModelTests.Name)]
public sealed class GateTests(TrainedModel model)
{
    const string Secret = "secret-value";
    const string Body = $$"""{"scenario": ["home", "DE"], "items": [{"fields": {"price": "{{Secret}}"} }], "user": {"user_id": "{{Secret}}"} }""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refused_Log_HasValuesOnlyWhereAskedFor(bool details)
    {
        using var log = new LogLines();
        await using var server = await RunningServer.StartAsync(model, $"log_details: {(details ? "true" : "false")}", services: s => s.AddSingleton<ILoggerProvider>(log).AddLogging(l => l.SetMinimumLevel(LogLevel.Trace)));

        (await ProblemTests.Problem(await server.PostAsync("/v1/models/shop/rank", Body), HttpStatusCode.BadRequest))["detail"]!.GetValue<string>().ShouldContain(Secret);

        log.Any("not-a-number").ShouldBeTrue();
        log.Any(Secret).ShouldBe(details);
    }

    [Fact]
    public async Task Failed_Endpoint_IsAProblemWithoutATrace()
    {
        using var log = new LogLines();
        await using var server = await RunningServer.StartAsync(model, services: s => s.AddSingleton<ILoggerProvider>(log).AddSingleton<IRequestFeatures>(new Failing()));

        var problem = await ProblemTests.Problem(await server.PostAsync("/v1/models/shop/rank", Body), HttpStatusCode.InternalServerError);

        problem["type"]!.GetValue<string>().ShouldBe("internal-error");
        problem.ToJsonString().ShouldNotContain(Secret);
        log.Any(nameof(Failing)).ShouldBeTrue();
        log.Any(Secret).ShouldBeFalse();
    }

    [Fact]
    public async Task Failed_Observer_HarmsNeitherTheAnswerNorTheOthers()
    {
        using var log = new LogLines();
        var others = new CountingObserver();
        await using var server = await RunningServer.StartAsync(model, services: s => s.AddSingleton<ILoggerProvider>(log).AddSingleton<IServerObserver>(new FailingObserver()).AddSingleton<IServerObserver>(others));

        for (var i = 0; i < 3; i++) (await server.PostAsync("/v1/models/shop/rank", """{"scenario": ["home", "DE"], "items": ["a"]}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var problem = await ProblemTests.Problem(await server.PostAsync("/v1/models/shop/rank", "{"), HttpStatusCode.BadRequest);

        problem["type"]!.GetValue<string>().ShouldBe("malformed-json");
        (others.Served, others.Refused).ShouldBe((3, 1));
        log.Count(nameof(FailingObserver)).ShouldBeInRange(1, 3);
        log.Any(Secret).ShouldBeFalse();
    }

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("::1", 200)]
    [InlineData("192.168.1.7", 403)]
    public async Task Reload_WithoutKeys_IsForTheMachineItself(string address, int status)
    {
        await using var server = await RunningServer.StartAsync(model);
        var host = (TestServer)server.Server.Services.GetRequiredService<IServer>();

        var answered = await host.SendAsync(context =>
        {
            context.Request.Method = "POST";
            context.Request.Path = "/v1/admin/reload";
            context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        });

        answered.Response.StatusCode.ShouldBe(status);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-forwarded-proto")]
    [InlineData("Forwarded")]
    [InlineData("Origin")]
    public async Task Reload_WithoutKeysForSomebodyElse_IsRefused(string header)
    {
        await using var server = await RunningServer.StartAsync(model);
        server.Client.DefaultRequestHeaders.Add(header, "192.168.1.7");

        var problem = await ProblemTests.Problem(await server.PostAsync("/v1/admin/reload", ""), HttpStatusCode.Forbidden);

        problem["type"]!.GetValue<string>().ShouldBe("local-only");
    }

    [Fact]
    public async Task Join_AskedForWhileOneRuns_ShareTheNext()
    {
        var started = new List<TaskCompletionSource>();
        var joined = new JoinedTask(() =>
        {
            started.Add(new TaskCompletionSource());
            return started[^1].Task;
        });
        var first = joined.RunAsync();
        Task[] others = [joined.RunAsync(), joined.RunAsync(), joined.RunAsync()];
        started.Count.ShouldBe(1);

        started[0].SetException(new IOException("the first fails"));

        await Should.ThrowAsync<IOException>(first);
        for (var i = 0; i < 100 && started.Count < 2; i++) await Task.Delay(20);
        others.ShouldAllBe(o => !o.IsCompleted);
        started[1].SetResult();
        await Task.WhenAll(others);
        started.Count.ShouldBe(2);
        var last = joined.RunAsync();
        started.Count.ShouldBe(3);
        started[2].SetResult();
        await last;
    }

    sealed class FailingObserver : IServerObserver
    {
        public void Served(in ServedRequest request) => throw new FormatException(Secret);

        public void Refused(HttpContext context, Problem problem) => throw new FormatException(Secret);
    }

    sealed class CountingObserver : IServerObserver
    {
        int _served;
        int _refused;

        public int Served => _served;

        public int Refused => _refused;

        void IServerObserver.Served(in ServedRequest request) => Interlocked.Increment(ref _served);

        void IServerObserver.Refused(HttpContext context, Problem problem) => Interlocked.Increment(ref _refused);
    }

    sealed class Failing : IRequestFeatures
    {
        public ValueTask FillAsync(RankRequest request, CancellationToken cancellation) => throw new FormatException(Secret);
    }
}
