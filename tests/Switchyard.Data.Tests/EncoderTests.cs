using System.Text;

namespace Switchyard.Data.Tests;

public sealed class EncoderTests
{
    // numpy.quantile(values, i/parts) with its default interpolation, written out from the definition over a sorted list.
    static List<double> NaiveEdges(double[] values, int parts)
    {
        var sorted = values.Order().ToArray();
        var edges = new List<double>();
        for (var i = 1; i < parts; i++)
        {
            var position = (sorted.Length - 1) * ((double)i / parts);
            var below = (int)Math.Floor(position);
            var above = Math.Min(below + 1, sorted.Length - 1);
            edges.Add(sorted[below] + ((sorted[above] - sorted[below]) * (position - below)));
        }

        return [.. edges.Distinct()];
    }

    static NumberStatistics Statistics(IEnumerable<double> values, int limit = 1 << 20, int sample = 1 << 20)
    {
        var statistics = new NumberStatistics(limit, sample);
        foreach (var value in values) statistics.Add(value);
        return statistics;
    }

    [Fact]
    public void QuantileEdges_ManySeeds_EqualTheDefinition()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, 1 + random.Next(400)).Select(_ => seed % 2 == 0 ? random.Next(30) : random.NextDouble() * 100).ToArray();
            var parts = 2 + random.Next(40);
            var edges = Statistics(values).QuantileEdges(parts);
            var expected = NaiveEdges(values, parts);
            // Interpolations that should be equal may differ in the last bit and then count as two; compare as sets within that bit.
            foreach (var edge in edges) expected.ShouldContain(e => Math.Abs(e - edge) <= 1e-12 * Math.Abs(e));
            foreach (var edge in expected) edges.ShouldContain(e => Math.Abs(e - edge) <= 1e-12 * Math.Abs(edge));
            edges.ShouldBe(edges.Order());
        }
    }

    [Fact]
    public void QuantileEdges_KnownValues_AreThoseOfNumpy()
    {
        // numpy.quantile([1, 2, 4, 8, 16], [.25, .5, .75]) = [2, 4, 8]; with parts 3: positions 4/3 and 8/3.
        Statistics([16, 1, 8, 2, 4]).QuantileEdges(4).ShouldBe([2.0, 4.0, 8.0]);
        var thirds = Statistics([16, 1, 8, 2, 4]).QuantileEdges(3);
        thirds[0].ShouldBe(2 + (2 * (1.0 / 3)), 1e-12);
        thirds[1].ShouldBe(4 + (4 * (2.0 / 3)), 1e-12);
    }

    [Fact]
    public void QuantileEdges_OneValueOrNone_AreOneOrNone()
    {
        Statistics([7, 7, 7]).QuantileEdges(32).ShouldBe([7.0]);
        Statistics([]).QuantileEdges(32).ShouldBeEmpty();
    }

    [Fact]
    public void QuantileEdges_BeyondTheDistinctLimit_ComeFromASampleNearTheTruth()
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 200_000).Select(_ => random.NextDouble()).ToArray();
        var statistics = Statistics(values, limit: 1000, sample: 20_000);
        statistics.Sampled.ShouldBeTrue();
        var edges = statistics.QuantileEdges(10);
        edges.Length.ShouldBe(9);
        // Standard error of a decile from 20,000 draws is at most 0.0036; six of them.
        for (var i = 0; i < 9; i++) edges[i].ShouldBe((i + 1) / 10.0, 0.0215);
        Statistics(values, limit: 1000, sample: 20_000).QuantileEdges(10).ShouldBe(edges);
        statistics.Mean.ShouldBe(values.Average(), 1e-9);
    }

    [Fact]
    public void Deviation_OfNumbers_IsOverN()
    {
        var statistics = Statistics([2, 4, 4, 4, 5, 5, 7, 9]);
        statistics.Mean.ShouldBe(5.0, 1e-12);
        statistics.Deviation.ShouldBe(2.0, 1e-12);
        Statistics([3, 3]).Deviation.ShouldBe(1.0);
    }

    [Fact]
    public void BucketEncoder_Id_IsTheNumberOfEdgesNotAboveTheValue()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var edges = Enumerable.Range(0, random.Next(40)).Select(_ => (double)random.Next(50)).Distinct().Order().ToArray();
            var encoder = new BucketEncoder([.. edges]);
            for (var value = -1.0; value < 52; value += 0.5) encoder.Id(value).ShouldBe(edges.Count(e => e <= value));
            encoder.Missing.ShouldBe(edges.Length + 1);
        }
    }

    [Fact]
    public void ValueCounter_Frequent_OrdersByTrainingCountThenText()
    {
        var counter = new ValueCounter();
        foreach (var value in new[] { "b", "c", "a", "c", "b", "rare" }) counter.Add(Encoding.UTF8.GetBytes(value), training: true);
        for (var i = 0; i < 9; i++) counter.Add("test only"u8, training: false);
        counter.Frequent(1).ShouldBe(["b", "c", "a", "rare"]);
        counter.Frequent(2).ShouldBe(["b", "c"]);
        counter.TrainingOrder.Select(counter.Text).ShouldBe(["b", "c", "a", "rare"]);
    }

    [Fact]
    public void RandomStream_Below_IsUniform()
    {
        var random = new RandomStream(1, 2, 3);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++) counts[random.Below(7)]++;
        // Chi-square with 6 degrees of freedom exceeds 22.5 once in a thousand.
        counts.Sum(c => (c - 10_000.0) * (c - 10_000.0) / 10_000).ShouldBeLessThan(22.5);
    }
}
