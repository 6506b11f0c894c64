using Switchyard.Engine;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

/// <summary>Whose weights a row of one scenario trains.</summary>
public sealed class HmoeTests
{
    const int Rows = 50;

    /// <summary>Also where all rows are of one scenario, so that the towers of the others have nothing to do.</summary>
    [Fact]
    public void Logits_LabelsNotMixedScenarioUnknown_AreTheMeanOfThoseInEveryScenario()
    {
        var ranker = Trained.Train(new HmoeOptions { Level = 2, Experts = 3, MixLabels = false }, steps: 3);
        var each = Enumerable.Range(0, 3).Select(s => Logits(ranker, s)).ToArray();

        var unknown = Logits(ranker, -1);

        each[0].ShouldNotBe(each[1]);
        for (var i = 0; i < unknown.Length; i++) unknown[i].ShouldBe(each.Average(e => e[i]), 1e-5f);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Backward_RowsOfOneScenario_ReachItsTowersAndLabelGateOnlyWhereGradientsAreCut(bool cut)
    {
        const int own = 1;
        var ranker = Trained.Untrained(new HmoeOptions { Level = 2, Experts = 3, CutGradients = cut });
        var batch = TinyData.Rows(ranker.Schema, 50, 3);
        batch.Nodes(1).AsSpan().Fill(own);
        var pass = new ForwardPass(ranker, GraphMode.Train);
        var g = pass.Graph;
        var logits = pass.Logits(batch).ToArray();
        foreach (var logit in logits) g.Grad(logit).Fill(1);
        g.RunBackward(g.Zeros(1, 1));

        bool Moves(Parameter p) => g.Gradients!.Of(p).ContainsAnyExcept(0f);
        var towers = ranker.Parameters.Dense.Where(p => p.Name.StartsWith("tower.", StringComparison.Ordinal) && p.Name.EndsWith("output.bias", StringComparison.Ordinal)).ToArray();
        towers.Length.ShouldBe(3 * 3);
        foreach (var tower in towers) Moves(tower).ShouldBe(!cut || tower.Name.Contains($"scenario.{own}.", StringComparison.Ordinal), tower.Name);
        foreach (var gate in ranker.Parameters.Dense.Where(p => p.Name.StartsWith("label_gate.", StringComparison.Ordinal)))
        {
            var gradient = g.Gradients!.Of(gate).ToArray().Chunk(gate.Length / 3).ToArray();
            for (var scenario = 0; scenario < 3; scenario++) gradient[scenario].Any(v => v != 0).ShouldBe(scenario == own, $"{gate.Name}, scenario {scenario}");
        }
    }

    /// <summary>Logits of all tasks for rows of one scenario of level 2.</summary>
    static float[] Logits(Ranker ranker, int scenario)
    {
        var batch = TinyData.Rows(ranker.Schema, Rows, 3);
        batch.Nodes(1).AsSpan().Fill(scenario);
        var pass = new ForwardPass(ranker, GraphMode.Score);
        return [.. pass.Logits(batch).ToArray().SelectMany(l => pass.Graph.Value(l).ToArray())];
    }
}
