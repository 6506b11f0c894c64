using System.Text.Json.Nodes;

namespace Switchyard.Ui;

/// <summary>The runs as the page lists them.</summary>
static class RunList
{
    /// <param name="folder">The runs.</param>
    /// <param name="live">Folder of the run that takes actions; null where there is none.</param>
    public static JsonArray Of(RunFolder folder, string? live) => [.. folder.Runs().Select(r => r.ToJson(r.Folder == live))];
}
