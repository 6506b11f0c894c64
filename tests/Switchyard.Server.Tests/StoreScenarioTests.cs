using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Features;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>Requests whose scenario and fields all come from the store, by keys that the model knows nothing of.</summary>
[Collection(ModelTests.Name)]
public sealed class StoreScenarioTests(TrainedModel model) : IDisposable
{
    const int Rows = 12;

    const string Store =
        "features: {path: ids.db, timeout_ms: 5000, entities: [{name: item, key: item_id}, {name: member, side: user, key: member_id}]}";

    readonly string _folder = model.Folder("serve");

    public void Dispose()
    {
        foreach (var file in Directory.GetFiles(_folder, "ids.db*")) File.Delete(file);
    }

    [Fact]
    public async Task Rank_IdsAlone_HasTheBitsOfPredict()
    {
        Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var expected = Predict();
        for (var r = 0; r < Rows; r++)
        {
            var answer = await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Body($"m{r}", $"i{r}")));
            Click(answer["items"]![0]!).ShouldBe(expected[r]);
            answer["scenario"]!.AsArray().Select(v => v!.GetValue<string>()).ShouldBe(Fields(r)[..2]);
        }
    }

    [Fact]
    public async Task Score_IdsAlone_HasTheBitsOfPredict()
    {
        Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var rows = new JsonArray([.. Enumerable.Range(0, Rows).Select(r => new JsonObject { ["member_id"] = $"m{r}", ["item_id"] = $"i{r}" })]);
        var answer = await RankTests.Answer(await server.PostAsync("/v1/models/shop/score", new JsonObject { ["rows"] = rows }.ToJsonString()));
        Enumerable.Range(0, Rows).Select(r => Bits(answer["scores"]![r]!["click"]!)).ShouldBe(Predict().Take(Rows));
    }

    [Fact]
    public async Task Rank_LevelOfTheRequest_WinsOverTheStores()
    {
        Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var answer = await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", """{"scenario": {"country": "FR"}, "user": {"member_id": "m0"}, "items": ["i0"]}"""));
        answer["scenario"]!.ToJsonString().ShouldBe("""["home","FR"]""");
    }

    [Fact]
    public async Task Rank_KeyThatTheStoreDoesNotKnow_HasAnUnknownScenario()
    {
        Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        (await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Body("nobody", "i0"))))["scenario"]!.ToJsonString().ShouldBe("[null,null]");
    }

    [Theory]
    [InlineData("rank", """{"items": ["i0"]}""", "/scenario")]
    [InlineData("score", """{"rows": [{"member_id": "m0", "item_id": "i0"}, {"item_id": "i0"}]}""", "/rows/1/page")]
    public async Task Ask_NobodyGivesTheScenario_IsMissing(string path, string body, string pointer)
    {
        Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var problem = await Problem(await server.PostAsync($"/v1/models/shop/{path}", body), HttpStatusCode.BadRequest);
        (problem["type"]!.GetValue<string>(), problem["pointer"]!.GetValue<string>()).ShouldBe(("missing-scenario", pointer));
    }

    [Fact]
    public async Task Rank_ColumnOfNeither_IsUnknown()
    {
        Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var problem = await Problem(await server.PostAsync("/v1/models/shop/rank", """{"user": {"membr_id": "m0"}, "items": ["i0"]}"""), HttpStatusCode.BadRequest);
        problem["detail"]!.GetValue<string>().ShouldEndWith("Did you mean 'member_id'?");
    }

    [Theory]
    [InlineData("m0", "broken", "Column 'price' of item 0: the feature store's value cannot be used")]
    [InlineData("broken", "i0", "Column 'age': the feature store's value cannot be used")]
    public async Task Rank_ValueOfTheStoreThatIsNoNumber_IsTheServersProblem(string member, string item, string detail)
    {
        Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var problem = await Problem(await server.PostAsync("/v1/models/shop/rank", Body(member, item)), HttpStatusCode.InternalServerError);
        problem["type"]!.GetValue<string>().ShouldBe("store-value");
        problem["detail"]!.GetValue<string>().ShouldStartWith(detail);
        (problem["detail"]!.GetValue<string>().Contains("secret", StringComparison.Ordinal), problem["pointer"]).ShouldBe((false, null));
    }

    [Fact]
    public async Task Rank_ScenarioOfTheStoreThatIsRefused_PointsNowhere()
    {
        Load();
        await using var server = await RunningServer.StartAsync(model, Store, unknownScenario: "refuse");
        var problem = await Problem(await server.PostAsync("/v1/models/shop/rank", Body("nobody", "i0")), HttpStatusCode.BadRequest);
        (problem["type"]!.GetValue<string>(), problem["pointer"]).ShouldBe(("unknown-scenario", null));
        problem["detail"]!.GetValue<string>().ShouldContain("the feature store gives a scenario");
    }

    [Fact]
    public async Task Pointer_ColumnThatTheBodyDoesNotGive_IsOne()
    {
        await using var server = await RunningServer.StartAsync(model);
        using var lease = server.Server.Models.Lease("shop")!;
        var request = new Serving.RankRequest();
        request.Begin(lease.Model, lease.Model.Columns.With(["member_id"]));
        var reader = new RankReader();
        reader.Read("""{"items": ["a"]}"""u8, request);
        foreach (var column in request.Columns.Names) reader.Pointer(Serving.RankRequest.Shared, column, request).ShouldBe($"/scenario/{column}");
    }

    [Fact]
    public async Task Replay_RequestOfIdsAlone_HasItsBits()
    {
        Load();
        var file = Path.Combine(model.Folder("records-of-ids"), "requests.jsonl");
        await using (var server = await RunningServer.StartAsync(model, $"{Store}\nrecord: {{path: {file}}}"))
        {
            for (var r = 0; r < Rows; r++) await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Body($"m{r}", $"i{r}", "i1")));
            await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Body("nobody", "i0")));
            await RankTests.Answer(await server.PostAsync("/v1/models/shop/score", """{"rows": [{"member_id": "m0", "item_id": "i0"}]}"""));
            await server.Server.StopAsync();
        }

        var report = Replay.Run(new ReplayOptions { Files = [file], Bundle = model.Bundle });
        (report.HasFailed, report.Requests).ShouldBe((false, Rows + 2));
    }

    static string Body(string member, params string[] items) =>
        new JsonObject { ["user"] = new JsonObject { ["member_id"] = member }, ["items"] = new JsonArray([.. items.Select(i => (JsonNode)i)]) }.ToJsonString();

    static async Task<JsonNode> Problem(HttpResponseMessage response, HttpStatusCode status)
    {
        response.StatusCode.ShouldBe(status);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    static int Click(JsonNode item) => Bits(item["scores"]!["click"]!);

    static int Bits(JsonNode score) => BitConverter.SingleToInt32Bits(float.Parse(score.ToJsonString(), CultureInfo.InvariantCulture));

    // page, country, user_id, age, price, stock, tags, viewed, brand
    string[] Fields(int row) => File.ReadLines(model.Rows).ElementAt(row + 1).Split(',')[..9];

    void Load()
    {
        string[][] rows = [.. Enumerable.Range(0, Rows).Select(Fields)];
        Write("ids-members.csv", rows.Select((r, i) => $"m{i},{r[0]},{r[1]},{r[2]},{r[3]},{r[7]}").Prepend("member_id,page,country,user_id,age,viewed").Append("broken,home,DE,u1,secret,b1"), "member", "member_id");
        Write("ids-items.csv", rows.Select((r, i) => $"i{i},{r[4]},{r[5]},{r[6]},{r[8]}").Prepend("item_id,price,stock,tags,brand").Append("broken,secret,1,t1,b1"), "item", "item_id");
    }

    void Write(string file, IEnumerable<string> lines, string entity, string key)
    {
        File.WriteAllLines(Path.Combine(_folder, file), lines);
        FeatureLoad.Load(new FeatureLoadOptions { Source = new SourceSpec { Path = file }, Entity = entity, Key = key, Path = "ids.db" }, _folder).Duplicates.ShouldBe(0);
    }

    List<int> Predict()
    {
        var output = Path.Combine(model.Folder("predicted-of-ids"), "scores.csv");
        if (!File.Exists(output)) Run.Predict(model.Bundle, model.Rows, output);
        return [.. File.ReadLines(output).Skip(1).Select(l => BitConverter.SingleToInt32Bits(float.Parse(l.Split(',')[0], CultureInfo.InvariantCulture)))];
    }
}
