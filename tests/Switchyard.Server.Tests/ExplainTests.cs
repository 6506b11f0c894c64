using System.Net;
using System.Text.Json.Nodes;
using Switchyard.Client;

namespace Switchyard.Server.Tests;

[Collection(ModelTests.Name)]
public sealed class ExplainTests(TrainedModel model) : IDisposable
{
    const string Body = """{"scenario": ["home", "DE"], "user": {"user_id": "u7"}, "items": ["a", {"id": "b", "fields": {"price": 12.5, "brand": "b1", "tags": ["t1", "t2"]}}, {"fields": {"stock": 4}}]}""";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Rank_Explained_HasTheSameAnswerAndReasons()
    {
        await using var server = await RunningServer.StartAsync(model);
        var plain = await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank?explain=false", Body));

        var explained = await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank?explain=true", Body));

        var reasons = explained["items"]!.AsArray().Select(i => i!["explanation"]!.DeepClone()).ToArray();
        foreach (var item in explained["items"]!.AsArray()) item!.AsObject().Remove("explanation");
        explained.ToJsonString().ShouldBe(plain.ToJsonString());
        var contributions = reasons[1]["contributions"]!.AsArray();
        contributions.Select(c => $"{c!["as"]} {c["column"]}").ShouldBe(
            ["field user_id", "field age", "field price", "field stock", "field tags", "field viewed", "field brand", "scenario page", "scenario country"], ignoreOrder: true);
        contributions.Select(c => Math.Abs(c!["fused"]!.GetValue<double>())).ShouldBeInOrder(SortDirection.Descending);
        contributions.ShouldAllBe(c => c!["scores"]!["click"] != null && c["logits"]!["buy"] != null);
        reasons[0]["gates"]!.AsArray().Select(g => g!["task"]!.GetValue<string>()).ShouldBe(["click", "buy"]);
        // Stock was not given: taking it away changes nothing.
        contributions.Single(c => c!["column"]!.GetValue<string>() == "stock")!["scores"]!["click"]!.GetValue<double>().ShouldBe(0);
        reasons[2]["contributions"]!.AsArray().Single(c => c!["column"]!.GetValue<string>() == "stock")!["scores"]!["click"]!.GetValue<double>().ShouldNotBe(0);
    }

    [Fact]
    public async Task Rank_ContributionOfAValue_IsTheDifferenceToTheRequestWithoutIt()
    {
        await using var server = await RunningServer.StartAsync(model);
        using var client = new SwitchyardClient(server.Client);

        var all = (await client.RankAsync("shop", Request(price: true, explain: true))).Items.Single();
        var without = (await client.RankAsync("shop", Request(price: false, explain: false))).Items.Single();

        without.Explanation.ShouldBeNull();
        var price = all.Explanation!.Contributions.Single(c => c.Column == "price");
        price.As.ShouldBe("field");
        price.Scores["click"].ShouldBe((double)all.Scores["click"] - without.Scores["click"]);
        price.Fused.ShouldBe((double)all.Fused - without.Fused);
        all.Explanation.Gates[0].Experts.Sum(e => e.Weight).ShouldBe(1, 1e-5);
        all.Explanation.Gates[0].Experts.ShouldAllBe(e => e.Role == "mixed");

        static Client.RankRequest Request(bool price, bool explain)
        {
            var item = new RankItem("a") { Fields = { ["brand"] = "b3" } };
            if (price) item.Fields["price"] = 99.5m;
            return new Client.RankRequest { Scenario = { ["page"] = "home", ["country"] = "DE" }, Items = { item }, Explain = explain };
        }
    }

    [Theory]
    [InlineData("mmoe")]
    [InlineData("aesm2")]
    public async Task Rank_ExplainedRowsOfThePart_HaveTheGatesThatInspectCounts(string name)
    {
        var run = RunConfiguration.Load(
            Path.Combine(Path.GetDirectoryName(model.Rows)!, "run.yaml"),
            [$"model={{name: {name}, experts: 3}}", $"output={_folder.FullName}", "split={train: [stock != 7, stock != 8], validation: stock == 7, test: stock == 8}"]);
        var bundle = Run.Train(run).Bundle;
        var use = Run.Inspect(bundle, null, new InspectOptions { Part = Data.Part.Test }, SilentReporter.Instance).Use;
        await using var server = await RunningServer.StartAsync(model, "limits: {explain_items: 100}", bundle: bundle);
        var gates = new List<JsonNode>();
        foreach (var row in TestRows())
        {
            var answer = await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank?explain=true", row));
            gates.AddRange(answer["items"]![0]!["explanation"]!["gates"]!.AsArray()!);
        }

        use.Layers.Length.ShouldBeGreaterThan(0);
        use.Rows.ShouldBe(44);
        gates.Select(g => Text(g, "layer")).Distinct().ShouldBe(use.Layers.Select(l => l.Name));
        foreach (var layer in use.Layers)
        {
            foreach (var gate in layer.Gates.Where(g => g.Column is null))
            {
                var own = gates.Where(g => Text(g, "layer") == layer.Name && (gate.Task is null || Text(g, "task") == gate.Task)).ToList();
                own.Count.ShouldBe((int)gate.Rows);
                for (var expert = 0; expert < layer.Experts; expert++)
                {
                    var used = own.SelectMany(g => g["experts"]!.AsArray()).Where(e => e!["expert"]!.GetValue<int>() == expert).ToList();
                    (used.Sum(e => (double)e!["weight"]!.GetValue<float>()) / own.Count).ShouldBe(gate.Weight[expert], 1e-6);
                    if (!layer.Selects) continue;
                    ((double)used.Count(e => Text(e!, "role") is "specific" or "both") / own.Count).ShouldBe(gate.Specific[expert], 1e-12);
                    ((double)used.Count(e => Text(e!, "role") is "shared" or "both") / own.Count).ShouldBe(gate.Shared[expert], 1e-12);
                }
            }
        }

        static string Text(JsonNode node, string property) => node[property]?.GetValue<string>() ?? "";
    }

    [Fact]
    public async Task Rank_TooManyItemsOrNoSuchAnswer_IsAProblem()
    {
        await using var server = await RunningServer.StartAsync(model, "limits: {explain_items: 2}");

        var many = await server.PostAsync("/v1/models/shop/rank?explain=true", Body);
        var maybe = await server.PostAsync("/v1/models/shop/rank?explain=maybe", Body);
        var rows = await server.PostAsync("/v1/models/shop/score?explain=true", """{"rows": []}""");

        many.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = JsonNode.Parse(await many.Content.ReadAsStringAsync())!;
        (problem["type"]!.GetValue<string>(), problem["pointer"]!.GetValue<string>()).ShouldBe(("too-many-items", "/items"));
        problem["detail"]!.GetValue<string>().ShouldBe("There are 3 items, and at most 2 are explained at a time; send fewer, or raise limits.explain_items.");
        var unexplained = JsonNode.Parse(await rows.Content.ReadAsStringAsync())!;
        (rows.StatusCode, unexplained["type"]!.GetValue<string>()).ShouldBe((HttpStatusCode.BadRequest, "wrong-value"));
        unexplained["detail"]!.GetValue<string>().ShouldStartWith("Only rank requests are explained");
        JsonNode.Parse(await maybe.Content.ReadAsStringAsync())!["type"]!.GetValue<string>().ShouldBe("wrong-value");
        (await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank?explain=true", """{"scenario": ["home", "DE"], "items": []}""")))["items"]!.AsArray().ShouldBeEmpty();
        (await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Body)))["items"]![0]!["explanation"].ShouldBeNull();
    }

    // All that the file has, as texts.
    IEnumerable<string> TestRows()
    {
        var lines = File.ReadAllLines(model.Rows);
        var header = lines[0].Split(',');
        foreach (var values in lines.Skip(1).Select(l => header.Zip(l.Split(',')).ToDictionary(c => c.First, c => c.Second)).Where(v => v["stock"] == "8"))
        {
            var fields = new JsonObject(values.Where(v => v.Key is not ("page" or "country" or "place" or "click" or "buy")).Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value)));
            yield return new JsonObject { ["scenario"] = new JsonArray(values["page"], values["country"]), ["items"] = new JsonArray(new JsonObject { ["fields"] = fields }) }.ToJsonString();
        }
    }
}
