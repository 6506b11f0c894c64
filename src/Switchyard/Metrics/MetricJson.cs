using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard;

/// <summary>Metric events as lines of JSON: snake case, numbers of at most seven digits.</summary>
static class MetricJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new ShortNumber(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The event of a line; null for one of a kind that a later version writes.</summary>
    /// <exception cref="JsonException">The line is not an event.</exception>
    public static MetricEvent? Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        return KindOf(document.RootElement) switch
        {
            "run" => document.Deserialize<RunEvent>(Options),
            "step" => document.Deserialize<StepEvent>(Options),
            "experts" => document.Deserialize<ExpertsEvent>(Options),
            "validation" => document.Deserialize<ValidationEvent>(Options),
            "control" => document.Deserialize<ControlEvent>(Options),
            "end" => document.Deserialize<EndEvent>(Options),
            _ => null,
        };
    }

    /// <summary>The kind of an event, and the step it belongs to; 0 for one that belongs to none.</summary>
    /// <exception cref="JsonException">The line is not an event.</exception>
    public static (string Kind, long Step) Place(string line)
    {
        using var document = JsonDocument.Parse(line);
        var kind = KindOf(document.RootElement);
        return (kind, document.RootElement.TryGetProperty("step", out var step) && step.TryGetInt64(out var value) ? value : 0);
    }

    static string KindOf(JsonElement line) =>
        line.ValueKind == JsonValueKind.Object && line.TryGetProperty("event", out var kind) && kind.ValueKind == JsonValueKind.String
            ? kind.GetString()!
            : throw new JsonException("the line is not an object with an event");

    /// <summary>Seven digits, as a float32 has: more say nothing here, and cost half of the file.</summary>
    sealed class ShortNumber : JsonConverter<double>
    {
        // JSON has no word for what is no number: null, so that the line can be read.
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (value == 0)
            {
                writer.WriteNumberValue(0);
                return;
            }

            if (!double.IsFinite(value))
            {
                writer.WriteNullValue();
                return;
            }

            Span<byte> text = stackalloc byte[32];
            if (!value.TryFormat(text, out var length, "G7", CultureInfo.InvariantCulture)) throw new InvalidOperationException("A number of seven digits did not fit.");
            writer.WriteRawValue(text[..length], skipInputValidation: true);
        }
    }
}
