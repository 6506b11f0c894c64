using System.Collections.Immutable;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

public sealed class CrossStitchTests
{
    static readonly ImmutableArray<int> Widths = [12, 8, 6];

    static readonly CrossStitchOptions Pairs = new() { Heads = PairHeads.Pair, Level = 2, TowerWidths = Widths };

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.9, false)]
    public void Forward_OwnTowersOnly_IsParallel(double own, bool same)
    {
        var stitched = Trained.Untrained(Pairs with { Own = own });
        var parallel = Trained.Untrained(new ParallelOptions { Heads = PairHeads.Pair, Level = 2, TowerWidths = Widths });
        var rows = TinyData.Rows(stitched.Schema, 300, 3, unknown: 0.1);

        Trained.Bits(Trained.Scores(stitched, rows)).AsSpan().SequenceEqual(Trained.Bits(Trained.Scores(parallel, rows))).ShouldBe(same);
    }

    [Fact]
    public void Build_EveryMixing_StartsWithItsOwnShareAndEqualOthers()
    {
        var ranker = Trained.Untrained(Pairs with { Own = 0.7 });
        var (tasks, scenarios) = (3, 3);
        for (var layer = 0; layer < 2; layer++)
        {
            for (var task = 0; task < tasks; task++)
            {
                var alpha = Stitch(ranker, layer, task);
                for (var i = 0; i < alpha.Length; i++)
                {
                    var (otherTask, own, other) = (i / (scenarios * scenarios), i / scenarios % scenarios, i % scenarios);
                    alpha[i].ShouldBe(otherTask == task && own == other ? 0.7f : 0.3f / (tasks * scenarios - 1), 1e-6f);
                }
            }
        }
    }

    [Fact]
    public void Build_OneHead_ReadsItself() =>
        Stitch(new Ranker(TinyData.Schema([2], [-1]), new CrossStitchOptions(), 1), 0, 0).ShouldBe([1f]);

    [Fact]
    public void Grow_NewScenario_ReadsTheMeanOfTheOldOnesAndIsReadByNobody()
    {
        var old = Trained.Train(Pairs, steps: 3);
        var schema = old.Schema with { Levels = [old.Schema.Levels[0], old.Schema.Levels[1] with { Nodes = [.. old.Schema.Levels[1].Nodes, "new"] }] };

        var grown = new GrownRanker(old, schema, old.Options, 9, new GrowthPlan(NewIds.Unseen, ImmutableDictionary<string, string>.Empty)).Ranker;

        var (before, after) = (Stitch(old, 1, 2), Stitch(grown, 1, 2));
        for (var task = 0; task < 3; task++)
        {
            for (var other = 0; other < 3; other++)
            {
                for (var own = 0; own < 3; own++) after[(task * 4 + own) * 4 + other].ShouldBe(before[(task * 3 + own) * 3 + other]);
                after[(task * 4 + 3) * 4 + other].ShouldBe((float)Enumerable.Range(0, 3).Average(own => (double)before[(task * 3 + own) * 3 + other]), 1e-6f);
            }

            for (var own = 0; own < 4; own++) after[(task * 4 + own) * 4 + 3].ShouldBe(0);
        }
    }

    static float[] Stitch(Ranker ranker, int layer, int task) =>
        ranker.Parameters.Values(ranker.Parameters.Dense.Single(p => p.Name == $"stitch.{layer}.{task}.weight")).ToArray();
}
