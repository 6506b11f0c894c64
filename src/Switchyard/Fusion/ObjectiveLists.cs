using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Inference;

namespace Switchyard;

/// <summary>
/// Rows as an objective sees them: the lists in which something has a worth, each the rows of one group in one scenario, with the scores of
/// every task. Held in memory.
/// </summary>
sealed class ObjectiveLists
{
    const int BatchRows = 4096;
    const int ListsPerPart = 256;

    // [columns × rows]: tasks, then the fused score.
    readonly float[] _scores;
    readonly float[] _gains;
    readonly int[] _starts;
    readonly double[] _best;
    readonly int _topK;
    readonly ParallelOptions _parallel;

    /// <param name="scores">Scores [columns × rows], rows list after list: of the tasks, then the fused one.</param>
    /// <param name="gains">Worth of every row; every list has one of worth.</param>
    /// <param name="starts">First row of every list, and the end.</param>
    /// <param name="groups">Group of every list.</param>
    /// <param name="nodes">Scenario of every list, see <see cref="Nodes"/>.</param>
    /// <param name="topK">The k of NDCG@k.</param>
    /// <param name="threads">Threads at most.</param>
    public ObjectiveLists(float[] scores, float[] gains, int[] starts, int[] groups, int[] nodes, int topK, int threads)
    {
        (_scores, _gains, _starts, _topK, Groups, Nodes) = (scores, gains, starts, topK, groups, nodes);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        _best = new double[groups.Length];
        var ndcg = new ListNdcg(topK);
        for (var list = 0; list < _best.Length; list++) _best[list] = ndcg.Best(Gains(list));
    }

    /// <summary>Lists.</summary>
    public int Count => Groups.Length;

    /// <summary>Group of every list.</summary>
    public int[] Groups { get; }

    /// <summary>Scenario of every list: its nodes of the levels that were asked for in mixed radix, −1 where one is unknown or there are no levels.</summary>
    public int[] Nodes { get; }

    /// <summary>Reads one pass of a source.</summary>
    /// <param name="rows">Rows with groups.</param>
    /// <param name="predictor">Scores them, as served.</param>
    /// <param name="objective">What rows are worth.</param>
    /// <param name="levels">Scenario levels, from the coarsest on, that part lists.</param>
    /// <param name="fusion">Its fused scores become one more column after those of the tasks; null for none.</param>
    /// <param name="takes">Whether a group is read.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    public static ObjectiveLists Read(
        IBatchSource rows, Predictor predictor, FusionObjective objective, int levels, Fusion? fusion, Func<int, bool> takes, CancellationToken cancellation)
    {
        var schema = rows.Schema;
        var tasks = schema.Tasks.Length;
        var worth = objective.ByTask(schema);
        var batch = new Batch(schema, BatchRows);
        var (flat, fused) = (new float[tasks * BatchRows], new float[BatchRows]);
        List<float>[] columns = [.. Enumerable.Range(0, tasks + (fusion is null ? 0 : 1)).Select(_ => new List<float>())];
        var (gains, keys) = (new List<float>(), new List<(int Group, int Node, int Row)>());
        rows.Rewind(0);
        while (rows.Next(batch, BatchRows))
        {
            cancellation.ThrowIfCancellationRequested();
            batch.FixPositions();
            predictor.Score(batch, flat);
            PartEvaluation.RequireFinite(flat.AsSpan(0, tasks * batch.Count));
            fusion?.Evaluate(batch, flat, fused);
            for (var row = 0; row < batch.Count; row++)
            {
                if (batch.Groups[row] < 0 || !takes(batch.Groups[row])) continue;
                keys.Add((batch.Groups[row], NodeOf(batch, row, levels), keys.Count));
                for (var task = 0; task < tasks; task++) columns[task].Add(flat[task * batch.Count + row]);
                if (fusion is not null) columns[tasks].Add(fused[row]);
                gains.Add(WorthOf(batch, row, worth));
            }
        }

        return Sorted(keys, columns, gains, objective.TopK, predictor.Threads);
    }

    /// <summary>NDCG of some lists by a column of scores: a task, or after them the fused one.</summary>
    public double[] Measure(int[] lists, int column) => Measure(lists, (list, _) => _scores.AsSpan(column * _gains.Length + _starts[list], _starts[list + 1] - _starts[list]));

    /// <summary>NDCG of some lists by a formula; null where it has no finite value for one of their rows.</summary>
    public double[]? Measure(int[] lists, FormulaProgram program)
    {
        var rows = _gains.Length;
        var finite = true;
        var values = Measure(lists, (list, into) =>
        {
            var fused = into.AsSpan(0, _starts[list + 1] - _starts[list]);
            if (program.Run(_scores, rows, _starts[list], fused) >= 0)
            {
                Volatile.Write(ref finite, false);
                fused.Clear();
            }

            return fused;
        });
        return finite ? values : null;
    }

    delegate ReadOnlySpan<float> ScoresOf(int list, float[] into);

    double[] Measure(int[] lists, ScoresOf scores)
    {
        var values = new double[lists.Length];
        var longest = 0;
        foreach (var list in lists) longest = Math.Max(longest, _starts[list + 1] - _starts[list]);

        // Every list has a place of its own, so threads do not matter.
        Parallel.For(
            0,
            (lists.Length + ListsPerPart - 1) / ListsPerPart,
            _parallel,
            () => (Ndcg: new ListNdcg(_topK), Into: new float[longest]),
            (part, _, worker) =>
            {
                for (var i = part * ListsPerPart; i < Math.Min(lists.Length, (part + 1) * ListsPerPart); i++)
                    values[i] = worker.Ndcg.Gain(scores(lists[i], worker.Into), Gains(lists[i])) / _best[lists[i]];
                return worker;
            },
            static _ => { });
        return values;
    }

    static ObjectiveLists Sorted(List<(int Group, int Node, int Row)> keys, List<float>[] columns, List<float> gains, int topK, int threads)
    {
        keys.Sort();
        var order = new List<int>();
        var (starts, groups, nodes) = (new List<int> { 0 }, new List<int>(), new List<int>());
        for (var start = 0; start < keys.Count;)
        {
            var (group, node, _) = keys[start];
            var end = start;
            while (end < keys.Count && keys[end].Group == group && keys[end].Node == node) end++;
            var list = keys[start..end];
            start = end;

            // Where nothing has a worth, every order is as good.
            if (list.All(k => gains[k.Row] == 0)) continue;
            order.AddRange(list.Select(k => k.Row));
            starts.Add(order.Count);
            groups.Add(group);
            nodes.Add(node);
        }

        IEnumerable<float> Picked(List<float> values) => order.Select(row => values[row]);
        return new([.. columns.SelectMany(Picked)], [.. Picked(gains)], [.. starts], [.. groups], [.. nodes], topK, threads);
    }

    static int NodeOf(Batch batch, int row, int levels)
    {
        var scenario = levels == 0 ? -1 : 0;
        for (var level = 0; level < levels; level++)
        {
            var node = batch.Nodes(level)[row];
            if (node < 0) return -1;
            scenario = scenario * batch.Schema.Levels[level].Nodes.Length + node;
        }

        return scenario;
    }

    static float WorthOf(Batch batch, int row, float[] worth)
    {
        var sum = 0f;
        for (var task = 0; task < worth.Length; task++)
        {
            // A label that was not observed, of a booking without a click, is no gain.
            if (batch.Labels(task)[row] == 1) sum += worth[task];
        }

        return sum;
    }

    ReadOnlySpan<float> Gains(int list) => _gains.AsSpan(_starts[list].._starts[list + 1]);
}
