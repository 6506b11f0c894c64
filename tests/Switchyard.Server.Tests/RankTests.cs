using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Switchyard.Server.Tests;

[Collection(ModelTests.Name)]
public sealed class RankTests(TrainedModel model)
{
    [Fact]
    public async Task Rank_RowsOfTheFile_HasTheBitsOfPredict()
    {
        await using var server = await RunningServer.StartAsync(model);
        var rows = Read();
        var expected = Predict();

        for (var r = 0; r < rows.Count; r++)
        {
            var row = rows[r];
            var body = new JsonObject
            {
                ["scenario"] = new JsonObject { ["page"] = row["page"], ["country"] = row["country"] },
                ["user"] = new JsonObject { ["user_id"] = row["user_id"], ["age"] = JsonNode.Parse(row["age"]), ["viewed"] = Texts(row["viewed"], ';') },
                ["items"] = new JsonArray(Item(row), Item(rows[(r + 1) % rows.Count])),
            };
            var answer = await Answer(await server.PostAsync("/v1/models/shop/rank", body.ToJsonString()));

            ShouldHaveBits(answer["items"]![0]!["scores"]!, expected[r], r);
        }
    }

    [Fact]
    public async Task Score_RowsOfTheFile_HasTheBitsOfPredict()
    {
        await using var server = await RunningServer.StartAsync(model);
        var rows = Read();
        var expected = Predict();
        var texts = rows.Select(row => (JsonNode)new JsonObject(row.Where(c => c.Key is not ("click" or "buy")).Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))));
        var body = new JsonObject { ["rows"] = new JsonArray([.. texts]) };

        var answer = await Answer(await server.PostAsync("/v1/models/shop/score", body.ToJsonString()));

        var scores = answer["scores"]!.AsArray();
        scores.Count.ShouldBe(rows.Count);
        for (var r = 0; r < rows.Count; r++) ShouldHaveBits(scores[r]!, expected[r], r);
    }

    [Fact]
    public async Task Rank_ManyAtOnce_EveryAnswerIsItsOwn()
    {
        await using var server = await RunningServer.StartAsync(model, "queue: {capacity: 10000, max_wait_ms: 60000, deadline_ms: 60000}", network: true);
        string[] bodies = [.. Enumerable.Range(0, 40).Select(i => new JsonObject
        {
            ["scenario"] = new JsonArray("home", i % 2 == 0 ? "DE" : "FR"),
            ["user"] = new JsonObject { ["user_id"] = $"u{i}", ["age"] = i },
            ["items"] = new JsonArray([.. Enumerable.Range(0, 1 + (i % 13 * 7)).Select(k => (JsonNode)new JsonObject { ["id"] = $"{i}-{k}", ["fields"] = new JsonObject { ["price"] = k * 1.5 } })]),
        }.ToJsonString())];
        var expected = new List<string>();
        foreach (var body in bodies) expected.Add(await Text(body));

        await Parallel.ForEachAsync(Enumerable.Range(0, 800), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => (await Text(bodies[i % bodies.Length])).ShouldBe(expected[i % bodies.Length]));

        async Task<string> Text(string body)
        {
            var response = await server.PostAsync("/v1/models/shop/rank", body);
            return $"{response.StatusCode} {await response.Content.ReadAsStringAsync()}";
        }
    }

    [Fact]
    public async Task Rank_Ids_AreRepeatedAndOrdered()
    {
        await using var server = await RunningServer.StartAsync(model);

        var answer = await Answer(await server.PostAsync("/v1/models/shop/rank", """{"items": ["a\u00e4", {"id": 7}, {"fields": {"price": 3.5}, "id": "c"}], "scenario": ["home", "DE"], "top": 2}"""));

        answer["model"]!.GetValue<string>().ShouldBe("shop");
        answer["scenario"]!.ToJsonString().ShouldBe("""["home","DE"]""");
        answer["order_by"]!.GetValue<string>().ShouldBe("id");
        answer["items"]!.AsArray().Select(i => i!["id"]!.ToString()).ShouldBe(["aä", "7", "c"]);
        var fused = answer["items"]!.AsArray().Select(i => i!["fused"]!.GetValue<float>()).ToArray();
        string[] ids = ["aä", "7", "c"];
        answer["order"]!.AsArray().Select(i => i!.ToString()).ShouldBe(fused.Index().OrderByDescending(f => f.Item).Select(f => ids[f.Index]).Take(2));
    }

    [Fact]
    public async Task Rank_ItemsWithoutIds_OrderHasIndices()
    {
        await using var server = await RunningServer.StartAsync(model);

        var answer = await Answer(await server.PostAsync("/v1/models/shop/rank", """{"scenario": {"page": "home", "country": null}, "items": [{"fields": {"price": 3.5}}, {"id": "x", "fields": {"price": 9}}]}"""));

        answer["order_by"]!.GetValue<string>().ShouldBe("index");
        answer["order"]!.AsArray().Select(i => i!.GetValue<int>()).ShouldBe([0, 1], ignoreOrder: true);
        answer["scenario"]!.ToJsonString().ShouldBe("""["home",null]""");
    }

    [Fact]
    public async Task Rank_NoItems_IsEmpty()
    {
        await using var server = await RunningServer.StartAsync(model);

        var answer = await Answer(await server.PostAsync("/v1/models/shop/rank", """{"scenario": ["home", "DE"], "items": []}"""));

        answer["items"]!.AsArray().ShouldBeEmpty();
        answer["order"]!.AsArray().ShouldBeEmpty();
    }

    internal static async Task<JsonObject> Answer(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    // Numbers with the digits of the file.
    static JsonObject Item(Dictionary<string, string> row) => new()
    {
        ["id"] = row["brand"],
        ["fields"] = new JsonObject { ["price"] = JsonNode.Parse(row["price"]), ["stock"] = JsonNode.Parse(row["stock"]), ["tags"] = Texts(row["tags"], '|'), ["brand"] = row["brand"] },
    };

    static JsonArray Texts(string text, char separator) => new([.. text.Split(separator).Select(t => (JsonNode)t)]);

    static void ShouldHaveBits(JsonNode scores, (float Click, float Buy) expected, int row)
    {
        Bits(scores["click"]!).ShouldBe(BitConverter.SingleToInt32Bits(expected.Click), $"row {row}");
        Bits(scores["buy"]!).ShouldBe(BitConverter.SingleToInt32Bits(expected.Buy), $"row {row}");
    }

    static int Bits(JsonNode number) => BitConverter.SingleToInt32Bits(float.Parse(number.ToJsonString(), CultureInfo.InvariantCulture));

    List<Dictionary<string, string>> Read()
    {
        var lines = File.ReadAllLines(model.Rows);
        var header = lines[0].Split(',');
        return [.. lines.Skip(1).Take(120).Select(l => header.Zip(l.Split(',')).ToDictionary(c => c.First, c => c.Second))];
    }

    List<(float Click, float Buy)> Predict()
    {
        var output = Path.Combine(model.Folder("predicted"), "scores.csv");
        if (!File.Exists(output)) Run.Predict(model.Bundle, model.Rows, output);
        return [.. File.ReadLines(output).Skip(1).Select(l => l.Split(',')).Select(c => (float.Parse(c[0], CultureInfo.InvariantCulture), float.Parse(c[1], CultureInfo.InvariantCulture)))];
    }
}
