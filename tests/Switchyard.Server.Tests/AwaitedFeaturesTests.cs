using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Switchyard.Data;
using Switchyard.Features;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>A store whose server is not there when this one starts, and lookups that come together.</summary>
[Collection(ModelTests.Name)]
public sealed class AwaitedFeaturesTests(TrainedModel model) : IDisposable
{
    const string Variable = "SWITCHYARD_TEST_UNREACHABLE";
    const string Body = """{"scenario": {"country": "DE"}, "user": {"member_id": "m"}, "items": ["a"]}""";

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, null);

    [Fact]
    public async Task Start_ServerOfTheStoreIsDown_StartsAndIsNotReady()
    {
        await using var server = await RunningServer.StartAsync(model, Features("unavailable"));
        (await Type(await server.Client.GetAsync("/readyz"), HttpStatusCode.ServiceUnavailable)).ShouldBe("store-unavailable");
        (await server.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var refused = await server.PostAsync("/v1/models/shop/rank", Body);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await Type(refused, HttpStatusCode.ServiceUnavailable)).ShouldBe("store-unavailable");
    }

    [Fact]
    public async Task Start_ServerOfTheStoreIsDownAndValuesMayMiss_Answers()
    {
        await using var server = await RunningServer.StartAsync(model, Features("missing"));
        (await server.Client.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Body)))["scenario"]!.ToJsonString().ShouldBe("""[null,"DE"]""");
    }

    [Fact]
    public async Task Fill_OnceTheStoreIsReached_HasItsValues()
    {
        var attempts = 0;
        var reached = new TaskCompletionSource<IFeatureStore>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new FeatureStoreOptions { Connection = Variable, Entities = [new FeatureEntityOptions { Name = "member" }], RetryMs = 500 };
        var features = AwaitedFeatures.Open(
            options,
            _ => Interlocked.Increment(ref attempts) switch
            {
                1 => Task.FromException<IFeatureStore>(new FeatureStoreUnavailableException("down")),
                // Whatever happens, it is tried again.
                2 => Task.FromException<IFeatureStore>(new InvalidOperationException("not expected")),
                _ => reached.Task,
            },
            NullLogger.Instance,
            TimeProvider.System);
        await using var _ = (IAsyncDisposable)features;
        await using var server = await RunningServer.StartAsync(model, services: s => s.AddSingleton(features));
        (await Type(await server.PostAsync("/v1/models/shop/rank", Body), HttpStatusCode.ServiceUnavailable)).ShouldBe("store-unavailable");
        reached.SetResult(new Pages());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!features.IsReady) await Task.Delay(10, patience.Token);
        (await server.Client.GetAsync("/readyz", patience.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Body)))["scenario"]!.ToJsonString().ShouldBe("""["home","DE"]""");
        attempts.ShouldBe(3);
    }

    [Fact]
    public async Task Fill_ManyAtOnce_KeepsFewLookups()
    {
        await using var server = await RunningServer.StartAsync(model);
        using var lease = server.Server.Models.Lease("shop")!;
        var store = new Pages { Gate = new TaskCompletionSource() };
        await using var features = new StoreFeatures(store, NullLogger.Instance, TimeProvider.System);
        var fills = new List<Task>();
        for (var i = 0; i < 200; i++)
        {
            var request = new RankRequest();
            request.Begin(lease.Model, features.Columns(lease.Model));
            request.AddItem();
            request.Set(RankRequest.Shared, request.Columns.Find("member_id"u8), "m"u8);
            fills.Add(features.FillAsync(request, CancellationToken.None).AsTask());
        }

        store.Gate.SetResult();
        await Task.WhenAll(fills);
        features.Idle.ShouldBe(64);
    }

    static string Features(string failure)
    {
        // Nothing listens there.
        Environment.SetEnvironmentVariable(Variable, "Host=127.0.0.1;Port=1;Username=u;Password=p;Timeout=2");
        return $"features: {{connection: {Variable}, on_failure: {failure}, entities: [{{name: member, side: user, key: member_id}}]}}";
    }

    static async Task<string> Type(HttpResponseMessage response, HttpStatusCode status)
    {
        response.StatusCode.ShouldBe(status);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["type"]!.GetValue<string>();
    }

    /// <summary>Every member is on the home page.</summary>
    sealed class Pages : IFeatureStore
    {
        public TaskCompletionSource? Gate { get; set; }

        public ImmutableArray<FeatureEntity> Entities { get; } = [new FeatureEntity("member", 0, FieldSide.User, "member_id", "member", "member_id", ["page"])];

        public async ValueTask LookupAsync(FeatureRows rows, CancellationToken cancellation = default)
        {
            if (Gate is { } gate) await gate.Task;
            for (var i = 0; i < rows.Count; i++) rows.Set(i, FeatureRow.Of(["home"]));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
