namespace Switchyard.Generation.Tests;

/// <summary>What is planted.</summary>
public sealed class WorldTests
{
    [Theory]
    [InlineData("click: shared", "click: family 0")]
    [InlineData("click: shared", "click: family 1")]
    [InlineData("click: family 0", "click: family 1")]
    [InlineData("purchase: family 0", "purchase: family 1")]
    public void Parts_OfThePreferences_HaveNothingInCommon(string first, string second) =>
        new FundSearchWorld(new FundSearchOptions { Seed = 5 }).Cosine(first, second).ShouldBe(0, 1e-9);

    [Fact]
    public void Probabilities_OfAlikeScenarios_DifferByTheInterceptOnly()
    {
        var options = new FundSearchOptions { Seed = 5 };
        var scenarios = new FundScenarios(options);
        var catalogue = new FundCatalogue(options.Seed);
        var behaviour = new FundBehaviour(options.Seed, scenarios, catalogue);
        var list = new FundList(catalogue, options.Seed);
        var differences = Enumerable.Range(0, 50).Select(i =>
        {
            list.Draw(Purpose.Survey, i);
            double LogOdds(int leaf)
            {
                var p = behaviour.Probability(FundBehaviour.Click, leaf, FundFeatures.Of(list, 2), 2);
                return Math.Log(p / (1 - p));
            }

            return (Alike: LogOdds(3) - LogOdds(1), Apart: LogOdds(3) - LogOdds(2));
        }).ToList();
        (differences.Max(d => d.Alike) - differences.Min(d => d.Alike)).ShouldBeLessThan(1e-9);
        (differences.Max(d => d.Apart) - differences.Min(d => d.Apart)).ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Families_OfManyDomains_AreHalvesDrawnByTheSeed()
    {
        var drawn = Enumerable.Range(1, 5).Select(seed => new FundScenarios(new FundSearchOptions { Seed = (ulong)seed, Domains = 12 }).Families).ToList();
        foreach (var families in drawn)
        {
            families.Length.ShouldBe(24);
            families.Take(12).Sum().ShouldBe(6);
            families.Take(12).ShouldBe(families.Skip(12));
        }

        drawn.Select(f => string.Concat(f)).Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Families_ByChannelAndAll_FollowTheOption()
    {
        new FundScenarios(new FundSearchOptions { Alike = AlikeBy.Channel }).Families.ShouldBe([0, 0, 1, 1]);
        new FundScenarios(new FundSearchOptions { Alike = AlikeBy.All }).Families.ShouldBe([0, 0, 0, 0]);
        new FundScenarios(new FundSearchOptions { Alike = AlikeBy.Domain }).Families.ShouldBe([0, 1, 0, 1]);
    }

    [Theory]
    [InlineData(0, 2, "channels")]
    [InlineData(2, 17, "domains")]
    public void Options_OutOfRange_SayWhich(int channels, int domains, string what)
    {
        var options = new FundSearchOptions { Channels = channels, Domains = domains };
        options.Problem.ShouldNotBeNull().ShouldStartWith(what);
        Should.Throw<ArgumentException>(() => new FundSearchWorld(options));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0, 12)]
    [InlineData(1.5, 12)]
    public void Shares_WithSkew_FallAsAPowerOfTheRank(double skew, int domains)
    {
        var scenarios = new FundScenarios(new FundSearchOptions { Channels = 3, Domains = domains, Skew = skew });
        scenarios.Shares.Length.ShouldBe(3 * domains);
        scenarios.Shares.Sum().ShouldBe(1, 1e-12);
        for (var r = 0; r < scenarios.Shares.Length; r++) scenarios.Shares[r].ShouldBe(scenarios.Shares[0] * Math.Pow(r + 1, -skew), 1e-12);
        scenarios.ClickRates.ShouldBe(new FundScenarios(new FundSearchOptions { Channels = 3, Domains = domains }).ClickRates);
        if (skew == 0) scenarios.Shares.ShouldAllBe(s => s == 1.0 / (3 * domains));
    }

    [Theory]
    [InlineData(-0.1, 3)]
    [InlineData(8.5, 3)]
    [InlineData(double.NaN, 3)]
    [InlineData(1, 2)]
    public void Options_SkewThatCannotBe_SayWhatToGive(double skew, int domains)
    {
        new FundSearchOptions { Domains = domains, Skew = skew }.Problem.ShouldNotBeNull().ShouldStartWith("skew");
        new FundSearchOptions { Domains = domains, Skew = 0 }.Problem.ShouldBeNull();
    }

    [Fact]
    public void Configuration_OfASkewedWorld_SaysSo()
    {
        new FundSearchWorld(new FundSearchOptions { Domains = 3, Skew = 1.5 }).Configuration("log.csv").ShouldContain("3 domains, skew 1.5, seed 1");
        new FundSearchWorld(new FundSearchOptions { Domains = 3 }).Configuration("log.csv").ShouldNotContain("skew");
    }

    [Fact]
    public void Generate_FromALaterSearch_GivesTheSearchesOfThatNumber()
    {
        var world = new FundSearchWorld(new FundSearchOptions { Seed = 5 });
        var (all, later) = (world.Generate(1000), world.Generate(1000, 3));
        static string[] Cells(RowGenerator row) => row.Text.ToString().Split(',');
        do all.Next();
        while (Cells(all)[0] != "4");
        for (var i = 0; i < 50; i++, all.Next())
        {
            later.Next();
            Cells(later)[3..].ShouldBe(Cells(all)[3..]);
            Cells(later)[0].ShouldBe(Cells(all)[0]);
        }

        Should.Throw<ArgumentOutOfRangeException>(() => world.Generate(10, -1));
    }

    [Fact]
    public void Rows_OneNodePerLevel_AreWritten() => Log.Of(new FundSearchOptions { Channels = 1, Domains = 1 }, 5).Rows.Count.ShouldBe(5);
}
