using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>JSON as the bundle's files use it.</summary>
static class BundleJson
{
    /// <summary>For options records: what can be set, nothing computed.</summary>
    public static readonly JsonSerializerOptions Options = Create(readOnly: false);

    /// <summary>For provenance: everything there is to read, and an undefined number does not stop a save.</summary>
    public static readonly JsonSerializerOptions Values = Create(readOnly: true);

    public static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>Parses one JSON object in UTF-8.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="where">Its file, for messages.</param>
    /// <exception cref="InputException">It is not one JSON object; the message says where.</exception>
    public static JsonDocument ParseObject(ReadOnlyMemory<byte> utf8, string where)
    {
        if (!Utf8.IsValid(utf8.Span)) throw new InputException($"{where}: not UTF-8 text; the file is damaged.");
        try
        {
            var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
        }
        catch (JsonException e)
        {
            var place = $"{where}, line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
            throw new InputException($"{place}: no valid JSON; the file is damaged ({Reason(e)}).", e);
        }
        catch (InvalidOperationException e)
        {
            // A name with half of a surrogate pair.
            throw new InputException($"{where}: no valid JSON; the file is damaged ({e.Message.TrimEnd('.')}).", e);
        }

        throw new InputException($"{where}: a JSON object was expected; the file is damaged.");
    }

    /// <summary>The exception's message without the position, which our messages give in their own way.</summary>
    public static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var path = e.Message.IndexOf(" Path:", StringComparison.Ordinal);
        if (path >= 0 && (end < 0 || path < end)) end = path;
        return (end < 0 ? e.Message : e.Message[..end]).TrimEnd('.');
    }

    static JsonSerializerOptions Create(bool readOnly) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        IgnoreReadOnlyProperties = !readOnly,
        NumberHandling = readOnly ? JsonNumberHandling.AllowNamedFloatingPointLiterals : JsonNumberHandling.Strict,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
