using System.Text.Encodings.Web;
using System.Text.Json;

namespace Switchyard;

/// <summary>A dry run for programs: the report's own properties, sizes in bytes, times in seconds.</summary>
static class DryRunJson
{
    static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(DryRunReport report) => JsonSerializer.Serialize(report, Options);
}
