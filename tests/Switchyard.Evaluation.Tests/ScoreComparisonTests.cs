namespace Switchyard.Evaluation.Tests;

public sealed class ScoreComparisonTests
{
    static readonly EvaluationOptions AllCells = new() { MinPositives = 1, MinNegatives = 1 };

    /// <summary>Their placements stand in one array.</summary>
    [Fact]
    public void RequireFits_MoreRowsThanAnArrayHolds_IsRefused()
    {
        ScoreComparison.RequireFits(700_000_000, 2);
        Should.Throw<ArgumentException>(() => ScoreComparison.RequireFits(720_000_000, 2)).Message.ShouldContain("715,827,");
    }

    [Fact]
    public void Differences_RandomRows_AreThoseOfTheEvaluator()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var rows = Samples.Random(seed, 120, 6);
            var others = Enumerable.Range(1, 3).Select(draw => WithScores(rows, Samples.Random(1000 + (10 * seed) + draw, 120, 6))).ToArray();
            var layout = Samples.Tree with { Tasks = ["click"], Given = [-1] };

            var differences = Compare(layout, rows, others);

            var first = Samples.Report(layout, rows, AllCells);
            var reports = others.Select(o => Samples.Report(layout, o, AllCells)).ToArray();
            int[] reached = [.. Enumerable.Range(0, first.Cells.Count).Where(i => first.Cells[i].Level == "total" || first.Cells[i].Metrics.Rows > 0)];
            differences.Cells.Count.ShouldBe(reached.Length);
            foreach (var (cell, i) in differences.Cells.Zip(reached))
            {
                (cell.Level, cell.Scenario, cell.Task).ShouldBe((first.Cells[i].Level, first.Cells[i].Scenario, first.Cells[i].Task));
                cell.Rows.ShouldBe(first.Cells[i].Metrics.Rows);
                cell.Counted.ShouldBe(HasTwoGroupsOfEither(layout, rows, cell));
                (cell.Auc is not null, cell.LogLoss is not null).ShouldBe((cell.Counted, cell.Counted));
                if (!cell.Counted) continue;
                cell.Auc!.Value.ShouldBe(first.Cells[i].Metrics.Auc!.Value - reports.Average(r => r.Cells[i].Metrics.Auc!.Value), 1e-6);
                cell.LogLoss!.Value.ShouldBe(reports.Average(r => r.Cells[i].Metrics.LogLoss!.Value) - first.Cells[i].Metrics.LogLoss!.Value, 1e-5);
            }

            var leaves = differences.Cells.Where(c => c is { Level: "leaf", Counted: true }).ToArray();
            if (leaves.Length == 0) differences.MeanAuc.ShouldBeNull();
            else differences.MeanAuc!.Value.ShouldBe(leaves.Average(c => c.Auc!.Value), 1e-12);
        }
    }

    [Fact]
    public void Differences_RowsWithoutGroups_HaveTheErrorOfDeLong()
    {
        var rows = Samples.Random(5, 200, 1).Select(r => r with { Leaf = 0, Group = -1 }).ToArray();
        var other = WithScores(rows, Samples.Random(6, 200, 1));

        var cell = Compare(Samples.OneTask, rows, other).Cells.Single();

        var drops = rows.Select((r, i) => Placement(rows, r) - Placement(other, other[i])).ToArray();
        var variance = rows.Zip(drops).Where(p => p.First.Label >= 0).GroupBy(p => p.First.Label).Sum(g => Variance([.. g.Select(p => p.Second)]) / g.Count());
        cell.Auc!.StandardError.ShouldBe(Math.Sqrt(variance), 0.005 * Math.Sqrt(variance));
    }

    [Fact]
    public void Differences_SameScores_AreExactlyNothing()
    {
        var rows = Samples.Random(3, 400, 6);

        var differences = Compare(Samples.Tree with { Tasks = ["click"], Given = [-1] }, rows, rows, rows, rows);

        differences.Cells.ShouldAllBe(c => !c.Counted || (c.Auc!.Value == 0 && c.Auc.StandardError == 0 && c.Auc.HalfWidth(0.95) == 0 && c.Auc.PValue == 1 && c.LogLoss!.Value == 0));
        differences.MeanAuc!.HalfWidth().ShouldBe(0);
    }

    [Fact]
    public void Differences_TooFewOfAClass_AreNotSaid()
    {
        var rows = Samples.Rows((0.1f, 0), (0.2f, 1), (0.3f, 0));

        Compare(Samples.OneTask, new EvaluationOptions { MinPositives = 2, MinNegatives = 1 }, rows, rows).Cells.Single().ShouldSatisfyAllConditions(
            c => c.Counted.ShouldBeFalse(), c => c.Auc.ShouldBeNull(), c => c.Rows.ShouldBe(3));
    }

    /// <summary>From one group nothing is known of the error: no drop of any size may then look certain.</summary>
    [Fact]
    public void Differences_OneGroupPerLeaf_AreNotSaidOfLeaves()
    {
        Oracle.Row[] Scored(Func<int, float> score) => [.. Enumerable.Range(0, 400).Select(i => new Oracle.Row(i % 6, i % 6, score(i), i / 6 % 2))];

        var differences = Compare(
            Samples.Tree with { Tasks = ["click"], Given = [-1] }, Scored(i => ((i / 6 % 2) + (i % 7 / 10f)) / 2), Scored(i => i % 11 / 11f));

        differences.Cells.Where(c => c.Level == "leaf").ShouldAllBe(c => !c.Counted && c.Auc == null && c.LogLoss == null && c.Positives > 20);
        differences.Cells.Where(c => c.Level != "leaf").ShouldAllBe(c => c.Counted && c.Auc!.StandardError > 0 && c.LogLoss!.StandardError > 0);
        differences.MeanAuc.ShouldBeNull();
    }

    /// <summary>Two groups, but all positives are in one: within it the drops of positives say nothing of other groups.</summary>
    [Fact]
    public void Differences_AClassInOneGroup_AreNotSaid()
    {
        Oracle.Row[] Scored(Func<int, float> score) => [.. Enumerable.Range(0, 60).Select(i => new Oracle.Row(0, i % 2, score(i), i % 2))];

        Compare(Samples.OneTask, Scored(i => i % 2 == 1 ? 0.9f : 0.1f), Scored(i => i % 7 / 7f)).Cells.Single().ShouldSatisfyAllConditions(
            c => c.Counted.ShouldBeFalse(), c => c.Auc.ShouldBeNull(), c => c.LogLoss.ShouldBeNull());
    }

    [Fact]
    public void Differences_LeavesWithoutRows_AreLeftOut()
    {
        var rows = Samples.Random(3, 200, 6).Select(r => r with { Leaf = 4 }).ToArray();

        Compare(Samples.Tree with { Tasks = ["click"], Given = [-1] }, rows, rows).Cells.Select(c => c.Scenario).ShouldBe(["EU", "EU/mobile", "all"]);
    }

    [Fact]
    public void Problem_NoCellCounts_NamesRowsAndThresholds()
    {
        var rows = Samples.Rows((0.1f, 0), (0.2f, 1), (0.3f, 0));
        ScoreComparison Of(EvaluationOptions options) => new(Samples.OneTask, options, [0, 0, 0], [-1, 7, 7], [[.. rows.Select(r => (float)r.Label)]]);

        Of(AllCells).Problem.ShouldNotBeNull().ShouldContain("click 1 positive in 1 group, 2 negatives in 2 groups");
        new ScoreComparison(Samples.OneTask, AllCells, new int[4], [-1, -1, -1, -1], [[0, 1, 0, 1]]).Problem.ShouldBeNull();
    }

    /// <summary>Noise changes places: whatever the truth is, the 95 % interval must cover nothing lost in at least 90 of 100 worlds.</summary>
    [Theory]
    [InlineData(false, 300)]
    [InlineData(true, 300)]
    [InlineData(false, 60)]
    public void Interval_FieldThatIsNoise_CoversZero(bool grouped, int count)
    {
        const int Worlds = 400;
        int auc = 0, loss = 0, mean = 0;
        for (var world = 0; world < Worlds; world++)
        {
            var random = new Random(world);
            var (truth, noise) = (Normals(random, count, grouped), Normals(random, count, grouped));
            Oracle.Row[] rows = [.. Enumerable.Range(0, count).Select(i => new Oracle.Row(i % 2, grouped ? i / 4 : -1, Sigmoid(truth[i] + noise[i]), random.NextDouble() < Sigmoid(truth[i] - 1) ? 1 : 0))];
            Oracle.Row[][] draws = [.. Enumerable.Range(0, 5).Select(_ => Redrawn(rows, truth, Permuted(noise, random, grouped ? 4 : 1)))];

            var differences = Compare(Samples.Channels, rows, draws);

            auc += Covers(differences.Cells[^1].Auc!, 0) ? 1 : 0;
            loss += Covers(differences.Cells[^1].LogLoss!, 0) ? 1 : 0;
            mean += differences.MeanAuc is { } m && Covers(m, 0) ? 1 : 0;
        }

        auc.ShouldBeInRange(Worlds * 90 / 100, Worlds);
        loss.ShouldBeInRange(Worlds * 90 / 100, Worlds);
        mean.ShouldBeInRange(Worlds * 90 / 100, Worlds);
    }

    /// <summary>A value that the label depends on: what is lost is known from many rows, and the interval covers that and not 0.</summary>
    [Fact]
    public void Interval_FieldThatDecides_CoversItsDropAndNotZero()
    {
        const int Worlds = 200;
        var drop = DropOfTruth(new Random(77), 60_000).Value;
        var (covered, zero) = (0, 0);
        for (var world = 0; world < Worlds; world++)
        {
            var found = DropOfTruth(new Random(world), 400);
            covered += Covers(found, drop) ? 1 : 0;
            zero += Covers(found, 0) ? 1 : 0;
        }

        drop.ShouldBeGreaterThan(0.15);
        covered.ShouldBeInRange(Worlds * 90 / 100, Worlds);
        zero.ShouldBe(0);
    }

    static bool HasTwoGroupsOfEither(EvaluationLayout layout, Oracle.Row[] rows, CellDifference cell)
    {
        var devices = layout.Levels[1].Nodes.Count;
        var inside = rows.Select((r, i) => (Row: r, Group: r.Group < 0 ? 1000 + i : r.Group))
            .Where(p => cell.Level == "total" || (p.Row.Leaf >= 0 && Name(p.Row.Leaf) is var (region, leaf) && cell.Scenario == (cell.Level == "leaf" ? leaf : region)))
            .ToArray();
        return new[] { 0, 1 }.All(label => inside.Where(p => p.Row.Label == label).Select(p => p.Group).Distinct().Count() >= 2);

        (string Region, string Leaf) Name(int leaf) => (layout.Levels[0].Nodes[leaf / devices], $"{layout.Levels[0].Nodes[leaf / devices]}/{layout.Levels[1].Nodes[leaf % devices]}");
    }

    static Difference DropOfTruth(Random random, int count)
    {
        var truth = Normals(random, count, false);
        Oracle.Row[] rows = [.. truth.Select(t => new Oracle.Row(0, -1, Sigmoid(t), random.NextDouble() < Sigmoid(t - 1) ? 1 : 0))];
        Oracle.Row[][] draws = [.. Enumerable.Range(0, 5).Select(_ => Redrawn(rows, new double[count], Permuted(truth, random, 1)))];
        return Compare(Samples.OneTask, rows, draws).Cells[^1].Auc!;
    }

    static bool Covers(Difference difference, double value) => Math.Abs(difference.Value - value) <= difference.HalfWidth();

    /// <summary>Standard normals; grouped: four rows share most of theirs.</summary>
    static double[] Normals(Random random, int count, bool grouped)
    {
        var shared = Enumerable.Range(0, count).Select(_ => Normal()).ToArray();
        return [.. Enumerable.Range(0, count).Select(i => grouped ? (0.9 * shared[i / 4]) + (0.3 * Normal()) : shared[i])];

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    static double[] Permuted(double[] values, Random random, int block)
    {
        var order = Enumerable.Range(0, values.Length / block).ToArray();
        random.Shuffle(order);
        return [.. Enumerable.Range(0, values.Length).Select(i => i / block < order.Length ? values[(order[i / block] * block) + (i % block)] : values[i])];
    }

    static Oracle.Row[] Redrawn(Oracle.Row[] rows, double[] truth, double[] noise) => [.. rows.Select((r, i) => r with { Score = Sigmoid(truth[i] + noise[i]) })];

    static float Sigmoid(double x) => (float)(1 / (1 + Math.Exp(-x)));

    static Oracle.Row[] WithScores(Oracle.Row[] rows, Oracle.Row[] from) => [.. rows.Select((r, i) => r with { Score = from[i].Score })];

    static double Placement(Oracle.Row[] rows, Oracle.Row row)
    {
        var others = rows.Where(r => r.Label == 1 - row.Label).ToArray();
        var (low, high) = row.Label == 1 ? (1.0, 0.0) : (0.0, 1.0);
        return others.Length == 0 ? 0 : others.Average(o => o.Score < row.Score ? low : o.Score > row.Score ? high : 0.5);
    }

    static double Variance(double[] values) => values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1);

    static ScoreDifferences Compare(EvaluationLayout layout, Oracle.Row[] first, params Oracle.Row[][] others) => Compare(layout, AllCells, first, others);

    static ScoreDifferences Compare(EvaluationLayout layout, EvaluationOptions options, Oracle.Row[] first, params Oracle.Row[][] others)
    {
        var comparison = new ScoreComparison(
            layout, options, [.. first.Select(r => r.Leaf)], [.. first.Select(r => r.Group)], [[.. first.Select(r => r.Label < 0 ? float.NaN : r.Label)]]);
        comparison.SetFirst(new[] { first.Select(r => r.Score).ToArray() });
        foreach (var other in others) comparison.Add(new[] { other.Select(r => r.Score).ToArray() });
        return comparison.Differences();
    }
}
