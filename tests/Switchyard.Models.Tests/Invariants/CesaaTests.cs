using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

/// <summary>What CESAA's page promises of its gates, its information term and its work.</summary>
public sealed class CesaaTests
{
    static readonly int[] Own = [0, 0, 0, 0, 1, 1, 2, -1];

    /// <summary>Every scenario has an expert of its own: I is all that P(s) allows. Shares 4/7, 2/7, 1/7 of the rows that count.</summary>
    [Theory]
    [InlineData(ScenarioPrior.Uniform, 1.0986122886681098)]
    [InlineData(ScenarioPrior.Batch, 0.9556998911125343)]
    public void MutualInformation_OneExpertForEachScenario_IsTheEntropyOfThePrior(ScenarioPrior prior, double entropy) =>
        Information(row => Enumerable.Range(0, 4).Select(e => e == Math.Max(0, Own[row]) ? 1f : 0), prior).ShouldBe((float)entropy, 1e-6f);

    /// <summary>The paper's example: 80, 15 and 5 rows of 100.</summary>
    [Theory]
    [InlineData(ScenarioPrior.Uniform, 1.099)]
    [InlineData(ScenarioPrior.Batch, 0.613)]
    public void MutualInformation_UnevenShares_IsCappedByTheBatchPrior(ScenarioPrior prior, double cap)
    {
        int[] own = [.. Enumerable.Range(0, 100).Select(r => r < 80 ? 0 : r < 95 ? 1 : 2)];
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        var p = g.Input([.. own.SelectMany(s => Enumerable.Range(0, 3).Select(e => e == s ? 1f : 0))], 100, 3);
        g.Value(g.MutualInformation(p, NodeIndex.PerRow(own), 3, prior))[0].ShouldBe((float)cap, 5e-4f);
    }

    [Fact]
    public void MutualInformation_AllGatesAlike_IsZero() => Information(_ => [0.1f, 0.2f, 0.3f, 0.4f], ScenarioPrior.Uniform).ShouldBe(0, 1e-7f);

    [Fact]
    public void MutualInformation_NoRowOfAKnownScenario_IsZero()
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        g.Value(g.MutualInformation(g.Input([0.5f, 0.5f], 1, 2), NodeIndex.Constant(-1), 3, ScenarioPrior.Batch))[0].ShouldBe(0);
    }

    [Fact]
    public void MutualInformation_RowsOfUnknownScenarios_DoNotCount()
    {
        float With(float last) => Information(row => Own[row] < 0 ? [last, 1 - last, 0, 0] : [0.1f * row, 0.3f, 0.7f - 0.1f * row, 0], ScenarioPrior.Batch);
        With(0.9f).ShouldBe(With(0.2f));
    }

    /// <summary>The first batch is the average; then the past counts as much as it should, row by row of [scenario, expert].</summary>
    [Fact]
    public void MutualInformation_MovingAverage_MixesPastAndBatch()
    {
        var parameters = new ParameterSet(1);
        var shares = new ExpertShares(new Scope(parameters), new Members("scenarios", 2), 2, keep: 0.75);
        float Step(params float[] p)
        {
            var g = new Graph(GraphMode.Train, parameters);
            return g.Value(g.MutualInformation(g.Input(p, 2, 2), NodeIndex.PerRow([0, 1]), 2, ScenarioPrior.Uniform, shares))[0];
        }

        var first = Step(0.9f, 0.1f, 0.2f, 0.8f);
        parameters.Buffers[0].Values.ShouldBe([0.9f, 0.1f, 0.2f, 0.8f]);
        Step(0.9f, 0.1f, 0.2f, 0.8f).ShouldBe(first, 1e-6f);
        Step(0.1f, 0.9f, 0.2f, 0.8f).ShouldBeLessThan(first);
        parameters.Buffers[0].Values.ShouldBe([0.7f, 0.3f, 0.2f, 0.8f], 1e-6f);
    }

    /// <summary>As many columns as several workers take; a serial loop of the definition beside it.</summary>
    [Fact]
    public void MutualInformation_AnyNumberOfThreads_SameBits()
    {
        const int rows = 900, experts = 150;
        var random = new SeededRandom(3, "gates");
        var logits = Enumerable.Range(0, rows * experts).Select(_ => (float)random.NextNormal()).ToArray();
        int[] own = [.. Enumerable.Range(0, rows).Select(r => r % 7 - 1)];
        int[][] runs = [.. ((int[])[1, 2, 5]).Select(Run)];
        runs[1].ShouldBe(runs[0]);
        runs[2].ShouldBe(runs[0]);

        int[] Run(int threads)
        {
            using var pool = new WorkerPool(threads);
            var g = new Graph(GraphMode.Train, new ParameterSet(1), pool);
            var x = g.Input(logits, rows, experts, needsGrad: true);
            var information = g.MutualInformation(g.Softmax(x), NodeIndex.PerRow(own), 6, ScenarioPrior.Batch);
            g.RunBackward(information);
            return [.. Trained.Bits(g.Value(information)), .. Trained.Bits(g.Grad(x))];
        }
    }

    [Fact]
    public void Gates_EveryRow_UsesItsLargestLogitsAndNoOther()
    {
        const int rows = 50;
        var ranker = Trained.Train(new CesaaOptions { Experts = 6, Active = 2 }, steps: 3);
        var pass = new ForwardPass(ranker, GraphMode.Score) { Graph = { NotesGates = true } };
        pass.Logits(TinyData.Rows(ranker.Schema, rows, 9, unknown: 0.1));
        var gates = pass.Graph.Gates.ToArray();
        gates.Select(g => g.Layer).ShouldBe(Enumerable.Repeat((string[])["layer.0.dense", "layer.0"], ranker.Schema.Tasks.Length).SelectMany(n => n));
        for (var i = 0; i < gates.Length; i += 2)
        {
            var dense = pass.Graph.Value(gates[i].Weights).ToArray();
            var sparse = pass.Graph.Value(gates[i + 1].Weights).ToArray();
            foreach (var (p, w) in dense.Chunk(6).Zip(sparse.Chunk(6)))
            {
                var best = Enumerable.Range(0, 6).OrderByDescending(e => p[e]).Take(2).ToArray();
                Enumerable.Range(0, 6).Where(e => w[e] != 0).ShouldBe(best.Order());
                foreach (var e in best) w[e].ShouldBe(p[e] / best.Sum(b => p[b]), 1e-5f);
            }
        }
    }

    /// <summary>The cost claim: with more experts a row pays for the wider gate only, its own N_s + k experts stay.</summary>
    [Fact]
    public void Work_MoreExperts_OnlyTheGateGrows()
    {
        const int rows = 200;
        (Products(64) - Products(8)).ShouldBe(rows * (64 - 8) * (TinyData.Schema([2], [-1]).Width + 16));

        static long Products(int experts)
        {
            var ranker = new Ranker(TinyData.Schema([2], [-1]), new CesaaOptions { Experts = experts }, 1);
            var pass = new ForwardPass(ranker, GraphMode.Score);
            pass.Logits(TinyData.Rows(ranker.Schema, rows, 9));
            return pass.Graph.Work.Active;
        }
    }

    [Fact]
    public void Complete_ExpertsLeftOpen_AreTwiceTheScenariosAndAtLeastEight()
    {
        Experts(new CesaaOptions(), [3]).ShouldBe(8);
        Experts(new CesaaOptions(), [7]).ShouldBe(14);
        Experts(new CesaaOptions { Level = 2 }, [3, 6]).ShouldBe(12);
        Experts(new CesaaOptions { Experts = 5 }, [7]).ShouldBe(5);

        static int? Experts(CesaaOptions options, int[] levels) =>
            ((CesaaOptions)new Ranker(TinyData.Schema(levels, [-1]), options, 1).Options).Experts;
    }

    /// <summary>Seven scenarios give 14 experts, nine would give 18: a grown model keeps its 14, again and again.</summary>
    [Fact]
    public void Grow_MoreScenarios_KeepsItsExperts()
    {
        var plan = new GrowthPlan(NewIds.Unseen, ImmutableDictionary<string, string>.Empty);
        var old = new Ranker(TinyData.Schema([7], [-1]), new CesaaOptions(), 1);
        var grown = new GrownRanker(old, TinyData.Schema([9], [-1]), new CesaaOptions(), 1, plan).Ranker;
        var again = new GrownRanker(grown, TinyData.Schema([12], [-1]), new CesaaOptions(), 1, plan).Ranker;
        ((CesaaOptions)again.Options).Experts.ShouldBe(14);
        again.Parameters.Dense.Single(p => p.Name == "layer.0.expert.0.weight").Count.ShouldBe(15);
    }

    /// <summary>A new scenario has no past: its average starts with its first batch.</summary>
    [Fact]
    public void Grow_MovingAverage_NewScenariosHaveNone()
    {
        var old = Trained.Train(new CesaaOptions { Experts = 4, MovingAverage = 0.9 }, steps: 3);
        var schema = old.Schema with { Levels = [.. old.Schema.Levels.Select(l => l with { Nodes = [.. l.Nodes, "new"] })] };

        var grown = new GrownRanker(old, schema, old.Options, 1, new GrowthPlan(NewIds.Unseen, ImmutableDictionary<string, string>.Empty)).Ranker;

        var before = old.Parameters.Buffers.Single(b => b.Name == "layer.0.task.0.expert_shares").Values;
        var after = grown.Parameters.Buffers.Single(b => b.Name == "layer.0.task.0.expert_shares").Values;
        before.ShouldContain(v => v > 0);
        after.ShouldBe([.. before, 0, 0, 0, 0]);
    }

    [Fact]
    public void Build_MoreActiveThanExperts_NamesBoth() =>
        Should.Throw<InputException>(() => new Ranker(TinyData.Schema([2], [-1]), new CesaaOptions { Active = 9 }, 1)).Message
            .ShouldBe("model cesaa: active: a row cannot use active = 9 of experts = 8; raise experts or lower active.");

    [Fact]
    public void Build_NoScenario_SaysWhatToDo() =>
        Should.Throw<InputException>(() => new Ranker(TinyData.Schema([], [-1]), new CesaaOptions(), 1)).Message.ShouldContain("scenario");

    static float Information(Func<int, IEnumerable<float>> gate, ScenarioPrior prior)
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        var p = g.Input([.. Enumerable.Range(0, Own.Length).SelectMany(gate)], Own.Length, 4);
        return g.Value(g.MutualInformation(p, NodeIndex.PerRow(Own), 3, prior))[0];
    }
}
