using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.Data;

public sealed partial record Schema
{
    /// <summary>The schema as JSON: snake_case names, enums as text, deterministic.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DataJson.Readable);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InputException">The text is no schema, or one that contradicts itself.</exception>
    public static Schema FromJson(string json)
    {
        try
        {
            var schema = JsonSerializer.Deserialize<Schema>(json, DataJson.Readable) ?? throw new InputException("The schema is empty (null).");
            SchemaChecks.Check(schema);
            return schema;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            // Also what it throws for an encoder without a kind, and what a value's constructor throws.
            throw new InputException($"The schema cannot be read: {e.Message}", e);
        }
    }

    /// <summary>SHA-256 of the schema's JSON, in hex. Two schemas with the same fingerprint encode every row alike.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, DataJson.Compact)));

    /// <summary>The vocabulary or hash that a field's table belongs to, followed through sharing and lists; null for numeric fields.</summary>
    public FieldEncoder? Vocabulary(int field)
    {
        var encoder = Fields[field].Encoder;
        while (true)
        {
            switch (encoder)
            {
                case ItemsEncoder items:
                    encoder = items.Values;
                    break;
                case SharedEncoder shared:
                    encoder = Fields.FirstOrDefault(f => f.Name == shared.Field)?.Encoder
                              ?? throw new InputException($"Schema: field '{Fields[field].Name}' shares with '{shared.Field}', which is not there.");
                    break;
                case VocabularyEncoder or HashEncoder:
                    return encoder;
                default:
                    return null;
            }
        }
    }
}

/// <summary>JSON settings shared by schema, specification and column file.</summary>
static class DataJson
{
    public static readonly JsonSerializerOptions Compact = Create(indented: false);

    public static readonly JsonSerializerOptions Readable = Create(indented: true);

    static JsonSerializerOptions Create(bool indented) => new()
    {
        WriteIndented = indented,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };
}
