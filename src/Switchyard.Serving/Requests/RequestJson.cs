using System.Text;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>What the readers of bodies share: words for tokens, and problems for what is no JSON.</summary>
static class RequestJson
{
    /// <summary>Depth of objects and arrays that is read where nothing else is said.</summary>
    public const int Deep = 64;

    /// <summary>Moves to the next token, which there must be.</summary>
    public static void Next(ref Utf8JsonReader reader)
    {
        if (!reader.Read()) throw new RequestException(RequestError.MalformedJson, "The body is empty; send a JSON object.");
    }

    /// <summary>The text of a property name or a string, for messages: its beginning where it is long.</summary>
    public static string Of(ref Utf8JsonReader reader) => Excerpt.Of(reader.GetString() ?? "");

    /// <summary>What a token is, for messages.</summary>
    public static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    /// <summary>Requires a kind of token.</summary>
    /// <exception cref="RequestException">It is of another kind.</exception>
    public static void Require(ref Utf8JsonReader reader, JsonTokenType token, string pointer, string what)
    {
        if (reader.TokenType != token) throw new RequestException(RequestError.WrongType, $"{what} must be {Describe(token)}; it is {Describe(reader.TokenType)}.", pointer);
    }

    /// <summary>The problem of a text that is no JSON. The parser's own words quote no more than a character of it.</summary>
    public static RequestException Malformed(Exception e)
    {
        if (e is not JsonException json) return new RequestException(RequestError.MalformedJson, "A text of the body has half of a surrogate pair (\\ud800 to \\udfff); send whole characters.");
        return new RequestException(
            RequestError.MalformedJson,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}: {WordsOf(json)}"));
    }

    /// <summary>What the parser says, without the place that it appends.</summary>
    public static string WordsOf(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }

    /// <summary>Whether a text is an object with a property, as far as it can be read.</summary>
    public static bool Has(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deep });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals(name)) return true;
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Whoever reads it says what is wrong.
        }

        return false;
    }

    /// <summary>UTF-8 text of the current name, unescaped where needed.</summary>
    public static ReadOnlySpan<byte> Name(ref Utf8JsonReader reader, ref byte[] scratch)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        if (scratch.Length < reader.ValueSpan.Length) scratch = new byte[reader.ValueSpan.Length];
        return scratch.AsSpan(0, reader.CopyString(scratch));
    }

    /// <summary>Text of UTF-8, for messages: its beginning where it is long.</summary>
    public static string Of(ReadOnlySpan<byte> utf8) => Excerpt.Of(Encoding.UTF8.GetString(utf8));

    /// <summary>Adds an item.</summary>
    /// <param name="request">Gets it.</param>
    /// <param name="pointer">Where the items stand in the body.</param>
    /// <exception cref="RequestException">There is no room for it.</exception>
    public static int AddItem(RankRequest request, string pointer)
    {
        try
        {
            return request.AddItem();
        }
        catch (RequestException e)
        {
            throw e.At(pointer);
        }
    }
}
