using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Turns a run back into the layout of its file, with every default written out.</summary>
internal static class RunConfigurationWriter
{
    public static MapNode Write(RunConfiguration run)
    {
        var entries = ImmutableArray.CreateBuilder<MapEntry>();
        Add("name", Scalars.Text(run.Name));
        foreach (var (key, value) in ((MapNode)new RecordShape(typeof(DataSpec)).Write(run.Data)).Entries)
            Add(key.Text, key.Text == "tasks" ? Tasks(run.Data.Tasks) : value);
        var options = (MapNode)new RecordShape(run.Model.Options.GetType()).Write(run.Model.Options);
        Add("model", new MapNode(default, options.Entries.Insert(0, new MapEntry(Scalars.Plain("name"), Scalars.Text(run.Model.Name)))));
        Add("training", new RecordShape(run.Training.GetType()).Write(run.Training));
        Add("evaluation", new RecordShape(run.Evaluation.GetType()).Write(run.Evaluation));
        Add("update", new RecordShape(run.Update.GetType()).Write(run.Update));
        Add("output", Scalars.Text(run.Output));
        return new MapNode(default, entries.ToImmutable());

        void Add(string key, ConfigurationNode value) => entries.Add(new MapEntry(Scalars.Plain(key), value));
    }

    static MapNode Tasks(ImmutableArray<TaskSpec> tasks)
    {
        var shape = new RecordShape(typeof(TaskSpec));
        return new MapNode(default, [.. tasks.Select(t => new MapEntry(Scalars.Text(t.Name), ((MapNode)shape.Write(t)).Without("name")))]);
    }
}
