using Switchyard.Engine;

namespace Switchyard.Tests;

public sealed class DriftNoiseTests
{
    [Theory]
    [InlineData(2, 15.1367)]
    [InlineData(5, 23.5127)]
    [InlineData(21, 52.3860)]
    public void Of_ManyRows_IsTheTableOfChiSquared(int bins, double quantile)
    {
        double[] counts = [.. Enumerable.Repeat(1e7, bins)];

        // Within 2 in 1,000: quantiles are kept by hundredths of skewness.
        DriftNoise.Of(counts, bins * 10_000_000L, counts, bins * 10_000_000L).ShouldBe(quantile * 2 / (bins * 1e7), quantile * 4e-3 / (bins * 1e7));
    }

    /// <summary>What the bound is for: so many alarms as it states, however few rows a bin has.</summary>
    [Theory]
    [InlineData(4, 40, 2000)]
    [InlineData(4, 1000, 500)]
    [InlineData(12, 100, 2000)]
    [InlineData(12, 2000, 300)]
    [InlineData(22, 40, 2000)]
    [InlineData(22, 200, 200)]
    [InlineData(42, 200, 2000)]
    [InlineData(42, 1000, 500)]
    public void Of_NoDrift_IsPassedAsOftenAsStated(int bins, int rows, int baselineRows)
    {
        const int seeds = 4000;
        var beyond = 0;
        for (var seed = 1; seed <= seeds; seed++)
        {
            var random = new SeededRandom((ulong)seed, "noise");
            var (now, baseline) = (Draw(random, bins, rows), Draw(random, bins, baselineRows));
            if (DriftMath.Psi(now, rows, baseline, baselineRows) > DriftNoise.Of(now, rows, baseline, baselineRows, falseAlarms: 0.01)) beyond++;
        }

        // 40 are expected, and six more or less by chance.
        beyond.ShouldBeInRange(24, 64);
    }

    [Fact]
    public void Of_ListsInParts_CountsRowsAndNotValues()
    {
        // Each row has four values and gives a quarter to each: less chance than its rows have at most.
        double[] now = [20.25, 29.75, 30.5, 19.5], baseline = [2000, 3000, 3000, 2000];
        double[] rounded = [20, 30, 30, 20];

        DriftNoise.Of(now, 100, baseline, 10_000).ShouldBe(DriftNoise.Of(rounded, 100, baseline, 10_000), 0.002);
        // Choices of three experts by each row are no more rows.
        DriftNoise.Of([.. rounded.Select(c => 3 * c)], 100, [.. baseline.Select(c => 3 * c)], 10_000).ShouldBe(DriftNoise.Of(rounded, 100, baseline, 10_000), 1e-12);
    }

    [Fact]
    public void Of_NothingToCompare_SaysSo()
    {
        DriftNoise.Of([0, 0], 0, [5, 5], 10).ShouldBe(double.PositiveInfinity);
        DriftNoise.Of([5, 5], 10, [0, 0], 0).ShouldBe(double.PositiveInfinity);
        DriftNoise.Of([0, 10], 10, [0, 1000], 1000).ShouldBe(0);
        DriftNoise.Of([0, 0], 10, [5, 5], 10).ShouldBe(0);
    }

    // A value that training has not seen has no share in the baseline to be compared with, and is found all the same.
    [Theory]
    [InlineData(50, DriftVerdict.Large)]
    [InlineData(20, DriftVerdict.Moderate)]
    public void Of_NewValue_IsBelowItsIndex(int unseen, DriftVerdict expected)
    {
        double[] now = [unseen, 500 - unseen, 300, 200], baseline = [0, 25_000, 15_000, 10_000];

        var finding = new DriftFinding(DriftKind.Field, "brand", DriftMath.Psi(now, 1000, baseline, 50_000), DriftNoise.Of(now, 1000, baseline, 50_000), 0, null, null, "");

        finding.Verdict.ShouldBe(expected);
    }

    // Bins of a normal distribution: those at the ends are nearly empty.
    static double[] Draw(SeededRandom random, int bins, int rows)
    {
        var counts = new double[bins];
        for (var i = 0; i < rows; i++) counts[Math.Clamp((int)Math.Floor((random.NextNormal() * bins / 6) + (bins / 2.0)), 0, bins - 1)]++;
        return counts;
    }
}
