using Switchyard.Engine;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

/// <summary>What a pass tells about its gates.</summary>
public sealed class GateNoteTests
{
    // They route by the row's own scenario or not at all. Whoever adds a model without gates says so here.
    static readonly Type[] Ungated =
        [typeof(CrossStitchOptions), typeof(HardSharingOptions), typeof(ParallelOptions), typeof(PepNetOptions), typeof(SingleOptions), typeof(StarOptions)];

    public static TheoryData<string> All() => ModelCases.All();

    [Theory]
    [MemberData(nameof(All))]
    public void Gates_AnyModel_AreTheWeightsOfEveryRow(string name)
    {
        const int rows = 200;
        var ranker = Trained.Train(ModelCases.Options(name), steps: 3);
        var pass = new ForwardPass(ranker, GraphMode.Score);
        pass.Logits(TinyData.Rows(ranker.Schema, rows, 9, unknown: 0.1));

        var g = pass.Graph;
        (g.Gates.Length > 0).ShouldBe(!Ungated.Contains(ranker.Options.GetType()), "every model notes its gates, but those that have none");
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

    [Fact]
    public void Gates_Aesm2_NamesLayersLevelsAndTasks()
    {
        var ranker = Trained.Untrained(new Aesm2Options { Specific = 2, LayersPerLevel = 2 });
        var pass = new ForwardPass(ranker, GraphMode.Score);
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
        var pass = new ForwardPass(ranker, GraphMode.Score);
        pass.Logits(TinyData.Rows(ranker.Schema, 20, 9));
        pass.Logits(TinyData.Rows(ranker.Schema, 7, 9));

        pass.Graph.Gates.Length.ShouldBe(ranker.Schema.Tasks.Length);
        foreach (var gate in pass.Graph.Gates) gate.Weights.Rows.ShouldBe(7);
    }
}
