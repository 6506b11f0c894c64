namespace Switchyard.Evaluation;

/// <summary>The rows that models are compared on, and what is measured of them: every counted cell, and the means over them.</summary>
sealed class ComparedRows
{
    const double Clip = 1e-7;

    /// <summary>Rows from which all threads measure a cell together: what that needs grows with its rows, and must not with the threads too.</summary>
    const int LargeCell = 1 << 18;

    static readonly Threads One = new(1);

    readonly ScenarioTree _tree;
    readonly Threads _threads;
    readonly int[] _leaves;
    readonly float[][] _labels;
    readonly int[] _groups;
    readonly int[] _clusters;
    readonly List<ComparedValue> _values = [];
    readonly List<int[]> _means = [];
    readonly int _columns;

    public ComparedRows(EvaluationLayout layout, EvaluationOptions options, int[] leaves, int[] groups, float[][] labels, Threads threads)
    {
        _threads = threads;
        _tree = new ScenarioTree(layout);
        (_leaves, _labels) = (leaves, labels);
        _groups = groups.Length > 0 ? groups : [.. leaves.Select(_ => -1)];
        (_clusters, Clusters) = Dense(_groups);
        var cells = labels.Select(Count).ToArray();
        var hasGroups = _groups.Any(g => g >= 0);
        foreach (var metric in hasGroups ? Enum.GetValues<ComparedMetric>() : [ComparedMetric.Auc, ComparedMetric.LogLoss])
        {
            for (var task = 0; task < labels.Length; task++)
            {
                foreach (var (depth, index) in _tree.InReadingOrder())
                {
                    var node = _tree.Node(depth, index);
                    var rows = cells[task][node];
                    if (rows.Positives < options.MinPositives || rows.Negatives < options.MinNegatives) continue;
                    _values.Add(new(metric, node, LevelOf(depth), layout.NodeName(depth, index), layout.Tasks[task], rows.Rows, rows.Positives, rows.Groups));
                }
            }
        }

        _columns = _values.Count;
        AddMeanValues();
        Tasks = [.. layout.Tasks];
    }

    string[] Tasks { get; }

    public IReadOnlyList<ComparedValue> Values => _values;

    /// <summary>Groups to draw from.</summary>
    public int Clusters { get; }

    /// <summary>The values of cells for one model, ready for resamples: in the order of <see cref="Values"/>, means left out.</summary>
    public ResampledValue[] Of(float[][] scores)
    {
        var byTask = Tasks.Select((_, task) => RowsOfNodes(scores[task], _labels[task])).ToArray();
        var magnitudes = scores.Select(s => Array.ConvertAll(s, MathF.Abs)).ToArray();
        var values = new ResampledValue[_columns];
        var large = Enumerable.Range(0, _columns).ToLookup(v => _values[v].Rows >= LargeCell);
        foreach (var value in large[true]) values[value] = Of(_values[value], _threads);
        int[] small = [.. large[false]];
        _threads.For(small.Length, i => values[small[i]] = Of(_values[small[i]], One));
        return values;

        ResampledValue Of(ComparedValue value, Threads threads)
        {
            var task = Array.IndexOf(Tasks, value.Task);
            var rows = byTask[task][value.Node];
            return value.Metric switch
            {
                ComparedMetric.Auc => new ResampledAuc(rows, magnitudes[task], _labels[task], _clusters),
                ComparedMetric.Gauc => GroupAuc(rows, magnitudes[task], _labels[task], threads),
                _ => Loss(rows, magnitudes[task], _labels[task], threads),
            };
        }
    }

    /// <summary>Hands on the lanes of every value, of means too.</summary>
    public void AddMeans(double[][] lanes, Action<int, double[]> take)
    {
        for (var value = 0; value < _columns; value++) take(value, lanes[value]);
        for (var mean = 0; mean < _means.Count; mean++)
        {
            var (sums, counts) = (new double[GroupResamples.Lanes], new int[GroupResamples.Lanes]);
            foreach (var cell in _means[mean])
            {
                for (var lane = 0; lane < sums.Length; lane++)
                {
                    // A resample may have drawn no positive of a small cell: for every model the same one, so the mean goes on without it.
                    if (double.IsNaN(lanes[cell][lane])) continue;
                    sums[lane] += lanes[cell][lane];
                    counts[lane]++;
                }
            }

            for (var lane = 0; lane < sums.Length; lane++) sums[lane] /= counts[lane];
            take(_columns + mean, sums);
        }
    }

    string LevelOf(int depth) => depth == 0 ? "total" : depth == _tree.Depth ? "leaf" : $"level{depth}";

    void AddMeanValues()
    {
        foreach (var level in _values.Select(v => v.Level).Distinct().ToArray())
        {
            if (level == "total" && _tree.Depth > 0) continue;
            int[] cells = [.. Enumerable.Range(0, _columns).Where(v => _values[v].Metric == ComparedMetric.Auc && _values[v].Level == level)];
            var values = cells.Select(c => _values[c]).ToArray();
            _means.Add(cells);

            // The groups of the poorest cell would be too few for a mean over many.
            _values.Add(new(ComparedMetric.Auc, -1, level, "", "", values.Sum(v => v.Rows), values.Sum(v => v.Positives), values.Max(v => v.Groups)));
        }
    }

    /// <summary>Rows by class, and their groups, of every node.</summary>
    CellRows[] Count(float[] labels)
    {
        var byCluster = new ulong[labels.Length];
        for (var row = 0; row < byCluster.Length; row++) byCluster[row] = (ulong)_clusters[row] << 32 | (uint)row;
        RadixSort.ByUpperHalf(byCluster, byCluster.Length, new ulong[byCluster.Length], _threads);
        var nodes = new CellRows[_tree.Nodes];
        foreach (var item in byCluster)
        {
            var row = (int)(uint)item;
            if (float.IsNaN(labels[row])) continue;
            foreach (var node in _tree.Path(_leaves[row])) nodes[node].Add(labels[row] == 1, _clusters[row]);
        }

        return nodes;
    }

    /// <summary>The observed rows of every node by ascending score.</summary>
    int[][] RowsOfNodes(float[] scores, float[] labels)
    {
        var order = new ulong[labels.Length];
        var counts = new int[_tree.Nodes];
        var count = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            if (float.IsNaN(labels[row])) continue;

            // Bits of floats from 0 on are ordered as the floats are; the sign goes, for −0 must tie with 0.
            order[count++] = (ulong)BitConverter.SingleToUInt32Bits(MathF.Abs(scores[row])) << 32 | (uint)row;
            foreach (var node in _tree.Path(_leaves[row])) counts[node]++;
        }

        RadixSort.ByUpperHalf(order, count, new ulong[count], _threads);
        var nodes = counts.Select(c => new int[c]).ToArray();
        Array.Clear(counts);
        foreach (var item in order.AsSpan(0, count))
        {
            var row = (int)(uint)item;
            foreach (var node in _tree.Path(_leaves[row])) nodes[node][counts[node]++] = row;
        }

        return nodes;
    }

    ResampledRatio Loss(int[] rows, float[] scores, float[] labels, Threads threads)
    {
        // Groups not in the order of scores: equal models must give equal sums.
        var byCluster = Array.ConvertAll(rows, row => (ulong)_clusters[row] << 32 | (uint)row);
        RadixSort.ByUpperHalf(byCluster, byCluster.Length, new ulong[byCluster.Length], threads);
        List<int> clusters = [];
        List<double> losses = [];
        List<double> counts = [];
        for (var start = 0; start < byCluster.Length;)
        {
            var (end, loss) = (start, 0.0);
            for (; end < byCluster.Length && byCluster[end] >> 32 == byCluster[start] >> 32; end++)
            {
                var row = (int)(uint)byCluster[end];
                var score = Math.Clamp((double)scores[row], Clip, 1 - Clip);
                loss -= Math.Log(labels[row] == 1 ? score : 1 - score);
            }

            clusters.Add((int)(byCluster[start] >> 32));
            losses.Add(loss);
            counts.Add(end - start);
            start = end;
        }

        return new ResampledRatio([.. clusters], [.. losses], [.. counts]);
    }

    /// <summary>Every group that has both classes adds its AUC, weighted by its rows.</summary>
    ResampledRatio GroupAuc(int[] rows, float[] scores, float[] labels, Threads threads)
    {
        var byGroup = rows.Where(row => _groups[row] >= 0).Select(row => (ulong)_groups[row] << 32 | (uint)row).ToArray();
        RadixSort.ByUpperHalf(byGroup, byGroup.Length, new ulong[byGroup.Length], threads);
        List<int> clusters = [];
        List<double> above = [];
        List<double> below = [];
        for (var start = 0; start < byGroup.Length;)
        {
            var (end, wins, positives, negatives) = (start, 0.0, 0, 0);
            while (end < byGroup.Length && byGroup[end] >> 32 == byGroup[start] >> 32)
            {
                // A tie's negatives count half for its positives.
                var (tie, tiedPositives, tiedNegatives) = (end, 0, 0);
                for (; end < byGroup.Length && byGroup[end] >> 32 == byGroup[start] >> 32 && Score(end) == Score(tie); end++)
                {
                    if (labels[(int)(uint)byGroup[end]] == 1) tiedPositives++;
                    else tiedNegatives++;
                }

                wins += tiedPositives * (negatives + (tiedNegatives / 2.0));
                (positives, negatives) = (positives + tiedPositives, negatives + tiedNegatives);
            }

            if (positives > 0 && negatives > 0)
            {
                clusters.Add(_clusters[(int)(uint)byGroup[start]]);
                above.Add((end - start) * (wins / ((double)positives * negatives)));
                below.Add(end - start);
            }

            start = end;
        }

        return new ResampledRatio([.. clusters], [.. above], [.. below]);

        float Score(int place) => scores[(int)(uint)byGroup[place]];
    }

    /// <summary>Groups numbered densely; a row without one has a number of its own.</summary>
    static (int[] Clusters, int Count) Dense(int[] groups)
    {
        var numbers = new Dictionary<int, int>();
        var clusters = new int[groups.Length];
        var count = 0;
        for (var row = 0; row < groups.Length; row++)
        {
            if (groups[row] < 0) clusters[row] = count++;
            else if (numbers.TryGetValue(groups[row], out var known)) clusters[row] = known;
            else clusters[row] = numbers[groups[row]] = count++;
        }

        return (clusters, count);
    }
}
