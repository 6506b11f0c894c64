using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.Client;

/// <summary>JSON of a field's value.</summary>
sealed class FieldValueConverter : JsonConverter<FieldValue>
{
    public override bool HandleNull => true;

    public override FieldValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return FieldValue.Number(System.Text.Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.True or JsonTokenType.False:
                return reader.GetBoolean();
            case JsonTokenType.StartArray:
                var items = new List<FieldValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) throw new JsonException("The items of a list are texts and numbers.");
                    items.Add(Read(ref reader, typeToConvert, options));
                }

                return FieldValue.List(items);
            default:
                throw new JsonException("A field is a text, a number, true or false, a list, or null.");
        }
    }

    public override void Write(Utf8JsonWriter writer, FieldValue value, JsonSerializerOptions options) => value.Write(writer);
}
