using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Switchyard;

/// <summary>A word for all new tasks, or a mapping from new tasks to words.</summary>
internal sealed class TaskStartsShape : ValueShape
{
    public override string Accepts => "related, fresh, the name of a task, or a mapping from new tasks to these";

    public override string Label => "text or mapping";

    public override object Read(ConfigurationNode node, string path)
    {
        if (node is not MapNode map) return new TaskStarts(TextOf(node, path), ImmutableSortedDictionary<string, string>.Empty);
        return new TaskStarts(
            TaskStarts.Related, map.Entries.ToImmutableSortedDictionary(e => e.Key.Text, e => TextOf(e.Value, RecordShape.Join(path, e.Key.Text)), StringComparer.Ordinal));
    }

    public override ConfigurationNode Write(object? value)
    {
        var starts = (TaskStarts)value!;
        return starts.ByTask.IsEmpty
            ? Scalars.Text(starts.Others)
            : new MapNode(default, [.. starts.ByTask.Select(s => new MapEntry(Scalars.Text(s.Key), Scalars.Text(s.Value)))]);
    }

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["$ref"] = "#/$defs/text" },
            new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["$ref"] = "#/$defs/text" } }),
    };
}
