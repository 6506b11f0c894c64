using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Switchyard.Data;
using Switchyard.Features;

namespace Switchyard.Server.Tests;

/// <summary>Requests of ids alone, against a store with the rows of the training file.</summary>
[Collection(ModelTests.Name)]
public sealed class StoreFeaturesTests(TrainedModel model) : IDisposable
{
    /// <summary>The first rows of the file have a user each.</summary>
    const int Users = 40;

    const string Store =
        "features: {path: features.db, cache: {max_age: 0.001}, timeout_ms: 5000, entities: [{name: item, key: item_id}, {name: user, side: user}]}";

    readonly string _folder = model.Folder("serve");

    string Database => Path.Combine(_folder, "features.db");

    public void Dispose()
    {
        foreach (var file in Directory.GetFiles(_folder, "features.db*")) File.Delete(file);
    }

    [Fact]
    public async Task Rank_IdsAlone_HasTheBitsOfPredict()
    {
        var rows = Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var expected = Predict();
        for (var r = 0; r < Users; r++)
        {
            var other = (r + 7) % Users;
            var answer = await Ask(server, Body(rows[r], $"i{r}", $"i{other}", $"i{r}"));
            Scores(answer, 0).ShouldBe(expected[r]);
            Scores(answer, 2).ShouldBe(expected[r]);
            Scores(answer, 1).ShouldNotBe(expected[r]);
        }
    }

    [Fact]
    public async Task Score_RowsWithTheUsersIdAlone_HasTheBitsOfPredict()
    {
        var rows = Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var body = new JsonObject
        {
            ["rows"] = new JsonArray([.. rows.Select(row => new JsonObject(row.Where(c => c.Key is not ("click" or "buy" or "age" or "viewed")).Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))))]),
        };
        var answer = await RankTests.Answer(await server.PostAsync("/v1/models/shop/score", body.ToJsonString()));
        var expected = Predict();
        for (var r = 0; r < Users; r++) Scores(answer["scores"]![r]!).ShouldBe(expected[r]);
    }

    [Fact]
    public async Task Rank_ValuesOfTheRequest_WinOverTheStores()
    {
        var rows = Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var expected = Predict();
        var body = Body(rows[3], "i3", "nobody");
        var (age, price) = (rows[4]["age"], rows[4]["price"]);
        body["user"]!["age"] = JsonNode.Parse(age);
        body["items"]![0] = new JsonObject { ["id"] = "i3", ["fields"] = new JsonObject { ["price"] = JsonNode.Parse(price) } };
        var whole = new JsonObject
        {
            ["rows"] = new JsonArray(new JsonObject(rows[3].Where(c => c.Key is not ("click" or "buy")).Select(c => KeyValuePair.Create(c.Key, (JsonNode?)(c.Key switch { "age" => age, "price" => price, _ => c.Value }))))),
        };
        var answer = await Ask(server, body);
        Scores(answer, 0).ShouldBe(Scores((await RankTests.Answer(await server.PostAsync("/v1/models/shop/score", whole.ToJsonString())))["scores"]![0]!));
        Scores(answer, 0).ShouldNotBe(expected[3]);
        // An id that the store does not know has missing fields.
        Scores(answer, 1).ShouldNotBe(Scores(answer, 0));
    }

    [Fact]
    public async Task Rank_StoreFails_IsUnavailableUnlessCachedOrGiven()
    {
        var rows = Load();
        await using var server = await RunningServer.StartAsync(model, Store);
        var expected = Predict();
        Scores(await Ask(server, Body(rows[5], "i5")), 0).ShouldBe(expected[5]);
        using (var connection = new SqliteConnection($"Data Source={Database};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "drop table item";
            command.ExecuteNonQuery();
        }

        // Cached, though no longer fresh.
        Scores(await Ask(server, Body(rows[5], "i5")), 0).ShouldBe(expected[5]);
        using var refused = await server.PostAsync("/v1/models/shop/rank", Body(rows[5], "i6").ToJsonString());
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
        problem["type"]!.GetValue<string>().ShouldBe("store-unavailable");
        problem["detail"]!.GetValue<string>().ShouldNotContain("table");
        var whole = Body(rows[5], "i6");
        whole["items"]![0] = new JsonObject { ["id"] = "i6", ["fields"] = Fields(rows[5]) };
        Scores(await Ask(server, whole), 0).ShouldBe(expected[5]);
    }

    [Fact]
    public async Task Start_NoStore_IsRefused()
    {
        var refused = await Should.ThrowAsync<InputException>(async () => await (await RunningServer.StartAsync(model, Store)).DisposeAsync());
        refused.Message.ShouldContain("there is no such file. Make it: switchyard features load");
    }

    static JsonObject Body(Dictionary<string, string> row, params string[] items) => new()
    {
        ["scenario"] = new JsonArray(row["page"], row["country"]),
        ["user"] = new JsonObject { ["user_id"] = row["user_id"] },
        ["items"] = new JsonArray([.. items.Select(i => (JsonNode)i)]),
    };

    static JsonObject Fields(Dictionary<string, string> row) =>
        new(new[] { "price", "stock", "tags", "brand" }.Select(c => KeyValuePair.Create(c, (JsonNode?)row[c])));

    static async Task<JsonObject> Ask(RunningServer server, JsonObject body) => await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", body.ToJsonString()));

    static (int Click, int Buy) Scores(JsonObject answer, int item) => Scores(answer["items"]![item]!["scores"]!);

    static (int Click, int Buy) Scores(JsonNode scores) => (Bits(scores["click"]!.ToJsonString()), Bits(scores["buy"]!.ToJsonString()));

    static int Bits(string text) => BitConverter.SingleToInt32Bits(float.Parse(text, CultureInfo.InvariantCulture));

    List<Dictionary<string, string>> Load()
    {
        var lines = File.ReadAllLines(model.Rows);
        var header = lines[0].Split(',');
        List<Dictionary<string, string>> rows = [.. lines.Skip(1).Take(Users).Select(l => header.Zip(l.Split(',')).ToDictionary(c => c.First, c => c.Second))];
        Write("items.csv", rows.Select((r, i) => $"i{i},{r["price"]},{r["stock"]},{r["tags"]},{r["brand"]}").Prepend("item_id,price,stock,tags,brand"), "item", "item_id");
        Write("users.csv", rows.Select(r => $"{r["user_id"]},{r["age"]},{r["viewed"]},x").Prepend("user_id,age,viewed,unused"), "user", "user_id");
        return rows;
    }

    void Write(string file, IEnumerable<string> lines, string entity, string key)
    {
        File.WriteAllLines(Path.Combine(_folder, file), lines);
        FeatureLoad.Load(new FeatureLoadOptions { Source = new SourceSpec { Path = file }, Entity = entity, Key = key, Path = "features.db" }, _folder).Duplicates.ShouldBe(0);
    }

    List<(int Click, int Buy)> Predict()
    {
        var output = Path.Combine(model.Folder("predicted-of-store"), "scores.csv");
        if (!File.Exists(output)) Run.Predict(model.Bundle, model.Rows, output);
        return [.. File.ReadLines(output).Skip(1).Select(l => l.Split(',')).Select(c => (Bits(c[0]), Bits(c[1])))];
    }
}
