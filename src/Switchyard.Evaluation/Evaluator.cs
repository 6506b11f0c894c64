namespace Switchyard.Evaluation;

/// <summary>
/// Takes scores and labels batch by batch and reports the metrics of every scenario × task. Everything is exact: scores are kept
/// (5 bytes a row and task, 8 a row) and sorted once a task (16 a row; 4 more, and 4 a group, where rows do not come group after group).
/// Beside that every thread holds sums of every node. The report does not depend on how rows were cut into batches. Not thread-safe.
/// </summary>
public sealed class Evaluator
{
    readonly EvaluationLayout _layout;
    readonly EvaluationOptions _options;
    readonly ScenarioTree _tree;
    readonly Series[] _tasks;
    readonly Series?[] _conditional;
    readonly bool[] _hasConditional;
    readonly RankCounter _ranks;
    readonly GroupWalk _groupRanks;
    readonly GroupOrder _groupOrder = new();
    readonly Threads _threads;
    int[] _leaves = [];
    int[] _groups = [];
    ulong[] _order = [];
    ulong[] _scratch = [];
    int _rows;
    long _unknownRows;
    bool _hasGroups;

    /// <param name="layout">Scenario tree and tasks.</param>
    /// <param name="options">What is reported.</param>
    /// <param name="threads">Threads at most; 0 = all cores. The report does not depend on it.</param>
    /// <exception cref="ArgumentException">The layout contradicts itself or an option is out of range.</exception>
    public Evaluator(EvaluationLayout layout, EvaluationOptions options, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(options);
        layout.Check();
        options.Check();
        _layout = layout;
        _options = options;
        _tree = new(layout);
        _tasks = [.. layout.Tasks.Select(task => new Series($"Task '{task}'", _tree))];
        _conditional =
        [
            .. layout.Given.Select((given, task) =>
                given < 0 ? null : new Series($"Task '{layout.Tasks[task]}' given '{layout.Tasks[given]}'", _tree)),
        ];
        _hasConditional = new bool[_tasks.Length];
        _threads = new(threads);
        _ranks = new(_tree, _threads);
        _groupRanks = new(_tree, options.TopK, _threads);
    }

    /// <summary>Rows taken since the start or the last <see cref="Clear"/>.</summary>
    public int Rows => _rows;

    /// <summary>Forgets all rows and keeps the memory for the next evaluation.</summary>
    public void Clear()
    {
        _rows = 0;
        _hasGroups = false;
        _unknownRows = 0;
        Array.Clear(_hasConditional);
        foreach (var series in _tasks) series.Clear();
        foreach (var series in _conditional) series?.Clear();
    }

    /// <summary>
    /// Takes a batch; nothing of it is kept by reference, and once the memory has grown to the number of rows nothing is allocated.
    /// A batch that throws leaves no trace.
    /// </summary>
    /// <param name="leaf">
    /// Leaf scenario of every row [≥ count]: its nodes in mixed radix, coarse level first; −1 where unknown; 0 without levels.
    /// </param>
    /// <param name="group">Group id of every row [≥ count], −1 for none; empty where there are no groups.</param>
    /// <param name="scores">For every task the probabilities [≥ count] in [0, 1]; of a conditional task the product of its chain.</param>
    /// <param name="labels">For every task the labels [≥ count]: 0, 1, or NaN where not observed.</param>
    /// <param name="count">Rows in the batch.</param>
    /// <param name="conditional">
    /// Optional: for every task p(task | parent) [≥ count], null for a task without parent. Read on rows whose parent label is 1.
    /// </param>
    /// <exception cref="ArgumentException">Shapes do not fit, a leaf or label is out of range, or a score is not in [0, 1].</exception>
    public void Add(
        ReadOnlySpan<int> leaf,
        ReadOnlySpan<int> group,
        ReadOnlySpan<float[]> scores,
        ReadOnlySpan<float[]> labels,
        int count,
        ReadOnlySpan<float[]?> conditional = default)
    {
        CheckBatch(leaf, group, scores, labels, count, conditional);
        EnsureCapacity(checked(_rows + count));
        leaf[..count].CopyTo(_leaves.AsSpan(_rows));
        if (group.IsEmpty) _groups.AsSpan(_rows, count).Fill(-1);
        else group[..count].CopyTo(_groups.AsSpan(_rows));
        _hasGroups |= _groups.AsSpan(_rows, count).ContainsAnyInRange(0, int.MaxValue);
        foreach (var l in leaf[..count]) _unknownRows += l < 0 ? 1 : 0;

        for (var task = 0; task < _tasks.Length; task++)
        {
            var (taskScores, taskLabels) = (scores[task], labels[task]);
            for (var row = 0; row < count; row++) _tasks[task].Set(_rows + row, leaf[row], taskScores[row], taskLabels[row]);
            if (_conditional[task] is not { } given) continue;
            var parentLabels = labels[_layout.Given[task]];
            var values = conditional.IsEmpty ? null : conditional[task];
            _hasConditional[task] |= values is not null;
            for (var row = 0; row < count; row++)
            {
                if (values is not null && parentLabels[row] == 1) given.Set(_rows + row, leaf[row], values[row], taskLabels[row]);
                else given.SkipRow(_rows + row);
            }
        }

        _rows += count;
    }

    /// <summary>The metrics of all rows taken so far. More rows may follow.</summary>
    public EvaluationReport Report()
    {
        if (_order.Length < _rows)
        {
            _order = new ulong[_leaves.Length];
            _scratch = new ulong[_leaves.Length];
        }

        var withGroups = _hasGroups && _options.GroupMetrics;
        if (withGroups) _groupOrder.Build(_groups.AsSpan(0, _rows), _order, _scratch, _threads);
        var metrics = Array.ConvertAll(_tasks, task => Measure(task, withGroups));
        var given = new CellMetrics[]?[_tasks.Length];
        for (var task = 0; task < _tasks.Length; task++)
        {
            if (_hasConditional[task] && _conditional[task] is { } series) given[task] = Measure(series, withGroups);
        }

        var cells = new List<Cell>(_tree.Nodes * _tasks.Length);
        foreach (var (depth, index) in _tree.InReadingOrder())
        {
            var level = depth == 0 ? "total" : depth == _tree.Depth ? "leaf" : $"level{depth}";
            var name = _layout.NodeName(depth, index);
            var node = _tree.Node(depth, index);
            for (var task = 0; task < _tasks.Length; task++)
                cells.Add(new(level, name, _layout.Tasks[task], metrics[task][node], given[task]?[node]));
        }

        return new(_layout, _options, cells, _unknownRows, withGroups);
    }

    CellMetrics[] Measure(Series series, bool withGroups)
    {
        var count = series.Order(_rows, _order, _scratch, _threads);
        _ranks.Run(_order, count, _leaves);
        if (withGroups) _groupRanks.Run(_groupOrder, series, _leaves);
        else _groupRanks.Clear();

        var result = new CellMetrics[_tree.Nodes];
        for (var depth = 0; depth <= _tree.Depth; depth++)
        {
            for (var index = 0; index < _tree.Width(depth); index++)
            {
                var node = _tree.Node(depth, index);
                result[node] = Complete(series.Sums(depth, index), _ranks.Auc(node), _groupRanks[node], withGroups);
            }
        }

        return result;
    }

    static CellMetrics Complete(LeafSums sums, double? auc, GroupSums groups, bool withGroups)
    {
        var (gauc, ndcg, mrr) = (groups.Gauc, groups.Ndcg, groups.Mrr);
        SortedDictionary<string, string>? reasons = null;
        var noRows = sums.Rows == 0 ? "no rows" : null;
        var noPositives = noRows ?? (sums.Positives == 0 ? "no positives" : null);
        var noGroups = withGroups ? null : "no groups";
        var oneClass = noPositives ?? (sums.Positives == sums.Rows ? "no negatives" : null);
        if (oneClass is not null) Explain("auc", oneClass);
        if (gauc is null) Explain("gauc", noGroups ?? oneClass ?? "no group has both classes");
        if (ndcg is null) Explain("ndcg", noGroups ?? noPositives ?? "no group has a positive");
        if (mrr is null) Explain("mrr", noGroups ?? noPositives ?? "no group has a positive");
        if (noRows is not null) Explain("logloss", noRows);
        if (noPositives is not null) Explain("calibration", noPositives);
        return new()
        {
            Rows = sums.Rows,
            Positives = sums.Positives,
            Auc = auc,
            Gauc = gauc,
            Ndcg = ndcg,
            Mrr = mrr,
            LogLoss = noRows is null ? sums.Loss / sums.Rows : null,
            Calibration = noPositives is null ? sums.Score / sums.Positives : null,
            Reasons = reasons ?? CellMetrics.NoReasons,
        };

        void Explain(string metric, string reason) => (reasons ??= new(StringComparer.Ordinal))[metric] = reason;
    }

    void CheckBatch(
        ReadOnlySpan<int> leaf,
        ReadOnlySpan<int> group,
        ReadOnlySpan<float[]> scores,
        ReadOnlySpan<float[]> labels,
        int count,
        ReadOnlySpan<float[]?> conditional)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        CheckLength("leaf", leaf.Length, count);
        if (!group.IsEmpty) CheckLength("group", group.Length, count);
        CheckLength("scores", scores.Length, _tasks.Length);
        CheckLength("labels", labels.Length, _tasks.Length);
        if (!conditional.IsEmpty) CheckLength("conditional", conditional.Length, _tasks.Length);
        foreach (var l in leaf[..count])
        {
            if (l < -1 || l >= _tree.Leaves)
                throw new ArgumentException($"Leaf {l} is out of range; the tree has {_tree.Leaves} leaves, −1 is unknown.");
        }

        for (var task = 0; task < _tasks.Length; task++)
        {
            CheckLength("scores", scores[task].Length, count, task);
            CheckLength("labels", labels[task].Length, count, task);
            _tasks[task].Check(scores[task].AsSpan(0, count), labels[task].AsSpan(0, count), _rows);
        }

        for (var task = 0; task < conditional.Length; task++)
        {
            if (conditional[task] is not { } values) continue;
            if (_conditional[task] is not { } series)
                throw new ArgumentException($"Task '{_layout.Tasks[task]}' has no parent and so no conditional scores; pass null for it.");
            CheckLength("conditional scores", values.Length, count, task);
            series.Check(values.AsSpan(0, count), labels[task].AsSpan(0, count), _rows);
        }
    }

    void CheckLength(string what, int length, int needed, int task = -1)
    {
        if (length >= needed) return;
        var of = task < 0 ? "" : $" of task '{_layout.Tasks[task]}'";
        throw new ArgumentException($"Too short: {what}{of} has {length} entries, {needed} are needed.");
    }

    void EnsureCapacity(int rows)
    {
        if (_leaves.Length < rows)
        {
            var capacity = (int)Math.Min(Array.MaxLength, Math.Max(rows, 2L * _leaves.Length));
            Array.Resize(ref _leaves, capacity);
            Array.Resize(ref _groups, capacity);
        }

        foreach (var series in _tasks) series.EnsureCapacity(_leaves.Length);
        foreach (var series in _conditional) series?.EnsureCapacity(_leaves.Length);
    }
}
