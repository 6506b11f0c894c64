using Switchyard.Data;

namespace Switchyard.Tests;

/// <summary>The counters under the checks against plain computations.</summary>
public sealed class CountingTests
{
    [Fact]
    public void SingleFieldAuc_Values_EqualsAllPairs()
    {
        var random = new Random(3);
        var counts = new ValueCounts(1);
        var rows = Enumerable.Range(0, 400).Select(i => (Code: random.Next(12), Part: i < 200 ? Part.Train : Part.Validation, Label: (float)random.Next(2))).ToList();
        foreach (var row in rows) counts.Add(row.Code, row.Part, [row.Label]);
        var train = rows.Where(r => r.Part == Part.Train).ToList();
        var prior = train.Average(r => r.Label);
        double Score(int code) => (train.Count(r => r.Code == code && r.Label > 0) + prior) / (train.Count(r => r.Code == code) + 1);
        var measured = rows.Where(r => r.Part == Part.Validation).ToList();
        var pairs = measured.Where(p => p.Label > 0).SelectMany(p => measured.Where(n => n.Label == 0).Select(n => Math.Sign(Score(p.Code) - Score(n.Code)))).ToList();
        SingleFieldAuc.Measure(counts, 0, Part.Validation)!.Value.ShouldBe(pairs.Average(s => (s + 1) / 2.0), 1e-6);
    }

    [Fact]
    public void SingleFieldAuc_OneClass_IsUndefined()
    {
        var counts = new ValueCounts(1);
        counts.Add(0, Part.Train, [1]);
        counts.Add(1, Part.Train, [0]);
        counts.Add(1, Part.Test, [0]);
        SingleFieldAuc.Measure(counts, 0, Part.Test).ShouldBeNull();
        SingleFieldAuc.Measure(counts, 0, Part.Validation).ShouldBeNull();
    }

    [Fact]
    public void SingleFieldAuc_UniqueValuesOnTraining_DoNotLookLikeALeak()
    {
        var counts = new ValueCounts(1);
        for (var i = 0; i < 100; i++) counts.Add(i, Part.Train, [i % 2]);
        SingleFieldAuc.Measure(counts, 0, Part.Train)!.Value.ShouldBe(0.5, 1e-9);
    }

    [Fact]
    public void NumberBins_MoreNumbersThanCapacity_KeepOrderAndCounts()
    {
        var counts = new ValueCounts(1);
        var bins = new NumberBins(counts, capacity: 64);
        var random = new Random(5);
        for (var i = 0; i < 5000; i++)
        {
            var value = (random.NextDouble() - 0.5) * 100;
            counts.Add(bins.Code(value), Part.Train, [value > 0 ? 1 : 0]);
        }

        bins.IsCoarse.ShouldBeTrue();
        bins.Count.ShouldBeLessThanOrEqualTo(64);
        counts.Rows(Part.Train).ShouldBe(5000);
        var quantiles = bins.Quantiles(16, c => counts.Rows(c, Part.Train));
        quantiles[bins.Code(-49)].ShouldBeLessThan(quantiles[bins.Code(49)]);
        SingleFieldAuc.Measure(counts, 0, Part.Train, quantiles)!.Value.ShouldBeGreaterThan(0.99);
    }

    [Fact]
    public void NumberBins_Quantiles_GiveAHeavyValueABinOfItsOwn()
    {
        var counts = new ValueCounts(0);
        var bins = new NumberBins(counts);
        foreach (var value in (double[])[double.NaN, .. Enumerable.Repeat(0.0, 1000), -1, 2, 3]) counts.Add(bins.Code(value), Part.Train, []);
        var quantiles = bins.Quantiles(8, c => counts.Rows(c, Part.Train));
        quantiles[bins.Code(double.NaN)].ShouldBe(0);
        quantiles[bins.Code(-0.0)].ShouldNotBe(quantiles[bins.Code(2)]);
        quantiles[bins.Code(2)].ShouldBe(quantiles[bins.Code(3)]);
    }

    [Fact]
    public void RepeatCounter_FewRows_CountsExactly()
    {
        var counter = new RepeatCounter();
        counter.Add(1, Part.Train).ShouldBeFalse();
        counter.Add(1, Part.Train).ShouldBeTrue();
        counter.Add(2, Part.Test).ShouldBeFalse();
        counter.Add(1, Part.Test).ShouldBeTrue();
        (counter.Repeated, counter.AcrossParts, counter.IsSampled).ShouldBe((2, 1, false));
    }

    [Fact]
    public void RepeatCounter_MoreRowsThanCapacity_Estimates()
    {
        var counter = new RepeatCounter(capacity: 4096);
        for (var pass = 0; pass < 2; pass++)
            for (var i = 0; i < 50_000; i++)
                counter.Add(Fnv1a64.Of($"row {i}"), pass == 0 ? Part.Train : Part.Validation);
        counter.IsSampled.ShouldBeTrue();
        counter.Repeated.ShouldBeInRange(42_000, 58_000);
        counter.AcrossParts.ShouldBe(counter.Repeated);
    }
}
