using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>Models, routes, the API's description, and those who watch.</summary>
[Collection(ModelTests.Name)]
public sealed class ModelEndpointTests(TrainedModel model)
{
    const string Body = """{"scenario": ["home", "DE"], "items": ["a"]}""";

    const string Routes =
        """
        routes:
          - name: search
            levels: [page, country]
            scenarios: [{path: [home], model: nowhere}, {path: [home, DE], model: shop}, {path: [cart], model: shop}]
        """;

    [Fact]
    public async Task Get_Models_ListsAndDescribes()
    {
        await using var server = await RunningServer.StartAsync(model, Routes);

        var list = await RankTests.Answer(await server.Client.GetAsync("/v1/models"));
        list["models"]![0]!["name"]!.GetValue<string>().ShouldBe("shop");
        list["models"]![0]!["versions"]![0]!["status"]!.GetValue<string>().ShouldBe("serving");
        list["routes"]![0]!["scenarios"]![1]!["path"]!.ToJsonString().ShouldBe("""["home","DE"]""");

        var one = await RankTests.Answer(await server.Client.GetAsync("/v1/models/shop"));
        one["levels"]!.AsArray().Select(l => l!["column"]!.GetValue<string>()).ShouldBe(["page", "country"]);
        one["fields"]!.AsArray().Single(f => f!["name"]!.GetValue<string>() == "viewed")!["kind"]!.GetValue<string>().ShouldBe("sequence");
        one["fields"]!.AsArray().Single(f => f!["name"]!.GetValue<string>() == "viewed")!["side"]!.GetValue<string>().ShouldBe("user");
        one["tasks"]!.AsArray().Single(t => t!["name"]!.GetValue<string>() == "buy")!["given"]!.GetValue<string>().ShouldBe("click");
        one["fusion"]!["rules"]![0]!["formula"]!.GetValue<string>().ShouldBe("buy");
        one["metrics"].ShouldBeOfType<JsonObject>();
        one["version"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("""{"scenario": ["home", "DE"], "items": []}""", null)]
    [InlineData("""{"items": [], "scenario": {"country": "DE", "page": "cart"}}""", null)]
    [InlineData("""{"scenario": ["home", "FR"], "items": []}""", "model-unavailable")]
    [InlineData("""{"scenario": ["search", "DE"], "items": []}""", "unknown-scenario")]
    [InlineData("""{"items": []}""", "missing-scenario")]
    [InlineData("""{"scenario": 1, "items": []}""", "missing-scenario")]
    [InlineData("""{"scenario": ["home" """, "malformed-json")]
    public async Task Rank_Route_LongestPathDecides(string body, string? problem)
    {
        await using var server = await RunningServer.StartAsync(model, Routes);

        var response = await server.PostAsync("/v1/models/search/rank", body);

        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        if (problem is null) answer["model"]!.GetValue<string>().ShouldBe("shop");
        else answer["type"]!.GetValue<string>().ShouldBe(problem);
    }

    [Fact]
    public async Task Score_Route_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(model, Routes);

        (await ProblemTests.Problem(await server.PostAsync("/v1/models/search/score", """{"rows": []}"""), HttpStatusCode.NotFound))["detail"]!.GetValue<string>().ShouldContain("is a route");
    }

    [Fact]
    public async Task Get_OpenApi_DescribesEveryPathAndProblem()
    {
        await using var server = await RunningServer.StartAsync(model);

        var document = await RankTests.Answer(await server.Client.GetAsync("/openapi/v1.json"));

        var mapped = server.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => e.RoutePattern.RawText!).Where(p => !p.StartsWith("/openapi", StringComparison.Ordinal));
        document["paths"]!.AsObject().Select(p => p.Key).ShouldBe(mapped, ignoreOrder: true);
        var text = document.ToJsonString();
        foreach (var (type, _, _) in ProblemTypes.All) text.ShouldContain(type);
        document["paths"]!["/v1/models/{name}/rank"]!["post"]!["responses"]!.AsObject().Select(r => r.Key).ShouldBe(["200", "400", "401", "403", "404", "408", "413", "415", "500", "503"], ignoreOrder: true);
        document["components"]!["schemas"]!["RankRequest"]!["properties"]!.AsObject().Select(p => p.Key).ShouldBe(["scenario", "user", "context", "items", "top"], ignoreOrder: true);
    }

    [Fact]
    public async Task Ready_WhileNothingIsLoaded_IsNot()
    {
        var empty = model.Folder("no-models");
        await using var server = SwitchyardServer.Create(new ServeConfiguration(OptionsFile.Parse<ServeOptions>("models: {path: no-models}\nlisten: http://127.0.0.1:0", "serve.yaml"), Path.GetDirectoryName(empty)!));
        await server.StartAsync();
        await server.LoadedAsync();
        using var client = new HttpClient { BaseAddress = new Uri(server.Addresses[0]) };

        (await ProblemTests.Problem(await client.GetAsync("/readyz"), HttpStatusCode.ServiceUnavailable))["type"]!.GetValue<string>().ShouldBe("model-unavailable");
        (await client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Observers_EveryRequest_IsHeardOf()
    {
        var observer = new Observer();
        await using var server = await RunningServer.StartAsync(model, services: s => s.AddSingleton<IServerObserver>(observer).AddSingleton<IRequestFeatures>(new ShopFeatures()));

        await server.PostAsync("/v1/models/shop/rank", Body);
        await server.PostAsync("/v1/models/shop/rank", "{");

        observer.Heard.ShouldBe(["shop: 1 item at 9.5", "malformed-json"]);
    }

    sealed class ShopFeatures : IRequestFeatures
    {
        public ValueTask FillAsync(RankRequest request, CancellationToken cancellation)
        {
            for (var item = 0; item < request.Items; item++) request.Set(item, request.Model.Columns.Find("price"u8), "9.5"u8);
            return ValueTask.CompletedTask;
        }
    }

    sealed class Observer : IServerObserver
    {
        public List<string> Heard { get; } = [];

        public void Served(in ServedRequest request) =>
            Heard.Add($"{request.Model.Name}: {request.Request.Items} item at {System.Text.Encoding.UTF8.GetString(request.Request.Value(0, request.Model.Columns.Find("price"u8)))}");

        public void Refused(HttpContext context, Problem problem) => Heard.Add(problem.Type);
    }
}
