using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>The section <c>tasks</c>: a name with its label, or with a mapping; or a list of 0/1 columns.</summary>
internal static class TaskSection
{
    static readonly RecordShape Shape = new(typeof(TaskSpec));

    public static ImmutableArray<TaskSpec> Read(ConfigurationNode node)
    {
        var tasks = ImmutableArray.CreateBuilder<TaskSpec>();
        foreach (var (name, value) in Entries(node))
        {
            var path = $"tasks.{name.Text}";
            var map = value switch
            {
                MapNode m when m.Has("name") => throw m.PlaceOf("name").Error($"{path}: a task is named by its key; remove 'name'."),
                MapNode m => m,
                ScalarNode { IsNull: false } label => new MapNode(label.Place, [new MapEntry(Scalars.Plain("label"), label)]),
                _ => throw value.Place.Error($"{path}: expected a label (a column, or a comparison such as rating == 10) or a mapping, found {value.Describe()}."),
            };
            var task = (TaskSpec)Shape.Read(map.With(new ScalarNode(name.Place, "name", plain: true), name), path);
            Check(task, map, name.Place, tasks);
            tasks.Add(task);
        }

        return tasks.Count > 0 ? tasks.ToImmutable() : throw node.Place.Error("tasks: no task is given; name at least one, for example click: click.");
    }

    static IEnumerable<MapEntry> Entries(ConfigurationNode node) => node switch
    {
        MapNode map => map.Entries,
        ListNode list => list.Items.Select(item => item is ScalarNode { IsNull: false } column
            ? new MapEntry(column, column)
            : throw item.Place.Error($"tasks: a list holds only names of 0/1 columns, found {item.Describe()}; write a mapping 'name: {{label: …}}' instead.")),
        ScalarNode column => [new MapEntry(column, column)],
        _ => throw node.Place.Error($"tasks: expected a mapping, found {node.Describe()}."),
    };

    static void Check(TaskSpec task, MapNode map, Place place, IReadOnlyList<TaskSpec> before)
    {
        if (task.Name.Length == 0)
            throw place.Error("tasks: a task's name is empty.");
        if (before.Any(t => t.Name == task.Name))
            throw place.Error($"task '{task.Name}' is given twice; remove one.");
        if (task.Given is { } given && before.All(t => t.Name != given))
            throw map.PlaceOf("given").Error(given == task.Name
                ? $"task '{task.Name}': given names the task itself."
                : $"task '{task.Name}': given '{given}' is not a task written before it{Names.Suggest(given, before.Select(t => t.Name))} The tasks of a funnel are written in its order.");
    }
}
