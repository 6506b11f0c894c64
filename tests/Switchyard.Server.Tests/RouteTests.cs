using System.Text.Json.Nodes;

namespace Switchyard.Server.Tests;

/// <summary>Routes: a node of the scenario tree stands for all below it.</summary>
[Collection(ModelTests.Name)]
public sealed class RouteTests(TrainedModel model)
{
    // The order of the rules is not that of their length.
    const string Rules = "levels: [page, country, city], scenarios: [{path: [home], model: home}, {path: [home, DE, 1], model: one}, {path: [home, DE], model: de}]";

    [Theory]
    [InlineData("""["home", "DE", "1"]""", "one")]
    [InlineData("""["home", "DE", 1]""", "one")]
    [InlineData("""["home", "DE", "2"]""", "de")]
    [InlineData("""["home", "DE", null]""", "de")]
    [InlineData("""["home", "nowhere", "1"]""", "home")]
    [InlineData("""["home", null, "1"]""", "home")]
    [InlineData("""["home"]""", "home")]
    [InlineData("""{"city": "1", "country": "DE", "page": "home"}""", "one")]
    [InlineData("""{"country": "DE", "page": "home", "other": [1, {}]}""", "de")]
    [InlineData("""["Home", "DE", "1"]""", "rest")]
    [InlineData("""[null, "DE", "1"]""", "rest")]
    [InlineData("""[]""", "rest")]
    public void Choose_Scenario_MostSpecificNodeAboveItDecides(string scenario, string expected)
    {
        Choose($"{Rules}, default: rest", scenario).ShouldBe(expected);
        if (expected == "rest") Should.Throw<ProblemException>(() => Choose(Rules, scenario)).Problem.Type.ShouldBe("unknown-scenario");
        else Choose(Rules, scenario).ShouldBe(expected);
    }

    [Fact]
    public async Task Start_RoutesThatCannotWork_AreNamedInTheLog()
    {
        using var log = new LogLines();
        await using var server = await RunningServer.StartAsync(
            model,
            """
            routes:
              - {name: good, levels: [page, country], scenarios: [{path: [home], model: shop}, {path: [cart, DE], model: shop}]}
              - {name: short, levels: [page], scenarios: [], default: shop}
              - {name: gone, levels: [page], scenarios: [{path: [home], model: shpo}], default: shop}
              - {name: turned, levels: [country, page], scenarios: [{path: [DE], model: shop}]}
              - {name: typo, levels: [page, country], scenarios: [{path: [home, De], model: shop}]}
            """,
            services: log.Add);

        string[] expected =
        [
            "Error: route 'gone' leads to model 'shpo', which is not in the folder of models. Did you mean 'shop'?",
            "Error: route 'turned' has levels country, page, and model 'shop' page, country: those of the route must be the model's first",
            "Error: route 'typo', path [home, De]: model 'shop' has not seen country 'De' in training. Did you mean 'DE'?",
        ];
        foreach (var line in expected) log.Count(line).ShouldBe(1, line);
        log.Count("Error: route").ShouldBe(expected.Length);
        var answer = JsonNode.Parse(await (await server.PostAsync("/v1/models/gone/rank", """{"scenario": ["home", "DE"], "items": []}""")).Content.ReadAsStringAsync())!;
        answer["type"]!.GetValue<string>().ShouldBe("model-unavailable");
        answer["detail"]!.GetValue<string>().ShouldStartWith("Route 'gone' leads to model 'shpo', which this server does not have");
    }

    [Fact]
    public async Task Start_FolderWithoutModels_SaysWhatIsLookedFor()
    {
        using var log = new LogLines();
        await using var server = await RunningServer.StartAsync(model, bundle: model.Folder("without-models"), services: log.Add);

        log.Any("Warning: there is no model in ").ShouldBeTrue();
    }

    static string Choose(string rules, string scenario)
    {
        var route = OptionsFile.Parse<ServeOptions>($"models: {{path: .}}\nroutes: [{{name: search, {rules}}}]", "serve.yaml").Routes;
        return new RouteTable(route, new LimitOptions()).Choose("search", System.Text.Encoding.UTF8.GetBytes($"{{\"items\": [], \"scenario\": {scenario}}}"));
    }
}
