using System.Globalization;
using System.Text;
using Switchyard.Data;

namespace Switchyard.Generation.Tests;

/// <summary>The rows: what is in them, and how often.</summary>
public sealed class LogTests
{
    const int Rows = 60_000;

    static readonly Log Sample = Log.Of(new FundSearchOptions { Seed = 7 }, Rows);

    [Fact]
    public void Text_SameSeed_IsTheSameAndAnotherSeedIsNot()
    {
        var again = Log.Of(new FundSearchOptions { Seed = 7 }, 2000);
        again.Text.ShouldBe(Log.Of(new FundSearchOptions { Seed = 7 }, 2000).Text);
        again.Text.ShouldNotBe(Log.Of(new FundSearchOptions { Seed = 8 }, 2000).Text);
    }

    [Fact]
    public void Text_WithoutSkew_IsThatOfBefore()
    {
        var log = Log.Of(new FundSearchOptions { Seed = 7, Domains = 3 }, 2000);
        Fnv1a64.Of(Encoding.UTF8.GetBytes(log.Text)).ShouldBe(13000970202174229661UL);
    }

    [Fact]
    public void Rows_OfASkewedLog_AreTheSameSearchesInOtherScenarios()
    {
        var even = Log.Of(new FundSearchOptions { Seed = 7, Domains = 3 }, 5000);
        var skewed = Log.Of(new FundSearchOptions { Seed = 7, Domains = 3, Skew = 1.5 }, 5000);
        foreach (var column in new[] { "search_id", "user_id", "fund_id", "query_type" })
            Enumerable.Range(0, 5000).Where(r => even.Value(r, column) != skewed.Value(r, column)).ShouldBeEmpty();
        double Share(Log log, string scenario) => log.Where(r => log.Scenario(r) == scenario).Count() / 5000.0;
        foreach (var (scenario, share) in skewed.Truth.Scenarios.Zip(skewed.Truth.Planted.ImpressionShares)) Share(skewed, scenario).ShouldBe(share, 0.08);
        Share(even, "main/hot").ShouldBe(1 / 6.0, 0.06);
    }

    [Fact]
    public void Rows_OfALongerLog_BeginWithThoseOfAShorterButForTheTime()
    {
        var shorter = Log.Of(new FundSearchOptions { Seed = 7 }, 3000);
        var timed = new[] { "time", "date" }.Select(c => Array.IndexOf(Sample.Header, c)).ToArray();
        string[] Untimed(string[] row) => [.. row.Where((_, i) => !timed.Contains(i))];
        shorter.Rows.Count.ShouldBe(3000);
        for (var row = 0; row < 3000; row++) Untimed(shorter.Rows[row]).ShouldBe(Untimed(Sample.Rows[row]));
        shorter.Value(2999, "date").ShouldNotBe(Sample.Value(2999, "date"));
    }

    [Fact]
    public void Purchase_Always_FollowsAClickAndHasAnAmount()
    {
        Sample.Where(r => Sample.Is(r, "purchase")).Count().ShouldBeGreaterThan(1000);
        Sample.Where(r => Sample.Is(r, "purchase") && !Sample.Is(r, "click")).ShouldBeEmpty();
        Sample.Where(r => Sample.Is(r, "purchase") != (Sample.Value(r, "amount") != "")).ShouldBeEmpty();
        Sample.Where(r => Sample.Is(r, "purchase") && decimal.Parse(Sample.Value(r, "amount"), CultureInfo.InvariantCulture) <= 0).ShouldBeEmpty();
    }

    [Fact]
    public void Searches_Positions_CountFromOneToFiveOrMoreDifferentFunds()
    {
        var searches = Enumerable.Range(0, Rows).GroupBy(r => Sample.Value(r, "search_id")).SkipLast(1).ToList();
        searches.Count.ShouldBeGreaterThan(5000);
        foreach (var search in searches)
        {
            search.Count().ShouldBeInRange(5, 10);
            search.Select(r => int.Parse(Sample.Value(r, "position"), CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(1, search.Count()));
            search.Select(r => Sample.Value(r, "fund_id")).ShouldBeUnique();
            search.Select(r => (Sample.Scenario(r), Sample.Value(r, "user_id"), Sample.Value(r, "date"))).Distinct().Count().ShouldBe(1);
        }
    }

    [Fact]
    public void Days_OfTheLog_AreSixteenInOrder()
    {
        var dates = Enumerable.Range(0, Rows).Select(r => Sample.Value(r, "date")).ToList();
        dates.ShouldBeInOrder();
        var days = dates.GroupBy(d => d).ToList();
        days.Count.ShouldBe(16);
        (days[0].Key, days[^1].Key).ShouldBe(("2021-11-15", "2021-11-30"));
        days.ShouldAllBe(d => Math.Abs(d.Count() - Rows / 16) <= 10);
    }

    [Theory]
    [InlineData("vertical/hot", 0.06)]
    [InlineData("main/hot", 0.22)]
    [InlineData("main/products", 0.12)]
    [InlineData("vertical/products", 0.60)]
    public void Impressions_OfAScenario_HaveThePlantedShare(string scenario, double share) =>
        ShouldBeWithinFourSigma(r => Sample.Scenario(r) == scenario, _ => true, share);

    [Fact]
    public void Clicks_OfTheBusiestScenario_HaveThePlantedShare() =>
        ShouldBeWithinFourSigma(r => Sample.Is(r, "click") && Sample.Scenario(r) == "vertical/products", r => Sample.Is(r, "click"), 0.82);

    [Fact]
    public void Rates_OfEveryScenarioAndTask_AreThePlantedOnes()
    {
        for (var s = 0; s < 4; s++)
        {
            var scenario = Sample.Truth.Scenarios[s];
            ShouldBeWithinFourSigma(r => Sample.Scenario(r) == scenario && Sample.Is(r, "click"), r => Sample.Scenario(r) == scenario, Sample.Truth.Planted.Rates[s][0]);
            ShouldBeWithinFourSigma(r => Sample.Scenario(r) == scenario && Sample.Is(r, "purchase"), r => Sample.Scenario(r) == scenario, Sample.Truth.Planted.Rates[s][1]);
        }
    }

    [Fact]
    public void Clicks_TrueProbability_FallsWithThePositionAndIsThatOfTheFirstWhenServed()
    {
        foreach (var row in Enumerable.Range(0, Rows))
        {
            var (logged, served) = (Sample.Probabilities[row][0], Sample.Probabilities[row][1]);
            if (Sample.Value(row, "position") == "1") logged.ShouldBe(served);
            else logged.ShouldBeLessThan(served);
        }
    }

    [Fact]
    public void Labels_TrueProbabilities_AreTheirRates()
    {
        var slices = Enumerable.Range(0, Rows).GroupBy(r => (int)(Sample.Probabilities[r][0] * 10)).Where(g => g.Count() > 500).ToList();
        slices.Count.ShouldBeGreaterThan(5);
        foreach (var slice in slices)
        {
            var expected = slice.Sum(r => Sample.Probabilities[r][0]);
            var deviation = Math.Sqrt(slice.Sum(r => Sample.Probabilities[r][0] * (1 - Sample.Probabilities[r][0])));
            Math.Abs(slice.Count(r => Sample.Is(r, "click")) - expected).ShouldBeLessThan(4 * deviation);
        }
    }

    /// <summary>
    /// Share of the rows that meet <paramref name="of"/> among those that meet <paramref name="among"/>, with the deviation that searches,
    /// not rows, are drawn with; the rates were set on a probe of its own, whose deviation comes on top.
    /// </summary>
    static void ShouldBeWithinFourSigma(Func<int, bool> of, Func<int, bool> among, double expected)
    {
        var searches = Enumerable.Range(0, Rows).GroupBy(r => Sample.Value(r, "search_id")).Select(g => (Of: g.Count(r => among(r) && of(r)), Among: g.Count(among))).ToList();
        var share = (double)searches.Sum(s => s.Of) / searches.Sum(s => s.Among);
        var deviation = Math.Sqrt(searches.Sum(s => Math.Pow(s.Of - share * s.Among, 2))) / searches.Sum(s => s.Among);
        Math.Abs(share - expected).ShouldBeLessThan(4 * deviation * Math.Sqrt(1 + (double)searches.Count / FundBehaviour.ProbeLists));
    }
}
