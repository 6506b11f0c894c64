namespace Switchyard.Evaluation;

/// <summary>
/// How much worse other scores of the same rows are: drop of AUC and rise of log loss in every scenario × task, with standard errors of
/// the paired difference. AUC by placement values (DeLong et al. 1988), rows of one group as one observation (Obuchowski 1997). Several
/// draws of the other scores are averaged row by row, so that their noise is part of the error too. Not thread-safe.
/// </summary>
public sealed class ScoreComparison
{
    const double Clip = 1e-7;

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
    readonly double[] _meanInfluence;
    readonly ClusterSums _meanErrors = new(1);
    int _firstDraws;
    int _draws;

    /// <param name="layout">Scenario tree and tasks.</param>
    /// <param name="options">Positives and negatives from which a cell counts.</param>
    /// <param name="leaves">Leaf scenario of every row, −1 where unknown.</param>
    /// <param name="groups">Group of every row, −1 for none: such a row is a group by itself.</param>
    /// <param name="labels">For every task 0, 1 or NaN (not observed).</param>
    public ScoreComparison(EvaluationLayout layout, EvaluationOptions options, int[] leaves, int[] groups, float[][] labels)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(leaves);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(labels);
        (_layout, _options, _leaves, _labels) = (layout, options, leaves, labels);
        _tree = new ScenarioTree(layout);
        _placements = new Placements(_tree, leaves);
        _first = [.. labels.Select(_ => new RowValues(_tree.Depth, leaves.Length))];
        _others = [.. labels.Select(_ => new RowValues(_tree.Depth, leaves.Length))];
        _nodes = new ClassSums[_tree.Nodes];
        (_aucErrors, _lossErrors) = (new(_tree.Nodes), new(_tree.Nodes));
        _meanInfluence = new double[leaves.Length];
        _byGroup = [.. Enumerable.Range(0, leaves.Length)];
        var alone = groups.Length == 0 ? 0 : groups.Max() + 1;
        _clusters = [.. groups.Select((g, row) => g >= 0 ? g : alone + row)];
        Array.Sort((int[])_clusters.Clone(), _byGroup);
        _rows = [.. labels.Select(CountRows)];
        _leafCells = _rows.Sum(nodes => nodes.AsSpan(_tree.Node(_tree.Depth, 0), _tree.Leaves).ToArray().Count(cell => cell.Counts(options)));
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
            var name = _tree.Name(_layout, depth, index);
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
            var (labels, losses) = (_labels[task], into[task].Losses);
            for (var row = 0; row < labels.Length; row++)
            {
                if (float.IsNaN(labels[row])) continue;
                var score = Math.Clamp((double)scores[task][row], Clip, 1 - Clip);
                losses[row] -= (float)Math.Log(labels[row] == 1 ? score : 1 - score);
            }
        }
    }

    /// <summary>Rows and sums of differences of every node.</summary>
    void Sum(int task)
    {
        Array.Clear(_nodes);
        var labels = _labels[task];
        for (var row = 0; row < labels.Length; row++)
        {
            if (float.IsNaN(labels[row])) continue;
            var path = _tree.Path(_leaves[row]);
            for (var depth = 0; depth < path.Length; depth++) _nodes[path[depth]].Add(labels[row] == 1, PlacementDrop(task, depth, row), LossRise(task, row));
        }
    }

    /// <summary>
    /// Every row's influence on its nodes' differences, summed by group and squared; on the mean over leaf cells, summed over tasks.
    /// </summary>
    void Errors(int task)
    {
        _aucErrors.Clear();
        _lossErrors.Clear();
        var labels = _labels[task];
        foreach (var row in _byGroup)
        {
            if (float.IsNaN(labels[row])) continue;
            var path = _tree.Path(_leaves[row]);
            for (var depth = 0; depth < path.Length; depth++)
            {
                if (!Counts(task, path[depth])) continue;
                ref readonly var node = ref _nodes[path[depth]];
                var influence = node.Influence(labels[row] == 1, PlacementDrop(task, depth, row));
                _aucErrors.Add(path[depth], _clusters[row], influence);
                _lossErrors.Add(path[depth], _clusters[row], node.LossInfluence(LossRise(task, row)));
                if (depth == _tree.Depth) _meanInfluence[row] += influence / _leafCells;
            }
        }
    }

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

    double PlacementDrop(int task, int depth, int row) => (_first[task].Placements[depth][row] / _firstDraws) - (_others[task].Placements[depth][row] / _draws);

    double LossRise(int task, int row) => (_others[task].Losses[row] / _draws) - (_first[task].Losses[row] / _firstDraws);

    /// <summary>What the scores of one task make of every row: placements by depth, and losses.</summary>
    sealed class RowValues(int depth, int rows)
    {
        public double[][] Placements { get; } = [.. Enumerable.Range(0, depth + 1).Select(_ => new double[rows])];

        public double[] Losses { get; } = new double[rows];

        public void Clear()
        {
            foreach (var values in Placements) Array.Clear(values);
            Array.Clear(Losses);
        }
    }
}
