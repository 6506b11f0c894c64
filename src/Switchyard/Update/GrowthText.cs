using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>What a grown schema has that the old one had not, in words.</summary>
static class GrowthText
{
    const int MostNodes = 5;

    public static string Describe(Schema old, Schema grown, IReadOnlyDictionary<string, string> taskStarts)
    {
        List<string> parts = [];
        string[] tables = [.. old.Tables.Zip(grown.Tables).Where(t => t.Second.Rows > t.First.Rows)
            .Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.First.Name} {t.Second.Rows - t.First.Rows:N0}"))];
        if (tables.Length > 0) parts.Add($"new ids: {string.Join(", ", tables)}");
        foreach (var (before, after) in old.Levels.Zip(grown.Levels).Where(l => l.Second.Nodes.Length > l.First.Nodes.Length))
        {
            var nodes = after.Nodes[before.Nodes.Length..];
            parts.Add($"new nodes of {after.Column}: {string.Join(", ", nodes.Take(MostNodes))}{(nodes.Length > MostNodes ? $" and {nodes.Length - MostNodes} more" : "")}");
        }

        foreach (var task in grown.Tasks.Where(t => old.Tasks.All(o => o.Name != t.Name)))
            parts.Add($"new task {task.Name} from {taskStarts.GetValueOrDefault(task.Name, "random weights")}");
        return parts.Count == 0 ? "no new ids, nodes or tasks" : string.Join("; ", parts);
    }
}
