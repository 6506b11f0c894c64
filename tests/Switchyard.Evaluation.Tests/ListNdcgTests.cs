using MathNet.Numerics.Random;

namespace Switchyard.Evaluation.Tests;

public sealed class ListNdcgTests
{
    /// <summary>With gains 0 and 1 it is the NDCG of the report.</summary>
    [Fact]
    public void Gain_OfZeroAndOne_IsTheReportsNdcg()
    {
        var layout = Samples.Tree with { Tasks = ["click"], Given = [-1] };
        foreach (var topK in (int[])[1, 3, 10])
        {
            for (var world = 0; world < 20; world++)
            {
                var rows = Samples.Random(world, 200, 6).Where(r => r.Label >= 0).ToArray();
                var report = Samples.Report(layout, rows, new EvaluationOptions { TopK = topK });
                var ndcg = new ListNdcg(topK);
                var values = new List<double>();
                foreach (var group in rows.Where(r => r.Group >= 0).GroupBy(r => r.Group))
                {
                    float[] gains = [.. group.Select(r => (float)r.Label)];
                    if (ndcg.Best(gains) is > 0 and var best) values.Add(ndcg.Gain([.. group.Select(r => r.Score)], gains) / best);
                }

                values.DefaultIfEmpty(-1).Average().ShouldBe(report.Cells.Single(c => c.Level == "total").Metrics.Ndcg ?? -1, 1e-12);
            }
        }
    }

    /// <summary>The mean over all orders that the scores allow, of any sign.</summary>
    [Fact]
    public void Gain_OfTies_IsTheMeanOverTheirOrders()
    {
        var random = new Xoshiro256StarStar(5, threadSafe: false);
        for (var world = 0; world < 300; world++)
        {
            var (rows, topK) = (1 + random.Next(6), 1 + random.Next(6));
            float[] scores = [.. Enumerable.Range(0, rows).Select(_ => (random.Next(4) - 2) * 0.5f * (random.Next(5) == 0 ? -1 : 1))];
            float[] gains = [.. Enumerable.Range(0, rows).Select(_ => (float)random.Next(4))];
            var allowed = Orders([.. Enumerable.Range(0, rows)]).Where(o => o.Zip(o.Skip(1)).All(p => scores[p.First] >= scores[p.Second])).ToList();
            var mean = allowed.Average(o => o.Take(topK).Select((row, rank) => gains[row] / Math.Log2(rank + 2)).Sum());

            new ListNdcg(topK).Gain(scores, gains).ShouldBe(mean, 1e-9);
            new ListNdcg(topK).Best(gains).ShouldBe(Orders([.. Enumerable.Range(0, rows)]).Max(o => o.Take(topK).Select((row, rank) => gains[row] / Math.Log2(rank + 2)).Sum()), 1e-9);
        }
    }

    static IEnumerable<int[]> Orders(int[] rows) =>
        rows.Length < 2 ? [rows] : rows.SelectMany((row, i) => Orders([.. rows[..i], .. rows[(i + 1)..]]).Select(rest => (int[])[row, .. rest]));
}
