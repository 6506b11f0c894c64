using System.Globalization;

namespace Switchyard.Tests;

public sealed class TuneDrawTests
{
    const int Draws = 4000;

    [Fact]
    public void Draw_LogRange_StaysInsideAndFillsEveryDecadeAlike()
    {
        var values = Numbers("{min: 1e-5, max: 1e-1, log: true}");
        values.ShouldAllBe(v => v >= 1e-5 && v <= 1e-1);
        foreach (var low in (double[])[1e-5, 1e-4, 1e-3, 1e-2])
            values.Count(v => v >= low && v < 10 * low).ShouldBeInRange(Draws / 4 - 120, Draws / 4 + 120);
    }

    [Fact]
    public void Draw_EvenRange_StaysInsideAndFillsEveryQuarterAlike()
    {
        var values = Numbers("{min: -2, max: 6}");
        values.ShouldAllBe(v => v >= -2 && v <= 6);
        for (var low = -2; low < 6; low += 2) values.Count(v => v >= low && v < low + 2).ShouldBeInRange(Draws / 4 - 120, Draws / 4 + 120);
    }

    [Theory]
    [InlineData("{min: 2, max: 5, integer: true}", "2 3 4 5")]
    [InlineData("{min: 0.1, max: 0.3, step: 0.1}", "0.1 0.2 0.3")]
    [InlineData("{min: 8, max: 26, integer: true, step: 8}", "8 16 24")]
    [InlineData("[a, b, [1, 2]]", "a b [1,2]")]
    [InlineData("{choice: [null, 3]}", "3 null")]
    public void Draw_FewValues_EachAsOften(string range, string expected)
    {
        var counts = Texts(range).GroupBy(v => v.Replace(" ", "", StringComparison.Ordinal)).ToDictionary(g => g.Key, g => g.Count());
        counts.Keys.ShouldBe(expected.Split(' '), ignoreOrder: true);
        counts.Values.ShouldAllBe(c => Math.Abs(c - Draws / counts.Count) < 150);
        if (!range.Contains("choice", StringComparison.Ordinal)) Range(range).Grid.Length.ShouldBe(counts.Count);
    }

    [Fact]
    public void Draw_WholeLogRange_SmallNumbersAreMoreFrequent()
    {
        var values = Numbers("{min: 1, max: 100, log: true, integer: true}");
        values.ShouldAllBe(v => v >= 1 && v <= 100 && v == Math.Floor(v));
        values.Count(v => v < 10).ShouldBeInRange(Draws / 2 - 150, Draws / 2 + 150);
        values.ShouldContain(100);
    }

    [Theory]
    [InlineData("{min: 100000, max: 100010}")]
    [InlineData("{min: 1.00001, max: 1.00002}")]
    [InlineData("{min: 0.99999, max: 1.00001, log: true}")]
    public void Draw_NarrowRange_NotRoundedAway(string range)
    {
        var options = ((TuneNumber)Range(range)).Options;
        var values = Numbers(range);
        values.ShouldAllBe(v => v >= options.Min && v <= options.Max);
        values.Distinct().Count().ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Draw_SeedNumberAndKey_AllThereIsToIt()
    {
        var range = Range("{min: 0, max: 1}");
        range.Draw(7, 3).Text.ShouldBe(Range("{min: 0, max: 1}").Draw(7, 3).Text);
        range.Draw(7, 3).Text.ShouldNotBe(range.Draw(8, 3).Text);
        range.Draw(7, 3).Text.ShouldNotBe(range.Draw(7, 4).Text);
        range.Draw(7, 3).Text.ShouldNotBe(Range("{min: 0, max: 1}", "other").Draw(7, 3).Text);
        // Another draw here would lose what searches have trained.
        range.Draw(7, 3).Text.ShouldBe("0.2544");
    }

    [Fact]
    public void Band_EveryValue_FallsInOneOfThreeInOrder()
    {
        var range = Range("{min: 1e-4, max: 1e-1, log: true}");
        string[] bands = [.. Enumerable.Range(1, Draws).Select(i => range.Band(range.Draw(1, i).Value)).Distinct().OrderBy(range.Order)];
        bands.ShouldBe(["0.0001 … 0.001", "0.001 … 0.01", "0.01 … 0.1"]);
    }

    [Theory]
    [InlineData(1, 3, 12, "1 3 9 12")]
    [InlineData(2, 2, 8, "2 4 8")]
    [InlineData(5, 3, 4, "4")]
    [InlineData(4, 3, 4, "4")]
    public void Rungs_MinimumAndEta_EndWithAllEpochs(int minimum, int eta, int epochs, string expected) =>
        Tuner.Rungs(new TuneOptions { Base = "", MinEpochs = minimum, Eta = eta }, epochs).Select(r => r.ToString(CultureInfo.InvariantCulture)).ShouldBe(expected.Split(' '));

    [Fact]
    public void Rungs_Written_AreTaken() => Tuner.Rungs(new TuneOptions { Base = "", Rungs = [2, 3, 9] }, 6).ShouldBe([2, 3, 6]);

    static double[] Numbers(string range) => [.. Texts(range).Select(t => double.Parse(t, CultureInfo.InvariantCulture))];

    static IEnumerable<string> Texts(string range)
    {
        var read = Range(range);
        return Enumerable.Range(1, Draws).Select(i => read.Draw(1, i).Text);
    }

    static TuneRange Range(string yaml, string key = "key") =>
        ((TuneRanges)new TuneRangesShape().Read(YamlReader.Read($"{key}: {yaml}", "tune.yaml", hasLines: true, _ => null), "ranges")).Items.Single();
}
