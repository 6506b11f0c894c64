using Switchyard.Engine;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

/// <summary>What a pass tells about its gates.</summary>
public sealed class GateNoteTests
{
    // They route by the row's own scenario or not at all. Whoever adds a model without gates says so here.
    static readonly Type[] Ungated =
        [typeof(CrossStitchOptions), typeof(HardSharingOptions), typeof(ParallelOptions), typeof(PepNetOptions), typeof(SingleOptions), typeof(StarOptions)];

    static bool HasGates(ModelOptions options) => !Ungated.Contains(options.GetType()) && options is not AitmOptions { Transfer: false };

    public static TheoryData<string> All() => ModelCases.All();

    [Theory]
    [MemberData(nameof(All))]
    public void Gates_AnyModel_AreTheWeightsOfEveryRow(string name)
    {
        const int rows = 200;
        var ranker = Trained.Train(ModelCases.Options(name), steps: 3);
        var pass = new ForwardPass(ranker, GraphMode.Score) { Graph = { NotesGates = true } };
        pass.Logits(TinyData.Rows(ranker.Schema, rows, 9, unknown: 0.1));

        var g = pass.Graph;
        (g.Gates.Length > 0).ShouldBe(HasGates(ranker.Options), "every model notes its gates, but those that have none");
        foreach (var gate in g.Gates)
        {
            gate.Layer.ShouldNotBeNullOrEmpty();
            gate.Weights.Rows.ShouldBe(rows);
            var (weights, experts) = (g.Value(gate.Weights).ToArray(), gate.Weights.Cols);
            weights.Chunk(experts).ShouldAllBe(row => Math.Abs(row.Sum() - 1) < 1e-5);
            if (gate.Specific.Length == 0) continue;
            var (specific, shared) = (g.Value(gate.Specific).ToArray(), g.Value(gate.Shared).ToArray());
            for (var i = 0; i < weights.Length; i++) (weights[i] != 0).ShouldBe(specific[i] != 0 || shared[i] != 0);
        }
    }

    /// <summary>Unless somebody asks, no gate is kept; nothing that is computed for a note alone reaches a score.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Gates_NotAskedFor_AreNotKeptAndChangeNoScore(string name)
    {
        var ranker = Trained.Train(ModelCases.Options(name), steps: 3);
        var batch = TinyData.Rows(ranker.Schema, 50, 9, unknown: 0.1);
        var pass = new ForwardPass(ranker, GraphMode.Score);
        var scores = new float[2][];
        for (var i = 0; i < 2; i++)
        {
            pass.Graph.NotesGates = i == 1;
            pass.Scores(batch, scores[i] = new float[50 * ranker.Schema.Tasks.Length]);
            if (i == 0) pass.Graph.Gates.Length.ShouldBe(0);
        }

        Trained.Bits(scores[0]).ShouldBe(Trained.Bits(scores[1]));
    }

    /// <summary>What is computed for notes alone is left out: these models have tensors that only their notes read.</summary>
    [Theory]
    [InlineData("cesaa")]
    [InlineData("cesaa/joint, moving average, two layers")]
    [InlineData("hmoe")]
    public void Gates_NotAskedFor_CostNoTensor(string name)
    {
        var ranker = Trained.Untrained(ModelCases.Options(name));
        var batch = TinyData.Rows(ranker.Schema, 20, 9);
        foreach (var mode in (GraphMode[])[GraphMode.Score, GraphMode.Train])
        {
            var pass = new ForwardPass(ranker, mode);
            Tensors(pass, notes: false).ShouldBeLessThan(Tensors(pass, notes: true));
        }

        // Tensors are numbered in the order they are made.
        int Tensors(ForwardPass pass, bool notes)
        {
            pass.Graph.NotesGates = notes;
            pass.Logits(batch);
            return pass.Graph.Zeros(1, 1).Id;
        }
    }

    [Fact]
    public void Gates_Aesm2_NamesLayersLevelsAndTasks()
    {
        var ranker = Trained.Untrained(new Aesm2Options { Specific = 2, LayersPerLevel = 2 });
        var pass = new ForwardPass(ranker, GraphMode.Score) { Graph = { NotesGates = true } };
        var batch = TinyData.Rows(ranker.Schema, 20, 9);
        pass.Logits(batch);

        List<string> gates = [];
        foreach (var gate in pass.Graph.Gates)
        {
            gates.Add($"{gate.Layer} {gate.Own.Level}");
            if (gate.Own.Level >= 0) Enumerable.Range(0, 20).Select(row => gate.Own[row]).ShouldBe(batch.Nodes(gate.Own.Level).Take(20));
            else gate.Own[0].ShouldBe(gate.Own[19]);
            pass.Graph.Value(gate.Specific).ToArray().Sum().ShouldBe(2 * 20);
            pass.Graph.Value(gate.Shared).ToArray().Sum().ShouldBe(20);
        }

        gates.ShouldBe(
        [
            "scenario.0.0 0", "scenario.0.1 0", "scenario.1.0 1", "scenario.1.1 1",
            "task.0 -1", "task.0 -1", "task.0 -1", "task.1 -1", "task.1 -1", "task.1 -1",
        ]);
    }

    [Fact]
    public void Gates_SecondPass_AreItsOwn()
    {
        var ranker = Trained.Untrained(new MmoeOptions());
        var pass = new ForwardPass(ranker, GraphMode.Score) { Graph = { NotesGates = true } };
        pass.Logits(TinyData.Rows(ranker.Schema, 20, 9));
        pass.Logits(TinyData.Rows(ranker.Schema, 7, 9));

        pass.Graph.Gates.Length.ShouldBe(ranker.Schema.Tasks.Length);
        foreach (var gate in pass.Graph.Gates) gate.Weights.Rows.ShouldBe(7);
    }
}
