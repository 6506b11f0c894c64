using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class ExpertUseTests
{
    const int Rows = 5000;

    static readonly Schema TwoLevels = TinyData.Schema([2, 3], [-1, 0]);

    [Fact]
    public void Count_KnownGates_GivesTheirShares()
    {
        var ranker = new Ranker(TwoLevels, new KnownGatesOptions(), 1);
        var batch = TinyData.Rows(TwoLevels, 6, 1);
        int[] nodes = [0, 0, 0, 0, 1, -1];
        nodes.CopyTo(batch.Nodes(0), 0);

        var layer = ExpertUse.Count(ranker, new RowsSource(batch)).Layer("known");

        layer.Column.ShouldBe("level0");
        layer.Experts.ShouldBe(4);
        layer.Own.Select(g => (g.Scenario, g.Rows)).ShouldBe([("node0", 4L), ("node1", 1L), (GateUse.Unknown, 1L)]);
        var first = layer.Find("level0", "node0")!;
        first.Specific.ShouldBe([0.5, 0.5, 0, 0]);
        first.Shared.ShouldBe([0, 0, 1, 0]);
        first.Chosen.ShouldBe([0.5, 0.5, 1, 0]);
        first.Weight.ShouldBe([0.375, 0.375, 0.25, 0]);
        layer.Find("level0", "node1")!.Specific.ShouldBe([1, 0, 0, 0]);
        layer.Total.Rows.ShouldBe(6);
        layer.Dead(0.001).ShouldBe([3]);
        layer.Dead(0.001, ExpertKind.Specific).ShouldBe([2, 3]);
        layer.Find("level0", "node9").ShouldBeNull();
    }

    [Fact]
    public void Count_Aesm2_EqualsARecountOfTheMasks()
    {
        var options = new Aesm2Options { Experts = 5, Specific = 2, Shared = 1 };
        var ranker = new Ranker(TwoLevels, options, 3);
        var batch = TinyData.Rows(TwoLevels, Rows, 2, unknown: 0.1);
        var use = ExpertUse.Count(ranker, new RowsSource(batch));

        use.Rows.ShouldBe(Rows);
        use.Layers.Select(l => (l.Name, l.Column)).ShouldBe([("scenario.0.0", "level0"), ("scenario.1.0", "level1"), ("task.0", null)]);
        foreach (var layer in use.Layers)
        {
            foreach (var gate in layer.Gates)
            {
                gate.Specific.Sum().ShouldBe(2, 1e-9);
                gate.Shared.Sum().ShouldBe(1, 1e-9);
                gate.Weight.Sum().ShouldBe(1, 1e-5);
                var (rows, specific, shared, weight) = Recount(ranker, batch, layer.Name, gate);
                gate.Rows.ShouldBe(rows);
                gate.Specific.ShouldBe(specific);
                gate.Shared.ShouldBe(shared);
                for (var k = 0; k < 5; k++) gate.Weight[k].ShouldBe(weight[k], 1e-9);
            }
        }

        // All rows, two nodes and three, each with its unknown, and twelve leaves with unknowns among them; once more per task.
        use.Layer("scenario.0.0").Gates.Length.ShouldBe(1 + 3 + 4 + 12);
        use.Layer("task.0").Gates.Length.ShouldBe(3 * (1 + 3 + 4 + 12));
        use.Layer("task.0").Total.Rows.ShouldBe(2 * Rows);
        use.Layer("task.0").Own.Select(g => g.Task).ShouldBe(["task0", "task1"]);
    }

    [Fact]
    public void Count_DenseGates_KnowsWeightsOnly()
    {
        var ranker = new Ranker(TwoLevels, new MmoeOptions { Experts = 3 }, 3);
        var layer = ExpertUse.Count(ranker, new RowsSource(TinyData.Rows(TwoLevels, 50, 2))).Layers.ShouldHaveSingleItem();

        layer.Selects.ShouldBeFalse();
        layer.Kinds.ShouldBe([ExpertKind.Weight]);
        layer.Own.Length.ShouldBe(2);
        layer.Own[0].Specific.ShouldBeEmpty();
        layer.Own[0].Weight.Sum().ShouldBe(1, 1e-5);
        layer.Dead(0.001).ShouldBeEmpty();
        layer.Nodes("level1", "task1").Select(g => g.Scenario).ShouldBe(["node0", "node1", "node2"]);
    }

    /// <summary>Whatever the batches, a sample is the same rows with all they hold, in every pass.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(4096)]
    public void Count_SampledRows_AreThoseOfTheSampleHeldInMemory(int size)
    {
        var ranker = new Ranker(TwoLevels, new Aesm2Options(), 3);
        var batch = TinyData.Rows(TwoLevels, Rows, 2);
        using var sampled = new SampledRows(new RowsSource(batch), 900, 7, CancellationToken.None);
        var held = RowSample.Read(new RowsSource(batch), 900, 7, CancellationToken.None);

        sampled.RowCount.ShouldBe(900);
        var read = new Batch(TwoLevels, size);
        for (var pass = 0; pass < 2; pass++)
        {
            List<long> rows = [];
            sampled.Rewind(pass);
            while (sampled.Next(read, size)) rows.AddRange(read.Rows.AsSpan(0, read.Count));
            rows.ShouldBe(held.Rows[..900]);
        }

        Shares(ExpertUse.Count(ranker, sampled)).ShouldBe(Shares(ExpertUse.Count(ranker, new RowsSource(held))));

        static IEnumerable<(long, string)> Shares(ExpertUse use) => use.Layers.SelectMany(l => l.Gates).Select(g => (g.Rows, string.Join(' ', g.Weight)));
    }

    [Fact]
    public void Count_OtherSchema_IsRefused()
    {
        var ranker = new Ranker(TwoLevels, new Aesm2Options(), 3);
        Should.Throw<ArgumentException>(() => ExpertUse.Count(ranker, new RowsSource(TinyData.Rows(TinyData.Schema([2], [-1]), 5, 2))))
            .Message.ShouldContain("another schema");
    }

    [Fact]
    public void Layer_UnknownName_ListsThem()
    {
        var use = ExpertUse.Count(new Ranker(TwoLevels, new MmoeOptions(), 3), new RowsSource(TinyData.Rows(TwoLevels, 5, 2)));
        Should.Throw<ArgumentException>(() => use.Layer("task.0")).Message.ShouldContain("it has expert");
    }

    static (long Rows, double[] Specific, double[] Shared, double[] Weight) Recount(Ranker ranker, Batch batch, string layer, GateUse wanted)
    {
        var schema = ranker.Schema;
        var pass = new ForwardPass(ranker, GraphMode.Score) { Graph = { NotesGates = true } };
        pass.Logits(batch);
        var (rows, specific, shared, weight) = (0L, new double[5], new double[5], new double[5]);
        foreach (var gate in pass.Graph.Gates)
        {
            if (gate.Layer != layer) continue;
            if (wanted.Task is { } task && (gate.Own.Level >= 0 || schema.Tasks[gate.Own[0]].Name != task)) continue;
            for (var row = 0; row < batch.Count; row++)
            {
                if (wanted.Column is { } level && NameOf(level, row) != wanted.Scenario) continue;
                rows++;
                for (var k = 0; k < 5; k++)
                {
                    specific[k] += pass.Graph.Value(gate.Specific)[row * 5 + k];
                    shared[k] += pass.Graph.Value(gate.Shared)[row * 5 + k];
                    weight[k] += pass.Graph.Value(gate.Weights)[row * 5 + k];
                }
            }
        }

        return (rows, [.. specific.Select(c => c / rows)], [.. shared.Select(c => c / rows)], [.. weight.Select(c => c / rows)]);

        string NameOf(string level, int row) => string.Join('/', level.Split('/').Select(column =>
            batch.Nodes(column == "level0" ? 0 : 1)[row] is >= 0 and var node ? $"node{node}" : GateUse.Unknown));
    }
}

/// <summary>Gates known beforehand: even rows choose expert 0 as specific, odd ones expert 1; all choose expert 2 as shared.</summary>
sealed record KnownGatesOptions : ModelOptions
{
    public override string Topology => "tests only";

    public override RankingModel Build(Scope scope, ModelShape shape) => new KnownGates(scope);

    sealed class KnownGates(Scope scope) : RankingModel
    {
        readonly Parameter _weight = scope.Parameter("weight", 1, 1, Init.Normal(0.05));

        public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
        {
            var (weights, specific, shared) = (g.Zeros(x.Rows, 4), g.Zeros(x.Rows, 4), g.Zeros(x.Rows, 4));
            for (var row = 0; row < x.Rows; row++)
            {
                var own = 4 * row + row % 2;
                var other = 4 * row + 2;
                (g.Value(specific)[own], g.Value(shared)[other]) = (1, 1);
                (g.Value(weights)[own], g.Value(weights)[other]) = (0.75f, 0.25f);
            }

            g.NoteGate(new GateNote("known", path[0], weights, specific, shared));
            for (var t = 0; t < logits.Length; t++) logits[t] = g.Zeros(x.Rows, _weight.Rows);
        }
    }
}
