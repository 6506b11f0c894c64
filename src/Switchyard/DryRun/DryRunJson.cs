using System.Text.Json;

namespace Switchyard;

/// <summary>A dry run for programs: the report's own properties, sizes in bytes, times in seconds.</summary>
static class DryRunJson
{
    public static string Write(DryRunReport report) => JsonSerializer.Serialize(report, JsonReport.Options);
}
