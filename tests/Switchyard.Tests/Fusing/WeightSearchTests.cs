using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Tests;

public sealed class WeightSearchTests
{
    const int Tasks = 3;
    const int ListRows = 8;

    static readonly string[] Names = ["a", "b", "c"];

    static readonly FormulaNode Product = FormulaParser.Parse("t0^a * t1^b * t2^c", ["t0", "t1", "t2"], Names);

    [Fact]
    public void Find_PlantedWeights_FindsThemInEveryScenario()
    {
        double[][] planted = [[1, 0.3, 0], [0.2, 1, 0.6]];
        var lists = World(11, 2000, planted);
        var search = Search(lists);
        int[] all = [.. Enumerable.Range(0, lists.Count)];

        var found = search.Find(all);

        for (var node = 0; node < planted.Length; node++)
        {
            int[] own = [.. all.Where(l => lists.Nodes[l] == node)];
            var (best, got, common) = (Mean(search, own, planted[node]), Mean(search, own, found.Own[node]), Mean(search, own, found.Common));
            got.ShouldBeGreaterThan(best - 0.004, $"node {node}: {string.Join(' ', found.Own[node])}");
            got.ShouldBeGreaterThan(common + 0.005);
            found.Own[node].Zip(planted[node]).ShouldAllBe(w => Math.Abs(w.First - w.Second) < 0.25);
        }
    }

    [Fact]
    public void Find_FewGroups_HasTheCommonWeights()
    {
        var lists = World(3, 300, [[1, 0, 0], [0, 1, 0]]);
        int[] all = [.. Enumerable.Range(0, lists.Count)];

        Search(lists, minGroups: 300).Find(all).Own.ShouldBeEmpty();

        // The fewer groups beside what is asked for, the nearer to the common ones.
        var distances = new List<double>();
        foreach (var minGroups in (int[])[2, 40, 130])
        {
            var found = Search(lists, minGroups).Find(all);
            distances.Add(found.Own[1].Zip(found.Common).Sum(w => Math.Abs(w.First - w.Second)));
        }

        distances.ShouldBe(distances.OrderDescending());
        distances[0].ShouldBeGreaterThan(1.3 * distances[2]);
    }

    [Fact]
    public void Find_AnyThreads_IsTheSame()
    {
        for (var seed = 0ul; seed < 2; seed++)
        {
            double[][] planted = [[1, 0.5, 0.1], [0.4, 1, 0]];
            var one = World(seed, 700, planted, threads: 1);
            var four = World(seed, 700, planted, threads: 4);
            int[] all = [.. Enumerable.Range(0, one.Count)];

            var (first, second) = (Search(one).Find(all), Search(four).Find(all));

            second.Common.ShouldBe(first.Common);
            second.Own.Keys.ShouldBe(first.Own.Keys);
            foreach (var node in first.Own.Keys) second.Own[node].ShouldBe(first.Own[node]);
        }
    }

    /// <summary>What is found is never worse, on the lists it was found on, than anything simple.</summary>
    [Fact]
    public void Find_ManyWorlds_IsNoWorseThanAnyTaskAlone()
    {
        for (var seed = 0ul; seed < 10; seed++)
        {
            var random = new SeededRandom(seed, "planted");
            var lists = World(seed, 150, [[random.NextDouble(), random.NextDouble(), random.NextDouble()]]);
            int[] all = [.. Enumerable.Range(0, lists.Count)];
            var search = Search(lists, minGroups: 1000);
            var found = Mean(search, all, search.Find(all).Common);

            found.ShouldBeGreaterThanOrEqualTo(Mean(search, all, search.Equal));
            for (var task = 0; task < Tasks; task++) found.ShouldBeGreaterThanOrEqualTo(lists.Measure(all, task).Average() - 1e-9);
        }
    }

    [Fact]
    public void Find_NoFiniteValue_SaysSo()
    {
        var lists = World(1, 50, [[1, 1, 1]]);
        var search = new WeightSearch(lists, FormulaParser.Parse("log(t0 - a - 2)", ["t0", "t1", "t2"], ["a"]), ["a"], false, Options(200), default);

        Should.Throw<InputException>(() => search.Find([.. Enumerable.Range(0, lists.Count)])).Message.ShouldContain("no finite value for some rows, whatever the weights");
    }

    static double Mean(WeightSearch search, int[] lists, double[] weights) => search.Measure(lists, weights)!.Average();

    static WeightSearch Search(ObjectiveLists lists, int minGroups = 50) => new(lists, Product, Names, true, Options(minGroups), default);

    static FuseOptions Options(int minGroups) => new() { Gain = ImmutableSortedDictionary<string, double>.Empty, MinGroups = minGroups };

    /// <summary>Lists whose worths follow the planted weights of their scenario, with noise.</summary>
    static ObjectiveLists World(ulong seed, int lists, double[][] planted, int threads = 2)
    {
        var random = new SeededRandom(seed, "world");
        var rows = lists * ListRows;
        var scores = new float[Tasks * rows];
        for (var i = 0; i < scores.Length; i++) scores[i] = (float)(0.02 + 0.96 * random.NextDouble());
        var gains = new float[rows];
        for (var list = 0; list < lists; list++)
        {
            var first = list * ListRows;
            double Liking(int row) => planted[list % planted.Length].Select((w, task) => w * Math.Log(scores[task * rows + row])).Sum();
            var order = Enumerable.Range(first, ListRows).OrderByDescending(row => Liking(row) + 0.2 * random.NextNormal()).ToArray();
            (gains[order[0]], gains[order[1]]) = (5, 1);
        }

        return new(scores, gains, [.. Enumerable.Range(0, lists + 1).Select(l => l * ListRows)], [.. Enumerable.Range(0, lists)], [.. Enumerable.Range(0, lists).Select(l => l % planted.Length)], 5, threads);
    }
}
