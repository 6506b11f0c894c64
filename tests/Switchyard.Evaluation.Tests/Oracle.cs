namespace Switchyard.Evaluation.Tests;

/// <summary>Metrics by their definitions, in O(n²) or by enumeration.</summary>
static class Oracle
{
    public readonly record struct Row(int Leaf, int Group, float Score, int Label);

    public static double? Auc(IReadOnlyCollection<Row> rows)
    {
        double wins = 0;
        long pairs = 0;
        foreach (var positive in rows.Where(r => r.Label == 1))
        {
            foreach (var negative in rows.Where(r => r.Label == 0))
            {
                pairs++;
                wins += positive.Score > negative.Score ? 1 : positive.Score == negative.Score ? 0.5 : 0;
            }
        }

        return pairs == 0 ? null : wins / pairs;
    }

    public static double? Gauc(IEnumerable<Row> rows)
    {
        double sum = 0, weight = 0;
        foreach (var group in rows.Where(r => r.Group >= 0).GroupBy(r => r.Group))
        {
            if (Auc([.. group]) is not { } auc) continue;
            sum += auc * group.Count();
            weight += group.Count();
        }

        return weight == 0 ? null : sum / weight;
    }

    /// <summary>Expected NDCG@k and reciprocal rank: the mean over all orders of each group that agree with the scores.</summary>
    public static (double? Ndcg, double? Mrr) Ranking(IEnumerable<Row> rows, int topK)
    {
        double ndcg = 0, mrr = 0;
        var groups = 0;
        foreach (var group in rows.Where(r => r.Group >= 0).GroupBy(r => r.Group))
        {
            var positives = group.Count(r => r.Label == 1);
            if (positives == 0) continue;
            groups++;
            var orders = Orders([.. group]).Where(o => Enumerable.Range(1, o.Count - 1).All(i => o[i - 1].Score >= o[i].Score)).ToList();
            var ideal = Enumerable.Range(1, Math.Min(positives, topK)).Sum(rank => 1 / Math.Log2(rank + 1));
            ndcg += orders.Average(o => o.Take(topK).Select((r, i) => r.Label / Math.Log2(i + 2)).Sum() / ideal);
            mrr += orders.Average(o => 1.0 / (1 + o.FindIndex(r => r.Label == 1)));
        }

        return groups == 0 ? (null, null) : (ndcg / groups, mrr / groups);
    }

    public static double? LogLoss(IReadOnlyCollection<Row> rows) => rows.Count == 0
        ? null
        : rows.Average(r => -Math.Log(r.Label == 1 ? Math.Clamp(r.Score, 1e-7, 1 - 1e-7) : 1 - Math.Clamp(r.Score, 1e-7, 1 - 1e-7)));

    public static double? Calibration(IReadOnlyCollection<Row> rows) =>
        rows.All(r => r.Label == 0) ? null : rows.Sum(r => (double)r.Score) / rows.Sum(r => r.Label);

    static IEnumerable<List<Row>> Orders(List<Row> rows)
    {
        if (rows.Count <= 1)
        {
            yield return rows;
            yield break;
        }

        for (var first = 0; first < rows.Count; first++)
        {
            var rest = rows.ToList();
            rest.RemoveAt(first);
            foreach (var order in Orders(rest)) yield return [rows[first], .. order];
        }
    }
}
