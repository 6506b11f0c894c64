using Switchyard.Engine;

namespace Switchyard.Tests;

public sealed class DriftMathTests
{
    [Fact]
    public void Psi_KnownCounts_IsTheFormula()
    {
        // 0.2 ln(0.5/0.3) − 0.2 ln(0.5/0.7), with shares of counts of any size.
        var expected = (0.2 * Math.Log(0.5 / 0.3)) - (0.2 * Math.Log(0.5 / 0.7));

        DriftMath.Psi([50, 50], 100, [300, 700], 1000).ShouldBe(expected, 1e-12);
        DriftMath.Psi([5, 5, 0], 10, [3, 7, 0], 10).ShouldBe(expected, 1e-12);
        DriftMath.Psi([3, 7], 10, [3, 7], 10).ShouldBe(0);
        DriftMath.Distance([50, 50], [300, 700]).ShouldBe(0.2, 1e-12);
    }

    [Fact]
    public void Psi_EmptyBin_CountsAsHalfARow()
    {
        DriftMath.Psi([10, 0], 10, [5, 5], 10).ShouldBe((0.5 * Math.Log(2)) + ((0.05 - 0.5) * Math.Log(0.05 / 0.5)), 1e-12);
        DriftMath.Psi([5, 5], 10, [10, 0], 10).ShouldBe(DriftMath.Psi([10, 0], 10, [5, 5], 10), 1e-12);
        DriftMath.Psi([0, 0], 0, [5, 5], 10).ShouldBe(0);
    }

    /// <summary>Five experts, of which each row chooses so many, and parts of values in lists: the less of them, the further.</summary>
    [Theory]
    [InlineData(4, 1)]
    [InlineData(8, 1)]
    [InlineData(1, 1)]
    [InlineData(1, 0.1)]
    public void Psi_BinRisesToItsShareOfTheBaseline_Falls(int choices, double step)
    {
        const int rows = 1000, baselineRows = 50_000;
        var others = 0.994 * baselineRows * choices / 4;
        double[] baseline = [0.006 * baselineRows * choices, others, others, others, others];
        var indices = Enumerable.Range(0, (int)Math.Round(0.006 * rows * choices / step) + 1).Select(i =>
        {
            var rest = ((rows * choices) - (i * step)) / 4;
            return DriftMath.Psi([i * step, rest, rest, rest, rest], rows, baseline, baselineRows);
        }).ToArray();

        // An empty bin is half a row, the others a quarter each; the share of the baseline is no drift.
        indices[0].ShouldBe((0.0055 * Math.Log(12)) + (0.006 * Math.Log(1 / 0.994)), 1e-12);
        indices[^1].ShouldBe(0, 1e-12);
        for (var i = 1; i < indices.Length; i++) indices[i].ShouldBeLessThanOrEqualTo(indices[i - 1] + 1e-15);
    }

    [Theory]
    [InlineData(4, 200)]
    [InlineData(12, 1000)]
    [InlineData(22, 5000)]
    [InlineData(40, 20_000)]
    [InlineData(40, 100)]
    [InlineData(22, 40)]
    public void Verdict_NoDrift_AlarmsAsSeldomAsStated(int bins, int rows)
    {
        var beyond = 0;
        for (var seed = 1; seed <= 1000; seed++)
        {
            var finding = Find(bins, rows, (ulong)seed, shift: 0);
            if (finding.Psi > finding.Noise) beyond++;
            else finding.Verdict.ShouldBeOneOf(DriftVerdict.Stable, DriftVerdict.TooFewRows);
        }

        // One in ten thousand is expected.
        beyond.ShouldBeLessThanOrEqualTo(2);
    }

    [Theory]
    [InlineData(0.45, DriftVerdict.Moderate)]
    [InlineData(1.2, DriftVerdict.Large)]
    public void Verdict_PlantedShift_IsFoundAlways(double shift, DriftVerdict expected)
    {
        for (var seed = 1; seed <= 300; seed++) Find(12, 20_000, (ulong)seed, shift).Verdict.ShouldBe(expected);
    }

    [Fact]
    public void Verdict_SmallWindow_SaysSoUnlessTheShiftIsPlain()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            Find(12, 60, (ulong)seed, shift: 0).Verdict.ShouldBe(DriftVerdict.TooFewRows);
            Find(12, 60, (ulong)seed, shift: 6).Verdict.ShouldBe(DriftVerdict.Large);
        }
    }

    // Bins of a normal distribution, half a deviation wide and wider at the ends; the rows of now are moved by the shift.
    static DriftFinding Find(int bins, int rows, ulong seed, double shift)
    {
        var (now, baseline) = (new double[bins], new double[bins]);
        var random = new SeededRandom(seed, "drift");
        for (var i = 0; i < rows; i++) now[Bin(random.NextNormal() + shift)]++;
        for (var i = 0; i < 20_000; i++) baseline[Bin(random.NextNormal())]++;
        return new DriftFinding(DriftKind.Score, "click", DriftMath.Psi(now, rows, baseline, 20_000), DriftNoise.Of(now, rows, baseline, 20_000), DriftMath.Distance(now, baseline), null, null, "");

        int Bin(double value) => Math.Clamp((int)Math.Floor((value * bins / 6) + (bins / 2.0)), 0, bins - 1);
    }
}
