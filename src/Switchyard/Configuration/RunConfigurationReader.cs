using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

/// <summary>The layout of a configuration file: which sections there are, and the rules that hold between them.</summary>
internal sealed class RunConfigurationReader(string file, string baseDirectory, IReadOnlyDictionary<string, Type> models)
{
    static readonly string[] OwnKeys = ["name", "sources", "fields", "tasks", "split", "model", "training", "evaluation", "update", "output"];

    public RunConfiguration Read(ConfigurationNode node)
    {
        var root = node as MapNode
            ?? throw node.Place.Error(node is ScalarNode { IsNull: true }
                ? "the configuration is empty; it needs at least sources, fields, tasks, split and model (docs/configuration.md)."
                : $"expected keys such as 'sources:' and 'fields:', found {node.Describe()}.");
        var data = (DataSpec)new RecordShape(typeof(DataSpec)).Read(root, "", OwnKeys) with
        {
            Sources = SourceSection.Read(Required(root, "sources", "a list of files")),
            Fields = FieldSection.Read(Required(root, "fields", "a list of field names")),
            Tasks = TaskSection.Read(Required(root, "tasks", "a mapping from task names to labels")),
            Split = SplitSection.Read(root["split"]),
        };
        SplitSection.Check(data, root);
        CheckScenario(data, root);
        FieldSection.CheckLabels(data, root);
        var training = (TrainingOptions)ReadSection(root, "training", typeof(TrainingOptions));
        CheckMonitor(data, training, root);
        var name = root.Has("name") ? (string)new TextShape().Read(root["name"]!, "name") : DefaultName();
        return new RunConfiguration
        {
            Name = name,
            File = file,
            BaseDirectory = baseDirectory,
            Data = data,
            Model = ReadModel(Required(root, "model", "the name of an architecture"), data),
            Training = training,
            Evaluation = (EvaluationOptions)ReadSection(root, "evaluation", typeof(EvaluationOptions)),
            Update = (UpdateOptions)ReadSection(root, "update", typeof(UpdateOptions)),
            Output = root.Has("output") ? (string)new TextShape().Read(root["output"]!, "output") : $"runs/{name}",
        };
    }

    static ConfigurationNode Required(MapNode root, string key, string what) =>
        root.Has(key) ? root[key]! : throw root.PlaceOf(key).Error($"key '{key}' is missing; it needs {what}.");

    static object ReadSection(MapNode root, string key, Type type) =>
        new RecordShape(type).Read(root[key] ?? new ScalarNode(root.Place, "", plain: true), key);

    static void CheckMonitor(DataSpec data, TrainingOptions training, MapNode root)
    {
        var layout = new EvaluationLayout(
            [.. data.Scenario.Select(column => (column, (IReadOnlyList<string>)[]))], [.. data.Tasks.Select(t => t.Name)], [.. data.Tasks.Select(_ => -1)]);
        if (layout.MonitorProblem(training.Monitor) is { } problem)
            throw ((root["training"] as MapNode)?.PlaceOf("monitor") ?? root.Place).Error($"training.monitor: {problem}");
    }

    static void CheckScenario(DataSpec data, MapNode root)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in data.Scenario)
        {
            if (column.Length == 0)
                throw root.PlaceOf("scenario").Error("scenario: a column name is empty.");
            if (!seen.Add(column))
                throw root.PlaceOf("scenario").Error($"scenario: column '{column}' is given twice; each level of the tree has its own column.");
        }
    }

    ModelChoice ReadModel(ConfigurationNode node, DataSpec data)
    {
        var map = node switch
        {
            MapNode m => m,
            ScalarNode scalar => new MapNode(scalar.Place, [new MapEntry(Scalars.Plain("name"), scalar)]),
            _ => throw node.Place.Error($"model: expected the name of an architecture or a mapping with a name, found {node.Describe()}."),
        };
        var known = models.Keys.Order(StringComparer.Ordinal).ToArray();
        if (!map.Has("name"))
            throw map.Place.Error($"model: key 'name' is missing; it needs one of: {string.Join(", ", known)}.");
        var nameNode = map["name"]!;
        var name = (string)new TextShape().Read(nameNode, "model.name");
        if (!models.TryGetValue(name, out var type))
            throw nameNode.Place.Error($"model.name: unknown architecture '{name}'{Names.Suggest(name, known)} Known: {string.Join(", ", known)}.");
        try
        {
            var options = (ModelOptions)new RecordShape(type).Read(map, "model", ["name"]);
            if (options.ProblemWith(FieldSection.Traits(data.Fields)) is { } problem) throw map.PlaceOf(problem.Key).Error($"model: {problem.Message}");
            return new ModelChoice(name, options);
        }
        catch (InputException e) when (nameNode.Place.Line == 0 && map.Place.Line != 0)
        {
            throw new InputException(
                $"{e.Message} (The override changed only the name of the model; --set \"model={{name: {name}, …}}\" replaces all its options.)", e);
        }
    }

    string DefaultName() =>
        Path.GetFileName(file) == RunConfiguration.DefaultFileName ? Path.GetFileName(baseDirectory) : Path.GetFileNameWithoutExtension(file);
}
