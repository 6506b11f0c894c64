namespace Switchyard.Evaluation;

/// <summary>A mean of AUC over cells.</summary>
/// <param name="Level">The level's name.</param>
/// <param name="Value">Unweighted mean; null where no cell counts.</param>
/// <param name="Counted">Cells with enough positives and negatives.</param>
/// <param name="Cells">All cells of the level.</param>
public sealed record MeanAuc(string Level, double? Value, int Counted, int Cells);

/// <summary>The metrics of every scenario × task. Immutable.</summary>
public sealed class EvaluationReport
{
    readonly EvaluationLayout _layout;
    readonly Cell[] _cells;

    internal EvaluationReport(
        EvaluationLayout layout, EvaluationOptions options, IReadOnlyList<Cell> cells, long unknownRows, bool hasGroups)
    {
        _layout = layout;
        _cells = [.. cells];
        Options = options;
        UnknownRows = unknownRows;
        HasGroups = hasGroups;
        Means = [.. layout.LevelNames.Where((_, i) => i != layout.Levels.Count - 1 || i == 0).Select(level => Mean(level, null))];
    }

    public EvaluationOptions Options { get; }

    /// <summary>Every scenario × task: a node before its children, its tasks side by side; the totals last.</summary>
    public IReadOnlyList<Cell> Cells => _cells;

    /// <summary>The cells of all rows, one a task.</summary>
    public IReadOnlyList<Cell> Totals => _cells.AsSpan(_cells.Length - _layout.Tasks.Count).ToArray();

    /// <summary>Mean AUC of every level: <c>level1</c>, … and <c>leaf</c>, which in a tree of one level are the same.</summary>
    public IReadOnlyList<MeanAuc> Means { get; }

    /// <summary>Rows whose scenario has a value the tree does not know; they are part of the totals only.</summary>
    public long UnknownRows { get; }

    /// <summary>Whether GAUC, NDCG and MRR were computed.</summary>
    public bool HasGroups { get; }

    internal EvaluationLayout Layout => _layout;

    /// <summary>Mean AUC over the counted cells of a level (<c>level1</c>, …, <c>leaf</c>), of one task or all; null where none counts.</summary>
    /// <exception cref="ArgumentException">No such level or task.</exception>
    public double? MeanAuc(string level, string? task = null) => Mean(level, task).Value;

    /// <summary>AUC of a task over all rows; null where undefined.</summary>
    /// <exception cref="ArgumentException">No such task.</exception>
    public double? Auc(string task) => Total(task).Auc;

    /// <summary>The metrics of a task over all rows.</summary>
    /// <exception cref="ArgumentException">No such task.</exception>
    public CellMetrics Total(string task) => _cells[_cells.Length - _layout.Tasks.Count + _layout.TaskIndex(task)].Metrics;

    /// <summary>
    /// The value training watches: <c>mean_auc</c> (over leaves), <c>mean_auc:LEVEL</c>, <c>mean_auc:LEVEL:TASK</c>, or over all rows
    /// <c>auc:TASK</c>, <c>gauc:TASK</c>, <c>ndcg:TASK</c>, <c>mrr:TASK</c>, <c>logloss:TASK</c>.
    /// </summary>
    /// <exception cref="ArgumentException">No such name; the message lists all.</exception>
    public MonitorValue Monitor(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_layout.MonitorProblem(name) is { } problem) throw new ArgumentException(problem);
        var parts = MonitorName.Parse(name);
        var value = parts.Metric switch
        {
            "auc" => Total(parts.Task!).Auc,
            "gauc" => Total(parts.Task!).Gauc,
            "ndcg" => Total(parts.Task!).Ndcg,
            "mrr" => Total(parts.Task!).Mrr,
            "logloss" => Total(parts.Task!).LogLoss,
            _ => MeanAuc(parts.Level ?? "leaf", parts.Task),
        };
        return new(value, parts.HigherIsBetter);
    }

    /// <summary>The direction of a monitor.</summary>
    /// <param name="name">See <see cref="Monitor"/>.</param>
    public static bool HigherIsBetter(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return MonitorName.Parse(name).HigherIsBetter;
    }

    /// <summary>One JSON object, indented, snake case; undefined values are null with their reason beside.</summary>
    public string ToJson() => ReportJson.Write(this);

    /// <summary>Tables in Markdown, aligned for a terminal; undefined values are blank with a numbered note.</summary>
    public string ToMarkdown() => ReportMarkdown.Write(this);

    internal bool Counts(CellMetrics cell) =>
        cell.Auc is not null && cell.Positives >= Options.MinPositives && cell.Negatives >= Options.MinNegatives;

    /// <summary>What the cells of a level have as theirs.</summary>
    internal string StoredLevel(string level)
    {
        var depth = _layout.LevelDepth(level);
        return depth == 0 ? "total" : depth == _layout.Levels.Count ? "leaf" : level;
    }

    MeanAuc Mean(string level, string? task)
    {
        var stored = StoredLevel(level);
        if (task is not null) _layout.TaskIndex(task);
        var sum = 0.0;
        int counted = 0, all = 0;
        foreach (var cell in _cells)
        {
            if (cell.Level != stored || (task is not null && cell.Task != task)) continue;
            all++;
            if (!Counts(cell.Metrics)) continue;
            sum += cell.Metrics.Auc!.Value;
            counted++;
        }

        return new(level, counted > 0 ? sum / counted : null, counted, all);
    }
}
