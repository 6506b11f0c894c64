using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.Client;

/// <summary>What the server sends back from rank, before its order is made one of positions.</summary>
sealed record RankAnswer
{
    public required string Model { get; init; }

    public required string Version { get; init; }

    public required string?[] Scenario { get; init; }

    public required RankedItem[] Items { get; init; }

    public required string OrderBy { get; init; }

    public required JsonElement[] Order { get; init; }

    /// <exception cref="JsonException">The order does not fit the items.</exception>
    public RankResponse ToResponse() => new() { Model = Model, Version = Version, Scenario = Scenario, Items = Items, Order = OrderBy == "index" ? ByIndex() : ById() };

    int[] ByIndex()
    {
        int[] order = [.. Order.Select(o => o.GetInt32())];
        return order.All(i => (uint)i < (uint)Items.Length) ? order : throw new JsonException("The order names an item that is not there.");
    }

    // Several items may have one id: the order is by fused score, so they stand in it in the order of theirs, and of positions where those are equal.
    int[] ById()
    {
        var places = Enumerable.Range(0, Items.Length).GroupBy(i => Items[i].Id ?? "", StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new Queue<int>(g.OrderByDescending(i => Items[i].Fused)), StringComparer.Ordinal);
        return [.. Order.Select(o => places.TryGetValue(TextConverter.Of(o), out var left) && left.TryDequeue(out var place)
            ? place
            : throw new JsonException("The order names an item that is not there."))];
    }
}

/// <summary>Problem details of RFC 9457.</summary>
sealed record ProblemDetails(string? Type, string? Title, string? Detail, string? Pointer);

/// <summary>A text, or the digits of a number: an id may be either.</summary>
sealed class TextConverter : JsonConverter<string>
{
    public static string Of(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        _ => throw new JsonException("A text was expected."),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>A float; null, which stands for what JSON has no number for, is NaN.</summary>
sealed class ScoreConverter : JsonConverter<float>
{
    public override bool HandleNull => true;

    public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? float.NaN : reader.GetSingle();

    public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
    {
        if (float.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteNullValue();
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ScoreConverter)])]
[JsonSerializable(typeof(RankRequest))]
[JsonSerializable(typeof(RankAnswer))]
[JsonSerializable(typeof(ScoreRequest))]
[JsonSerializable(typeof(ScoreResponse))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelInfo))]
[JsonSerializable(typeof(ProblemDetails))]
sealed partial class ClientJson : JsonSerializerContext;
