using System.Text.Json.Nodes;

namespace Switchyard.Ui;

/// <summary>The runs as the page lists them.</summary>
static class RunList
{
    public static JsonArray Of(IEnumerable<RunSummary> runs) => [.. runs.Select(r => r.ToJson())];
}
