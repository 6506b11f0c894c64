using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard;

/// <summary>A tune run for programs: the report's own properties.</summary>
static class TuneJson
{
    static readonly JsonSerializerOptions Options = new(JsonReport.Options) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    public static string Write(TuneReport report) => JsonSerializer.Serialize(report, Options);
}
