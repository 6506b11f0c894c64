namespace Switchyard.Evaluation;

/// <summary>
/// How much worse other scores of the same rows are: drop of AUC and rise of log loss in every scenario × task, with standard errors of
/// the paired difference. AUC by placement values (DeLong et al. 1988), rows of one group as one observation (Obuchowski 1997). Several
/// draws of the other scores are averaged row by row, so that their noise is part of the error too. Not thread-safe.
/// </summary>
public sealed class ScoreComparison
{
    const double Clip = 1e-7;

    /// <summary>Rows of a part, at least. Sums of parts are added in their order, so that threads do not matter.</summary>
    const int RowsPerPart = 1 << 18;

    readonly EvaluationLayout _layout;
    readonly EvaluationOptions _options;
    readonly ScenarioTree _tree;
    readonly int[] _leaves;
    readonly float[][] _labels;
    readonly int[] _byGroup;
    readonly int[] _clusters;
    readonly Placements _placements;
    readonly RowValues[] _first;
    readonly RowValues[] _others;
    readonly CellRows[][] _rows;
    readonly int _leafCells;
    readonly ClassSums[] _nodes;
    readonly ClusterSums _aucErrors;
    readonly ClusterSums _lossErrors;
    readonly Threads _threads;
    readonly Worker?[] _workers;
    readonly int _parts;
    readonly double[] _meanInfluence;
    readonly ClusterSums _meanErrors = new(1);
    int _firstDraws;
    int _draws;

    /// <param name="layout">Scenario tree and tasks.</param>
    /// <param name="options">Positives and negatives from which a cell counts.</param>
    /// <param name="leaves">Leaf scenario of every row, −1 where unknown.</param>
    /// <param name="groups">Group of every row, −1 for none: such a row is a group by itself.</param>
    /// <param name="labels">For every task 0, 1 or NaN (not observed).</param>
    /// <param name="threads">Threads at most; 0 = all cores. The differences do not depend on it.</param>
    /// <exception cref="ArgumentException">More rows than one comparison can hold.</exception>
    public ScoreComparison(EvaluationLayout layout, EvaluationOptions options, int[] leaves, int[] groups, float[][] labels, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(leaves);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(labels);
        (_layout, _options, _leaves, _labels) = (layout, options, leaves, labels);
        _tree = new ScenarioTree(layout);
        RequireFits(leaves.Length, _tree.Depth);
        _threads = new Threads(threads);
        _workers = new Worker[_threads.Count];
        _parts = Math.Max(1, leaves.Length / Math.Max(RowsPerPart, _tree.Nodes));
        _placements = new Placements(_tree, leaves, _threads);
        _first = [.. labels.Select(_ => new RowValues(_tree.Depth, leaves.Length))];
        _others = [.. labels.Select(_ => new RowValues(_tree.Depth, leaves.Length))];
        _nodes = new ClassSums[_tree.Nodes];
        (_aucErrors, _lossErrors) = (new(_tree.Nodes), new(_tree.Nodes));
        _meanInfluence = new double[leaves.Length];
        (_byGroup, _clusters) = ByGroup(groups);
        _rows = [.. labels.Select(CountRows)];
        _leafCells = _rows.Sum(nodes => nodes.AsSpan(_tree.Node(_tree.Depth, 0), _tree.Leaves).ToArray().Count(cell => cell.Counts(options)));
    }

    /// <summary>Refuses what the array of placements [rows × depths] cannot hold.</summary>
    internal static void RequireFits(int rows, int depth)
    {
        var most = Array.MaxLength / (depth + 1);
        if (rows > most) throw new ArgumentException($"{rows:N0} rows with {depth} scenario levels are more than the {most:N0} that can be compared at once; compare a sample of them.");
    }

    /// <summary>Why no difference can be said, whatever the scores; null where at least one can.</summary>
    public string? Problem => _rows.Any(nodes => nodes[0].Counts(_options))
        ? null
        : $"a difference is known from {_options.MinPositives} positives and {_options.MinNegatives} negatives, either in 2 groups (a row without a group is one); " +
          $"there are: {string.Join("; ", _layout.Tasks.Select((task, t) => $"{task} {_rows[t][0]}"))}";

    /// <summary>The scores to compare with, for every task.</summary>
    public void SetFirst(ReadOnlySpan<float[]> scores)
    {
        foreach (var values in _first) values.Clear();
        _firstDraws = 0;
        AddFirst(scores);
        Clear();
    }

    /// <summary>Takes another draw of the scores to compare with: of several, the mean is compared.</summary>
    public void AddFirst(ReadOnlySpan<float[]> scores)
    {
        Add(_first, scores);
        _firstDraws++;
    }

    /// <summary>Forgets the other scores.</summary>
    public void Clear()
    {
        foreach (var values in _others) values.Clear();
        _draws = 0;
    }

    /// <summary>Takes a draw of the other scores, for every task.</summary>
    public void Add(ReadOnlySpan<float[]> scores)
    {
        Add(_others, scores);
        _draws++;
    }

    /// <summary>How much worse the mean of the draws is.</summary>
    public ScoreDifferences Differences()
    {
        if (_draws == 0) throw new InvalidOperationException("There are no other scores; call Add first.");
        var auc = new Difference?[_labels.Length][];
        var loss = new Difference?[_labels.Length][];
        Array.Clear(_meanInfluence);
        for (var task = 0; task < _labels.Length; task++)
        {
            Sum(task);
            Errors(task);
            var rows = _rows[task];
            auc[task] = [.. _nodes.Select((s, n) => Counts(task, n) ? _aucErrors.Difference(n, s.Auc, rows[n].Groups - 1) : null)];
            loss[task] = [.. _nodes.Select((s, n) => Counts(task, n) ? _lossErrors.Difference(n, s.MeanLoss) : null)];
        }

        var leaves = Enumerable.Range(_tree.Node(_tree.Depth, 0), _tree.Leaves);
        return new([.. Cells(auc, loss)], _leafCells == 0 ? null : Mean([.. leaves.SelectMany(n => auc.Select(a => a[n])).OfType<Difference>()]));
    }

    IEnumerable<CellDifference> Cells(Difference?[][] auc, Difference?[][] loss)
    {
        foreach (var (depth, index) in _tree.InReadingOrder())
        {
            var node = _tree.Node(depth, index);
            if (depth > 0 && _rows.All(nodes => nodes[node].Rows == 0)) continue;
            var level = depth == 0 ? "total" : depth == _tree.Depth ? "leaf" : $"level{depth}";
            var name = _layout.NodeName(depth, index);
            for (var task = 0; task < _labels.Length; task++)
            {
                var rows = _rows[task][node];
                yield return new(node, level, name, _layout.Tasks[task], rows.Rows, rows.Positives, Counts(task, node), auc[task][node], loss[task][node]);
            }
        }
    }

    /// <summary>Rows and groups of every node.</summary>
    CellRows[] CountRows(float[] labels)
    {
        var nodes = new CellRows[_tree.Nodes];
        foreach (var row in _byGroup)
        {
            if (float.IsNaN(labels[row])) continue;
            foreach (var node in _tree.Path(_leaves[row])) nodes[node].Add(labels[row] == 1, _clusters[row]);
        }

        return nodes;
    }

    bool Counts(int task, int node) => _rows[task][node].Counts(_options);

    void Add(RowValues[] into, ReadOnlySpan<float[]> scores)
    {
        for (var task = 0; task < _labels.Length; task++)
        {
            _placements.AddTo(scores[task], _labels[task], into[task].Placements);
            var (values, labels, losses) = (scores[task], _labels[task], into[task].Losses);
            _threads.For(_parts, part =>
            {
                for (var row = First(part); row < First(part + 1); row++)
                {
                    if (float.IsNaN(labels[row])) continue;
                    var score = Math.Clamp((double)values[row], Clip, 1 - Clip);
                    losses[row] -= (float)Math.Log(labels[row] == 1 ? score : 1 - score);
                }
            });
        }
    }

    /// <summary>Rows and sums of differences of every node.</summary>
    void Sum(int task)
    {
        Array.Clear(_nodes);
        _threads.InOrder(
            _parts,
            (worker, part) => Sum(task, First(part), First(part + 1), WorkerOf(worker).Nodes),
            worker =>
            {
                for (var node = 0; node < _nodes.Length; node++) _nodes[node].Add(_workers[worker]!.Nodes[node]);
            });
    }

    void Sum(int task, int from, int to, ClassSums[] nodes)
    {
        Array.Clear(nodes);
        var labels = _labels[task];
        for (var row = from; row < to; row++)
        {
            if (float.IsNaN(labels[row])) continue;
            var path = _tree.Path(_leaves[row]);
            for (var depth = 0; depth < path.Length; depth++) nodes[path[depth]].Add(labels[row] == 1, PlacementDrop(task, depth, row), LossRise(task, row));
        }
    }

    /// <summary>
    /// Every row's influence on its nodes' differences, summed by group and squared; on the mean over leaf cells, summed over tasks.
    /// </summary>
    void Errors(int task)
    {
        _aucErrors.Clear();
        _lossErrors.Clear();
        _threads.InOrder(
            _parts,
            (worker, part) => Errors(task, _byGroup.AsSpan(FirstOfGroup(part)..FirstOfGroup(part + 1)), WorkerOf(worker)),
            worker =>
            {
                _aucErrors.Add(_workers[worker]!.AucErrors);
                _lossErrors.Add(_workers[worker]!.LossErrors);
            });
    }

    void Errors(int task, ReadOnlySpan<int> rows, Worker into)
    {
        into.AucErrors.Clear();
        into.LossErrors.Clear();
        var labels = _labels[task];
        foreach (var row in rows)
        {
            if (float.IsNaN(labels[row])) continue;
            var path = _tree.Path(_leaves[row]);
            for (var depth = 0; depth < path.Length; depth++)
            {
                if (!Counts(task, path[depth])) continue;
                ref readonly var node = ref _nodes[path[depth]];
                var influence = node.Influence(labels[row] == 1, PlacementDrop(task, depth, row));
                into.AucErrors.Add(path[depth], _clusters[row], influence);
                into.LossErrors.Add(path[depth], _clusters[row], node.LossInfluence(LossRise(task, row)));
                if (depth == _tree.Depth) _meanInfluence[row] += influence / _leafCells;
            }
        }
    }

    int First(int part) => (int)((long)_leaves.Length * part / _parts);

    /// <summary>The first place at or after a part's start where a group begins.</summary>
    int FirstOfGroup(int part)
    {
        var place = First(part);
        while (place > 0 && place < _byGroup.Length && _clusters[_byGroup[place]] == _clusters[_byGroup[place - 1]]) place++;
        return place;
    }

    /// <summary>Rows group after group, and the group of every row; a row without one has a number of its own.</summary>
    (int[] ByGroup, int[] Clusters) ByGroup(int[] groups)
    {
        var alone = 0;
        foreach (var group in groups) alone = Math.Max(alone, group + 1);
        var clusters = new int[groups.Length];
        var keys = new ulong[groups.Length];
        var ascending = true;
        for (var row = 0; row < groups.Length; row++)
        {
            clusters[row] = groups[row] >= 0 ? groups[row] : alone + row;
            keys[row] = (ulong)clusters[row] << 32 | (uint)row;
            ascending &= row == 0 || clusters[row] >= clusters[row - 1];
        }

        if (!ascending) RadixSort.ByUpperHalf(keys, keys.Length, new ulong[keys.Length], _threads);
        return (Array.ConvertAll(keys, key => (int)(uint)key), clusters);
    }

    Worker WorkerOf(int worker) => _workers[worker] ??= new Worker(_tree.Nodes);

    Difference Mean(Difference[] cells)
    {
        _meanErrors.Clear();
        foreach (var row in _byGroup)
        {
            if (IsInMean(row)) _meanErrors.Add(0, _clusters[row], _meanInfluence[row]);
        }

        var freedom = Switchyard.Evaluation.Difference.Welch([.. cells.Select(c => (c.StandardError * c.StandardError, c.Freedom))]);
        return _meanErrors.Difference(0, cells.Average(c => c.Value), freedom);
    }

    /// <summary>Whether a row is in a leaf cell that counts.</summary>
    bool IsInMean(int row)
    {
        var path = _tree.Path(_leaves[row]);
        if (path.Length <= _tree.Depth) return false;
        for (var task = 0; task < _labels.Length; task++)
        {
            if (!float.IsNaN(_labels[task][row]) && Counts(task, path[^1])) return true;
        }

        return false;
    }

    double PlacementDrop(int task, int depth, int row) => (_first[task].Placements[Place(row, depth)] / _firstDraws) - (_others[task].Placements[Place(row, depth)] / _draws);

    int Place(int row, int depth) => (row * (_tree.Depth + 1)) + depth;

    double LossRise(int task, int row) => (_others[task].Losses[row] / _draws) - (_first[task].Losses[row] / _firstDraws);

    /// <summary>Sums of a part of the rows.</summary>
    sealed class Worker(int nodes)
    {
        public ClassSums[] Nodes { get; } = new ClassSums[nodes];

        public ClusterSums AucErrors { get; } = new(nodes);

        public ClusterSums LossErrors { get; } = new(nodes);
    }

    /// <summary>What the scores of one task make of every row: placements by depth, and losses.</summary>
    sealed class RowValues(int depth, int rows)
    {
        /// <summary>[rows × depths].</summary>
        public double[] Placements { get; } = new double[rows * (depth + 1)];

        public double[] Losses { get; } = new double[rows];

        public void Clear()
        {
            Array.Clear(Placements);
            Array.Clear(Losses);
        }
    }
}
