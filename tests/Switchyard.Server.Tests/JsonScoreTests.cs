using System.Globalization;
using System.Text.Json.Nodes;

namespace Switchyard.Server.Tests;

/// <summary>Values of every kind of JSON, scored over HTTP and by predict from a file of the same lines.</summary>
[Collection(ModelTests.Name)]
public sealed class JsonScoreTests(TrainedModel model)
{
    static readonly string[] Lines =
    [
        """{"page":"home","country":"DE","user_id":"u\u0031","age":31,"price":1e2,"stock":true,"tags":["t\u0031","","t2"],"viewed":["b1","b2"],"brand":12.50}""",
        """{"page":"search","country":"IT","user_id":"\u00fc\n\"x\" \\ \ud83d\ude00","age":null,"price":-0.0,"stock":false,"tags":[],"viewed":[null,"b3"],"brand":true}""",
        """{"page":null,"country":"FR","user_id":7,"age":"44","price":"12.5","stock":"nan","tags":[1,2.50,"t3"],"viewed":"b1;b2;b3;b4;b5;b6","brand":""}""",
        """{"page":"nowhere","country":"xx","user_id":"u2","brand":false,"tags":"t1|t2","viewed":[true,"b1"]}""",
        """{"page":"c\u0061rt","country":"","user_id":"","age":1E1,"price":123456789012345678901234567890,"stock":0.30000000000000004,"tags":[""],"viewed":["b1","b1"],"brand":"b\u0033"}""",
    ];

    [Fact]
    public async Task Score_ValuesOfEveryKind_HaveTheBitsOfPredict()
    {
        await using var server = await RunningServer.StartAsync(model);
        var expected = await Predict();

        var answer = await RankTests.Answer(await server.PostAsync("/v1/models/shop/score", $$"""{"rows": [{{string.Join(',', Lines)}}]}"""));

        answer["scores"]!.AsArray().Select(Bits).ShouldBe(expected);
        expected.Distinct().Count().ShouldBe(Lines.Length);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("context")]
    [InlineData("items")]
    public async Task Rank_ValuesOfEveryKind_HaveTheBitsOfPredict(string place)
    {
        await using var server = await RunningServer.StartAsync(model);
        var expected = await Predict();
        for (var i = 0; i < Lines.Length; i++)
        {
            // As they are written: a parser of the test's own would take part.
            var at = Lines[i].IndexOf(",\"user_id\"", StringComparison.Ordinal);
            var (scenario, values) = (Lines[i][..at] + "}", "{" + Lines[i][(at + 1)..]);
            var body = place == "items" ? $$"""{"scenario": {{scenario}}, "items": [{"fields": {{values}}}, {}]}""" : $$"""{"scenario": {{scenario}}, "{{place}}": {{values}}, "items": [{}]}""";

            var answer = await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", body));

            Bits(answer["items"]![0]!["scores"]).ShouldBe(expected[i], Lines[i]);
        }
    }

    async Task<(int Click, int Buy)[]> Predict()
    {
        var folder = model.Folder("json");
        var (rows, scores) = (Path.Combine(folder, $"{Guid.NewGuid():N}.jsonl"), Path.Combine(folder, $"{Guid.NewGuid():N}.csv"));
        await File.WriteAllLinesAsync(rows, Lines);
        Run.Predict(model.Bundle, rows, scores);
        return [.. (await File.ReadAllLinesAsync(scores)).Skip(1).Select(l => l.Split(',')).Select(c => (Bits(c[0]), Bits(c[1])))];
    }

    static (int Click, int Buy) Bits(JsonNode? scores) => (Bits(scores!["click"]!.ToJsonString()), Bits(scores["buy"]!.ToJsonString()));

    static int Bits(string number) => BitConverter.SingleToInt32Bits(float.Parse(number, CultureInfo.InvariantCulture));
}
