using System.Globalization;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>A JSON object of the manifest; every value that is asked for must be there and of the right kind.</summary>
readonly struct ManifestNode(JsonElement element, string path, string file)
{
    public JsonElement Element => element;

    public ManifestNode Object(string key) => new(Get(key, JsonValueKind.Object), $"{path}{key}.", file);

    public string Text(string key) => Get(key, JsonValueKind.String).GetString()!;

    public long Integer(string key) => Get(key, JsonValueKind.Number).TryGetInt64(out var value) ? value : throw Bad(key, "must be a whole number");

    public ulong Unsigned(string key) => Get(key, JsonValueKind.Number).TryGetUInt64(out var value) ? value : throw Bad(key, "must be a whole number from 0");

    public DateTimeOffset Time(string key) =>
        DateTimeOffset.TryParseExact(Text(key), "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value)
            ? value
            : throw Bad(key, "must be a time such as 2026-01-31T12:00:00.0000000Z");

    public JsonElement Any(string key) => element.TryGetProperty(key, out var value) ? value : throw Bad(key, "is missing");

    /// <summary>A copy that outlives the document; null for JSON null.</summary>
    public JsonElement? Optional(string key) => Any(key) is { ValueKind: not JsonValueKind.Null } value ? value.Clone() : null;

    JsonElement Get(string key, JsonValueKind kind)
    {
        var value = Any(key);
        if (value.ValueKind == kind) return value;
        throw Bad(key, kind switch { JsonValueKind.Object => "must be an object", JsonValueKind.String => "must be a text", _ => "must be a number" });
    }

    InputException Bad(string key, string what) => new($"{file}: {path}{key} {what}; the file is damaged or of another version.");
}
