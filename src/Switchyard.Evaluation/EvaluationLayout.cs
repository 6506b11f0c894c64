namespace Switchyard.Evaluation;

/// <summary>What is evaluated: the scenario tree and the tasks.</summary>
/// <param name="Levels">Levels of the tree, coarse first: the column's name and its nodes' names. Where empty, only totals exist.</param>
/// <param name="Tasks">Names of the tasks.</param>
/// <param name="Given">For every task the index of the task it is conditional on, −1 for none.</param>
public sealed record EvaluationLayout(
    IReadOnlyList<(string Column, IReadOnlyList<string> Nodes)> Levels,
    IReadOnlyList<string> Tasks,
    IReadOnlyList<int> Given)
{
    /// <summary>
    /// Names under which <see cref="EvaluationReport.MeanAuc"/> knows the levels: <c>level1</c>, <c>level2</c>, … and, for the finest,
    /// also <c>leaf</c>. Without levels there is only <c>leaf</c>, which then stands for the total.
    /// </summary>
    public IReadOnlyList<string> LevelNames => [.. Enumerable.Range(1, Levels.Count).Select(level => $"level{level}"), "leaf"];

    /// <summary>Every name <see cref="EvaluationReport.Monitor"/> accepts.</summary>
    public IReadOnlyList<string> MonitorNames =>
    [
        "mean_auc",
        .. LevelNames.Select(level => $"mean_auc:{level}"),
        .. LevelNames.SelectMany(level => Tasks.Select(task => $"mean_auc:{level}:{task}")),
        .. MonitorName.TaskMetrics.SelectMany(metric => Tasks.Select(task => $"{metric}:{task}")),
    ];

    /// <summary>A node by its names from the root, joined by /.</summary>
    /// <param name="depth">Depth of the node; 0 is the total, called all.</param>
    /// <param name="index">Its place among the nodes of that depth, the last level counting fastest.</param>
    public string NodeName(int depth, int index)
    {
        if (depth == 0) return "all";
        var parts = new string[depth];
        for (var level = depth - 1; level >= 0; level--)
        {
            var nodes = Levels[level].Nodes;
            parts[level] = nodes[index % nodes.Count];
            index /= nodes.Count;
        }

        return string.Join('/', parts);
    }

    /// <summary>Says what is wrong with a monitor's name, with the remedy; null where nothing is. To ask before training starts.</summary>
    public string? MonitorProblem(string name)
    {
        var names = MonitorNames;
        return names.Contains(name) ? null : $"Unknown monitor '{name}'. Use one of: {string.Join(", ", names)}.";
    }

    internal int TaskIndex(string task)
    {
        for (var i = 0; i < Tasks.Count; i++)
        {
            if (Tasks[i] == task) return i;
        }

        throw new ArgumentException($"Unknown task '{task}'. Tasks are: {string.Join(", ", Tasks)}.", nameof(task));
    }

    /// <summary>Depth of a level by name, 1-based; 0 is the total, which is the leaf of a layout without levels.</summary>
    internal int LevelDepth(string level)
    {
        if (level == "leaf") return Levels.Count;
        for (var depth = 1; depth <= Levels.Count; depth++)
        {
            if (level == $"level{depth}") return depth;
        }

        throw new ArgumentException($"Unknown level '{level}'. Levels are: {string.Join(", ", LevelNames)}.", nameof(level));
    }

    internal void Check()
    {
        if (Tasks.Count == 0) throw new ArgumentException("There is no task to evaluate; name at least one.");
        if (Given.Count != Tasks.Count)
            throw new ArgumentException($"Given has {Given.Count} entries for {Tasks.Count} tasks; it needs one a task, −1 for none.");
        for (var task = 0; task < Tasks.Count; task++)
        {
            var given = Given[task];
            if (given < -1 || given >= Tasks.Count || given == task)
                throw new ArgumentException($"Task '{Tasks[task]}' is given task {given}; that is no other of the {Tasks.Count} tasks.");
        }

        foreach (var (column, nodes) in Levels)
        {
            if (nodes.Count == 0) throw new ArgumentException($"Scenario level '{column}' has no nodes.");
        }
    }
}
