namespace Switchyard.Reports.Tests;

/// <summary>What is said of the highest and the lowest scenario.</summary>
public sealed class RunWordsTests
{
    [Fact]
    public void Ends_FarApart_AreNamedDifferent()
    {
        var line = RunWords.Ends("click", [Cell("a", 0.9), Cell("b", 0.8), Cell("c", 0.7)])!;
        line.Text.ShouldStartWith("click: the highest AUC was measured in a (0.9000 [");
        line.Text.ShouldEndWith("; the difference, corrected for all 3 pairs of scenarios, is more than chance.");
    }

    /// <summary>Intervals that lie apart do not suffice where the two are the ends of many.</summary>
    [Fact]
    public void Ends_OfManyEqualCells_AreOpenInNearlyAllReports()
    {
        var random = new Switchyard.Engine.SeededRandom(1, "ends");
        var (called, apart) = (0, 0);
        for (var report = 0; report < 400; report++)
        {
            var cells = Enumerable.Range(0, 50).Select(i => Cell($"s{i}", 0.7 + (0.01 * Normal(random)))).ToList();
            if (RunWords.Ends("click", cells)!.Text.EndsWith("more than chance.", StringComparison.Ordinal)) called++;
            if (cells.Max(c => c.Auc.Low) > cells.Min(c => c.Auc.High)) apart++;
        }

        apart.ShouldBeGreaterThan(200, "this is what makes the correction necessary");
        called.ShouldBeLessThan(40);
    }

    [Fact]
    public void Ends_OneCell_SaysNothing() => RunWords.Ends("click", [Cell("a", 0.9)]).ShouldBeNull();

    static (string Scenario, Estimate Auc) Cell(string scenario, double auc) => (scenario, Estimate.Of(auc, 0.01, 200, 1)!);

    static double Normal(Switchyard.Engine.SeededRandom random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
