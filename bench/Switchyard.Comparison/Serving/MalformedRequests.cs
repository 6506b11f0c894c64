using System.Text;
using System.Text.Json;
using Switchyard.Engine;

namespace Switchyard.Comparison;

/// <summary>Requests that no server may accept, and that none may fall over. The same ones for the same number.</summary>
static class MalformedRequests
{
    const string Valid =
        """{"scenario":{"region":"SOUTH_EU","device":"mobile"},"context":{"platform":"FR","step":3},"items":[{"id":"a","fields":{"price":71,"position":1}},{"id":"b","fields":{"price":80}},"c"],"top":2}""";

    static readonly string[] Noise =
        ["{", "}", "[", "]", ",", ":", "\"", "NaN", "-Infinity", "-", "01", "0x1", "\\", "\"\\ud800\"", "// a", "'", "\u0000", "\u00ff", "{}", "[[[[[[[[[[[[", "\"items\":", "\"id\":1,", "1e999"];

    /// <summary>What stands in the valid request, and values of types that cannot stand there.</summary>
    static readonly (string Part, string[] Wrong)[] Types =
    [
        ("""{"region":"SOUTH_EU","device":"mobile"}""", ["7", "\"x\"", "true", "[]", "[[1],2]", "[\"a\",\"b\",\"c\"]", "{\"region\":{}}", "{}", "null"]),
        ("""{"platform":"FR","step":3}""", ["[]", "1", "\"x\"", "null", "{\"platform\":{\"a\":1}}", "{\"step\":\"three\"}", "{\"platform\":[[1]]}"]),
        ("""{"price":71,"position":1}""", ["[]", "0", "false", "\"x\"", "null", "{\"price\":{}}", "{\"price\":\"much\"}", "{\"price\":[{}]}", "{\"price\":\"1,5\"}"]),
        ("\"a\"", ["null", "true", "{}", "[]"]),
        ("\"top\":2", ["\"top\":0", "\"top\":-1", "\"top\":1.5", "\"top\":\"2\"", "\"top\":null", "\"top\":99999999999"]),
        ("\"c\"", ["null", "true", "[\"c\"]", "{\"price\":1}"]),
    ];

    static readonly (string Part, string Wrong)[] Keys =
    [
        ("\"items\"", "\"itemz\""), ("\"scenario\"", "\"Scenario\""), ("\"top\":2", "\"items\":[]"), ("\"context\"", "\"scenario\""), ("\"fields\"", "\"field\""), ("\"id\":\"b\"", "\"id\":\"b\",\"id\":\"b\""),
        ("\"price\":71", "\"prize\":71"), ("\"price\":71", "\"price\":71,\"price\":71"), ("\"price\":71", "\"step\":1"), ("\"device\"", "\"devise\""), ("\"device\":\"mobile\"", "\"region\":\"x\""), ("\"platform\"", "\"../../x\""),
    ];

    static readonly string[] Paths = ["/v1/models/..%2f..%2fetc%2fpasswd/rank", "/v1/models/trivago%00/rank", "/v1/models/%2e%2e/rank", "/v1/models/trivago/../../rank", "/v1/models/nothing/rank", "/v1/models//rank", "/rank"];

    /// <summary>Large ones are made once.</summary>
    static readonly byte[][] Large =
    [
        Post(Valid.Replace("\"c\"", string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"i{i}\"")), StringComparison.Ordinal)),
        Post(Valid.Replace("71", $"[{string.Join(',', Enumerable.Repeat("{}", 20_000))}]", StringComparison.Ordinal)),
        Post(Valid.Replace("71", new string('[', 50_000), StringComparison.Ordinal)),
        Post(Valid.Replace("71", new string('9', 100_000) + "x", StringComparison.Ordinal)),
        Post($"{{\"{new string('k', 100_000)}\":1}}"),
        HttpConnection.Post(ServedTrivago.Path, [], announced: 5_000_000),
        HttpConnection.Post(ServedTrivago.Path, [], announced: 900_000_000_000),
    ];

    public static byte[][] Make(int count)
    {
        var random = new SeededRandom(11, "malformed");
        return [.. Enumerable.Range(0, count).Select(_ => Make(random))];
    }

    static byte[] Make(SeededRandom random)
    {
        switch (random.Next(100))
        {
            case < 40:
                return HttpConnection.Post(ServedTrivago.Path, Damaged(random));
            case < 65:
                var (part, wrong) = Types[random.Next(Types.Length)];
                return Post(Valid.Replace(part, wrong[random.Next(wrong.Length)], StringComparison.Ordinal));
            case < 85:
                var (key, other) = Keys[random.Next(Keys.Length)];
                return Post(Valid.Replace(key, other, StringComparison.Ordinal));
            case < 92:
                return HttpConnection.Post(Paths[random.Next(Paths.Length)], Encoding.UTF8.GetBytes(Valid));
            case < 98:
                var noise = new byte[1 + random.Next(2000)];
                for (var i = 0; i < noise.Length; i++) noise[i] = (byte)random.Next(256);
                // No noise is JSON that begins so.
                noise[0] = (byte)'}';
                return HttpConnection.Post(ServedTrivago.Path, noise);
            default:
                return Large[random.Next(Large.Length)];
        }
    }

    static byte[] Damaged(SeededRandom random)
    {
        while (true)
        {
            var bytes = Encoding.UTF8.GetBytes(Valid).ToList();
            for (var changes = 1 + random.Next(3); changes > 0; changes--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, Math.Min(1 + random.Next(20), bytes.Count - at));
                        break;
                    case 2:
                        bytes.InsertRange(at, Encoding.Latin1.GetBytes(Noise[random.Next(Noise.Length)]));
                        break;
                    default:
                        bytes.RemoveRange(at, bytes.Count - at);
                        break;
                }

                if (bytes.Count == 0) bytes.Add((byte)'x');
            }

            if (!IsJson([.. bytes])) return [.. bytes];
        }
    }

    static bool IsJson(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static byte[] Post(string body) => HttpConnection.Post(ServedTrivago.Path, Encoding.UTF8.GetBytes(body));
}
