using System.Net;
using System.Text;

namespace Switchyard.Server.Tests;

/// <summary>Thousands of damaged bodies, the same ones every time.</summary>
[Collection(ModelTests.Name)]
public sealed class FuzzTests(TrainedModel model)
{
    const string Path = "/v1/models/shop/rank";

    static readonly byte[] Valid = Encoding.UTF8.GetBytes(
        """{"scenario": {"page": "home", "country": "DE"}, "user": {"user_id": "u1", "age": 31, "viewed": ["b1", "b2"]}, "context": {}, "items": [{"id": "a", "fields": {"price": 12.5, "stock": 3, "tags": ["t1", "t2"], "brand": "b1"}}, {"id": "\u00e4"}, "c"], "top": 2}""");

    static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "NaN", "Infinity", "-", "1e999", "0x1", "null", "true", "\"\\ud800\"", "\"\\u0000\"", "\\", "\u00ff", "{}", "[[[[[[[[[[[[", "\"items\":", "\"id\":1,",
        "123456789012345678901234567890", "\"\"", "// a", "'", "\"fields\":{}", "\"scenario\":[]",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Post_DamagedBodies_AreRefusedAndTheServerLives(int seed)
    {
        await using var server = await RunningServer.StartAsync(model);
        var random = new Random(seed);
        var refused = 0;
        for (var i = 0; i < 1500; i++)
        {
            var body = Damage(random);

            using var response = await server.PostAsync(i % 5 == 0 ? "/v1/models/shop/score" : Path, body);

            // A change may leave the request valid.
            ((int)response.StatusCode is 200 or (>= 400 and < 500)).ShouldBeTrue($"{response.StatusCode} for {Encoding.UTF8.GetString(body)}: {await response.Content.ReadAsStringAsync()}");
            if (response.StatusCode != HttpStatusCode.OK) refused++;
        }

        refused.ShouldBeGreaterThan(1000);
        (await server.PostAsync(Path, Valid)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Post_NoiseOfAllLengths_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(model);
        var random = new Random(4);
        for (var i = 0; i < 500; i++)
        {
            var body = new byte[random.Next(1, 3000)];
            random.NextBytes(body);

            using var response = await server.PostAsync(Path, body);

            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }
    }

    static byte[] Damage(Random random)
    {
        var bytes = Valid.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.Latin1.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
                case 3:
                    var from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(1, 40), bytes.Count - from)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }

            if (bytes.Count == 0) bytes.Add((byte)'x');
        }

        return [.. bytes];
    }
}
