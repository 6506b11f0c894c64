using MathNet.Numerics.Distributions;

namespace Switchyard.Evaluation.Tests;

public sealed class PairedBootstrapTests
{
    static readonly EvaluationOptions AllCells = new() { MinPositives = 1, MinNegatives = 1 };
    static readonly EvaluationLayout Tree = Samples.Tree with { Tasks = ["click"], Given = [-1] };

    [Fact]
    public void Resample_RowsThemselves_HaveTheMetricsOfTheReport()
    {
        for (var world = 0; world < 20; world++)
        {
            var rows = Samples.Random(world, 300, 6);
            var bootstrap = Bootstrap(Tree, rows, samples: 8);
            var model = bootstrap.Resample([Scores(rows)]);
            var report = Samples.Report(Tree, rows, AllCells);

            bootstrap.Values.Where(v => !v.IsMean).ShouldNotBeEmpty();
            foreach (var (value, draws) in bootstrap.Values.Zip(model.Draws))
            {
                if (value.IsMean)
                {
                    draws[0].ShouldBe(report.MeanAuc(value.Level)!.Value, 1e-12);
                    continue;
                }

                var cell = report.Cells.Single(c => c.Level == value.Level && c.Scenario == value.Scenario).Metrics;
                (value.Rows, value.Positives).ShouldBe((cell.Rows, cell.Positives));
                ShouldBeMetric(draws[0], Of(value.Metric, cell), $"world {world} {value}");
            }
        }
    }

    /// <summary>Eight resamples at a time with integer weights are the same as rows written down again and again.</summary>
    [Fact]
    public void Resample_EverySample_IsThatOfTheDrawnRows()
    {
        const int Drawn = 20;
        var rows = Samples.Random(4, 120, 6);
        var bootstrap = Bootstrap(Tree, rows, Drawn, seed: 3);
        var model = bootstrap.Resample([Scores(rows)]);
        var clusters = Clusters(rows);
        var resamples = new GroupResamples(bootstrap.Groups, Drawn, 3);

        for (var sample = 0; sample < Drawn; sample++)
        {
            var weights = resamples.Block(sample / GroupResamples.Lanes).Select(w => (int)(w >> (8 * (sample % GroupResamples.Lanes))) & 255).ToArray();
            weights.Sum().ShouldBe(bootstrap.Groups);
            Oracle.Row[] drawn =
            [
                .. Enumerable.Range(0, rows.Length).SelectMany(i => Enumerable.Range(0, weights[clusters[i]])
                    .Select(copy => rows[i] with { Group = rows[i].Group < 0 ? -1 : (rows[i].Group * 1000) + copy })),
            ];
            var report = Samples.Report(Tree, drawn, AllCells);
            for (var v = 0; v < bootstrap.Values.Count; v++)
            {
                var value = bootstrap.Values[v];
                if (value.IsMean) continue;
                var expected = Of(value.Metric, report.Cells.Single(c => c.Level == value.Level && c.Scenario == value.Scenario).Metrics);
                ShouldBeMetric(model.Means[v][sample], expected, $"sample {sample} {value}");
            }
        }
    }

    [Fact]
    public void Resample_AnyNumberOfThreads_SameBits()
    {
        var rows = Samples.Random(7, 500, 6);
        var one = Bootstrap(Tree, rows, 100, threads: 1).Resample([Scores(rows), Scores(Samples.Random(8, 500, 6))]);
        var four = Bootstrap(Tree, rows, 100, threads: 4).Resample([Scores(rows), Scores(Samples.Random(8, 500, 6))]);

        one.Means.ShouldBe(four.Means);
        one.Draws.ShouldBe(four.Draws);
    }

    [Fact]
    public void Difference_GroupsAndSeeds_VariancesAddUp()
    {
        var rows = Samples.Random(5, 400, 6);
        var bootstrap = Bootstrap(Tree, rows, 200);
        var ours = bootstrap.Resample([.. Enumerable.Range(10, 3).Select(seed => Scores(Samples.Random(seed, 400, 6)))]);
        var theirs = bootstrap.Resample([.. Enumerable.Range(20, 2).Select(seed => Scores(Samples.Random(seed, 400, 6)))]);
        var total = bootstrap.Values.Index().First(v => v.Item is { Metric: ComparedMetric.Auc, Level: "total" });

        var difference = bootstrap.Difference(total.Index, ours, theirs)!;

        var (a, b) = (ours.Draws[total.Index], theirs.Draws[total.Index]);
        var (groups, first, second) = (Variance([.. ours.Means[total.Index].Zip(theirs.Means[total.Index], (m, r) => m - r)]), Variance(a) / 3, Variance(b) / 2);
        var sum = groups + first + second;
        difference.Value.ShouldBe(a.Average() - b.Average(), 1e-12);
        difference.StandardError.ShouldBe(Math.Sqrt(sum), 1e-12);
        difference.Freedom.ShouldBe(sum * sum / ((groups * groups / (total.Item.Groups - 1)) + (first * first / 2) + second * second), 1e-6);
    }

    [Fact]
    public void Difference_SameModel_IsExactlyNothing()
    {
        var rows = Samples.Random(3, 300, 6);
        var bootstrap = Bootstrap(Tree, rows, 100);
        var model = bootstrap.Resample([Scores(rows)]);
        for (var v = 0; v < bootstrap.Values.Count; v++)
        {
            if (bootstrap.Difference(v, model, model) is not { } difference) continue;
            (difference.Value, difference.StandardError, difference.HalfWidth(), difference.TwoSidedPValue).ShouldBe((0, 0, 0, 1));
        }
    }

    [Fact]
    public void Difference_OneGroup_IsNotSaid()
    {
        Oracle.Row[] rows = [.. Enumerable.Range(0, 40).Select(i => new Oracle.Row(0, 0, i % 7 / 7f, i % 2))];
        var bootstrap = Bootstrap(Samples.OneTask, rows, 100);
        var model = bootstrap.Resample([Scores(rows)]);
        bootstrap.Values.Select((_, v) => bootstrap.Difference(v, model, model)).ShouldAllBe(d => d == null);
    }

    [Fact]
    public void Values_FewOfAClass_AreLeftOut()
    {
        var rows = Samples.Rows((0.1f, 0), (0.2f, 1), (0.3f, 0));
        var bootstrap = new PairedBootstrap(Samples.OneTask, new EvaluationOptions { MinPositives = 2 }, [0, 0, 0], [-1, -1, -1], [[0, 1, 0]], 100, 1);
        bootstrap.Values.ShouldBeEmpty();
        Bootstrap(Samples.OneTask, rows, 100).Values.Select(v => (v.Metric, v.IsMean)).ShouldBe([(ComparedMetric.Auc, false), (ComparedMetric.LogLoss, false), (ComparedMetric.Auc, true)]);
    }

    /// <summary>
    /// Two models of the same worth, whose seeds differ in how much noise they add, on rows that come in groups: the 95 % interval must
    /// cover 0 in about 95 of 100 worlds, and not in all of them.
    /// </summary>
    [Fact]
    public void Interval_ModelsOfEqualWorth_CoversZero()
    {
        const int Worlds = 200;
        const int Count = 320;
        var (auc, loss) = (0, 0);
        for (var world = 0; world < Worlds; world++)
        {
            var random = new Random(world);
            var shared = Enumerable.Range(0, Count / 4).Select(_ => Normal(random)).ToArray();
            var truth = Enumerable.Range(0, Count).Select(i => (0.9 * shared[i / 4]) + (0.4 * Normal(random))).ToArray();
            Oracle.Row[] rows = [.. truth.Select((t, i) => new Oracle.Row(i % 2, i / 4, 0, random.NextDouble() < 1 / (1 + Math.Exp(-1.5 * t)) ? 1 : 0))];
            var bootstrap = Bootstrap(Samples.Channels, rows, 200);
            var models = Enumerable.Range(0, 2).Select(_ => bootstrap.Resample([.. Enumerable.Range(0, 3).Select(_ => Noisy(random, truth))])).ToArray();

            for (var v = 0; v < bootstrap.Values.Count; v++)
            {
                if (bootstrap.Values[v].Level != "total") continue;
                var difference = bootstrap.Difference(v, models[0], models[1])!;
                var covers = Math.Abs(difference.Value) <= difference.HalfWidth() ? 1 : 0;
                if (bootstrap.Values[v].Metric == ComparedMetric.Auc) auc += covers;
                if (bootstrap.Values[v].Metric == ComparedMetric.LogLoss) loss += covers;
            }
        }

        auc.ShouldBeInRange(Worlds * 91 / 100, Worlds * 99 / 100);
        loss.ShouldBeInRange(Worlds * 91 / 100, Worlds * 99 / 100);
    }

    /// <summary>Where the models err by group, drawing rows takes the four rows of a group for four proofs: its interval covers 0 in clearly fewer worlds.</summary>
    [Fact]
    public void Interval_ErrorsSharedByAGroup_RowsCoverZeroLessOften()
    {
        const int Worlds = 200;
        const int Groups = 60;
        var (byGroup, byRow) = (0, 0);
        for (var world = 0; world < Worlds; world++)
        {
            var random = new Random(world);
            var truth = Enumerable.Range(0, Groups).Select(_ => Normal(random)).ToArray();
            var labels = truth.Select(t => random.NextDouble() < 1 / (1 + Math.Exp(-1.5 * t)) ? 1 : 0).ToArray();
            Oracle.Row[] rows = [.. Enumerable.Range(0, 4 * Groups).Select(i => new Oracle.Row(0, i / 4, 0, labels[i / 4]))];
            var (ours, theirs) = (Shared(random, truth), Shared(random, truth));
            byGroup += Covers(rows);
            byRow += Covers([.. rows.Select(r => r with { Group = -1 })]);

            int Covers(Oracle.Row[] its)
            {
                var difference = Total(Bootstrap(Samples.Channels, its, 200), ours, theirs);
                return Math.Abs(difference.Value) <= difference.HalfWidth() ? 1 : 0;
            }
        }

        byGroup.ShouldBeInRange(Worlds * 91 / 100, Worlds * 99 / 100);
        byRow.ShouldBeLessThan(Worlds * 80 / 100);

        static float[][] Shared(Random random, double[] truth)
        {
            var noisy = truth.Select(t => (float)(1 / (1 + Math.Exp(-t - Normal(random))))).ToArray();
            return [[.. noisy.SelectMany(score => Enumerable.Repeat(score, 4))]];
        }
    }

    /// <summary>Rows of a group that repeat each other: taking them for independent would halve the error.</summary>
    [Fact]
    public void Difference_RepeatedRows_ErrorIsThatOfTheGroups()
    {
        var once = Samples.Random(9, 200, 6).Select((r, i) => r with { Group = i, Label = Math.Max(0, r.Label) }).ToArray();
        var other = Samples.Random(10, 200, 6);
        Oracle.Row[] four = [.. once.SelectMany(r => Enumerable.Repeat(r, 4))];
        float[][] otherFour = [[.. other.SelectMany(r => Enumerable.Repeat(r.Score, 4))]];

        var single = Total(Bootstrap(Tree, once, 1000), Scores(once), Scores(other));
        var grouped = Total(Bootstrap(Tree, four, 1000), Scores(four), otherFour);
        var rows = Total(new PairedBootstrap(Tree, AllCells, [.. four.Select(r => r.Leaf)], [], [[.. four.Select(r => (float)r.Label)]], 1000, 1), Scores(four), otherFour);

        grouped.StandardError.ShouldBe(single.StandardError, 1e-9);
        rows.StandardError.ShouldBe(single.StandardError / 2, 0.1 * single.StandardError);
    }

    [Fact]
    public void TwoSidedPValue_IsThatOfStudent()
    {
        new Difference(0.02, 0.01, 7).TwoSidedPValue.ShouldBe(2 * (1 - StudentT.CDF(0, 1, 7, 2)), 1e-12);
        new Difference(-0.02, 0.01, 7).TwoSidedPValue.ShouldBe(2 * (1 - StudentT.CDF(0, 1, 7, 2)), 1e-12);
        new Difference(0.02, 0, 7).TwoSidedPValue.ShouldBe(0);
        new Difference(0, 0, 7).TwoSidedPValue.ShouldBe(1);
    }

    [Fact]
    public void Adjust_WorkedExample_StepsDown()
    {
        Holm.Adjust([0.01, 0.04, 0.03, 0.005]).ShouldBe([0.03, 0.06, 0.06, 0.02], 1e-12);
        Holm.Adjust([0.5, 0.9, 0.6]).ShouldBe([1.0, 1.0, 1.0]);
        Holm.Adjust([0.2]).ShouldBe([0.2]);
        Holm.Adjust([]).ShouldBeEmpty();
    }

    /// <summary>Large cells are measured by all threads together, small ones by one each; and there may be more threads than a machine has.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(600)]
    public void Values_AnyThreadsAndSizesOfCells_AreTheSame(int threads)
    {
        var rows = Samples.Random(21, 300_000, 6);

        Values(threads).ShouldBe(Values(1));

        // Every group drawn a number of times of its own, in each of eight resamples.
        double[] Values(int count)
        {
            var compared = new ComparedRows(
                Tree, AllCells, [.. rows.Select(r => r.Leaf)], [.. rows.Select(r => r.Group)], [[.. rows.Select(r => r.Label < 0 ? float.NaN : r.Label)]], new Threads(count));
            ulong[] weights = [.. Enumerable.Range(0, compared.Clusters).Select(cluster => 0x01010101_01010101UL * (ulong)(cluster % 3))];
            var lanes = new double[GroupResamples.Lanes];
            return [.. compared.Of(Scores(rows)).Select(value =>
            {
                value.Run(weights, lanes);
                return lanes[0];
            })];
        }
    }

    /// <summary>Means of draws on both sides, with the variance of DeLong, DeLong and Clarke-Pearson by its formula.</summary>
    [Fact]
    public void Differences_DrawsOnBothSides_HaveTheErrorOfDeLong()
    {
        var rows = Samples.Random(5, 150, 1).Select(r => r with { Leaf = 0, Group = -1, Label = Math.Max(0, r.Label) }).ToArray();
        Oracle.Row[][] first = [rows, With(11)];
        Oracle.Row[][] others = [With(12), With(13), With(14)];
        var comparison = new ScoreComparison(Samples.OneTask, AllCells, new int[150], [.. rows.Select(_ => -1)], [[.. rows.Select(r => (float)r.Label)]]);
        comparison.SetFirst(Scores(first[0]));
        comparison.AddFirst(Scores(first[1]));
        foreach (var other in others) comparison.Add(Scores(other));

        var found = comparison.Differences().Cells.Single().Auc!;

        var drops = Enumerable.Range(0, rows.Length).Select(i => first.Average(f => Placement(f, i)) - others.Average(o => Placement(o, i))).ToArray();
        var variance = rows.Index().GroupBy(r => r.Item.Label).Sum(g => Variance([.. g.Select(r => drops[r.Index])]) / g.Count());
        found.Value.ShouldBe(first.Average(f => Oracle.Auc(f)!.Value) - others.Average(o => Oracle.Auc(o)!.Value), 1e-6);
        found.StandardError.ShouldBe(Math.Sqrt(variance), 0.005 * Math.Sqrt(variance));

        Oracle.Row[] With(int seed) => [.. rows.Zip(Samples.Random(seed, 150, 1), (r, o) => r with { Score = o.Score })];
    }

    static void ShouldBeMetric(double found, double? expected, string where)
    {
        if (expected is { } value) found.ShouldBe(value, 1e-6, where);
        else double.IsNaN(found).ShouldBeTrue(where);
    }

    static double Placement(Oracle.Row[] rows, int i)
    {
        var others = rows.Where(r => r.Label == 1 - rows[i].Label).ToArray();
        var sign = rows[i].Label == 1 ? 1 : -1;
        return others.Average(o => (Math.Sign(rows[i].Score - o.Score) * sign / 2.0) + 0.5);
    }

    static Difference Total(PairedBootstrap bootstrap, float[][] ours, float[][] theirs)
    {
        var value = bootstrap.Values.Index().First(v => v.Item is { Metric: ComparedMetric.Auc, Level: "total" }).Index;
        return bootstrap.Difference(value, bootstrap.Resample([ours]), bootstrap.Resample([theirs]))!;
    }

    static float[][] Noisy(Random random, double[] truth)
    {
        var level = 0.5 + random.NextDouble();
        return [[.. truth.Select(t => (float)(1 / (1 + Math.Exp(-t - (level * Normal(random))))))]];
    }

    static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    static double? Of(ComparedMetric metric, CellMetrics cell) => metric switch
    {
        ComparedMetric.Auc => cell.Auc,
        ComparedMetric.Gauc => cell.Gauc,
        _ => cell.LogLoss,
    };

    static float[][] Scores(Oracle.Row[] rows) => [[.. rows.Select(r => r.Score)]];

    static double Variance(double[] values) => values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1);

    static int[] Clusters(Oracle.Row[] rows)
    {
        var keys = rows.Select((r, i) => r.Group < 0 ? -1 - i : r.Group).ToArray();
        var distinct = keys.Distinct().ToArray();
        return [.. keys.Select(k => Array.IndexOf(distinct, k))];
    }

    static PairedBootstrap Bootstrap(EvaluationLayout layout, Oracle.Row[] rows, int samples, int seed = 1, int threads = 0) => new(
        layout, AllCells, [.. rows.Select(r => r.Leaf)], [.. rows.Select(r => r.Group)], [[.. rows.Select(r => r.Label < 0 ? float.NaN : r.Label)]], samples, seed, threads);
}
