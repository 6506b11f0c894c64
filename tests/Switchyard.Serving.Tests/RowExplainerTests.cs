using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Serving.Tests;

public sealed class RowExplainerTests
{
    static readonly Data.Schema Schema = TinyModels.Schema();

    static readonly Data.Batch Rows = TinyData.Rows(Schema, 6, 7);

    [Fact]
    public void Explain_Experts_AreThoseMixedAndMoveTheLogitsOfTheirTask()
    {
        var path = new RowExplainer(TinyModels.NewRanker(options: new MmoeOptions())).Explain(Rows, 2);

        path.Gates.Select(g => (g.Layer, g.Task)).ShouldBe([("expert", "click"), ("expert", "book")]);
        foreach (var (gate, other) in new[] { (0, 1), (1, 0) })
        {
            var experts = path.Gates[gate].Experts;
            experts.Sum(e => e.Choice.Weight).ShouldBe(1, 1e-5);
            experts.ShouldContain(e => e.Logits[gate] != 0);
            experts.ShouldAllBe(e => e.Logits[other] == 0, "a task's gate is its own");
        }
    }

    [Fact]
    public void Explain_RowAmongOthers_IsTheRowAlone()
    {
        var explainer = new RowExplainer(TinyModels.NewRanker());
        var alone = TinyData.Pick(Rows, [4]);

        var (among, own) = (explainer.Explain(Rows, 4), explainer.Explain(alone, 0));

        among.Logits.ShouldBe(own.Logits);
        among.Inputs.Select(i => i.Logits[0]).ShouldBe(own.Inputs.Select(i => i.Logits[0]));
        among.Gates.SelectMany(g => g.Experts).Select(e => e.Choice).ShouldBe(own.Gates.SelectMany(g => g.Experts).Select(e => e.Choice));
        among.Gates.ShouldContain(g => g.Experts.Any(e => e.Choice.Role == ExpertRole.Specific));
    }

    [Fact]
    public void Explain_Inputs_AreEveryFieldAndLevelOnce()
    {
        var path = new RowExplainer(TinyModels.NewRanker(options: new MmoeOptions())).Explain(Rows, 0);

        path.Inputs.Where(i => !i.IsScenario).Select(i => i.Name).ShouldBe(Schema.Fields.Where(f => f.Role != Data.FieldRole.Position).Select(f => f.Name));
        path.Inputs.Where(i => i.IsScenario).Select(i => i.Name).ShouldBe(["region", "device"]);
        path.Inputs.ShouldContain(i => i.Name == "item" && i.Logits[0] != 0);
    }

    [Fact]
    public void Explain_ModelWithoutGates_HasInputsOnly()
    {
        var path = new RowExplainer(TinyModels.NewRanker(options: new HardSharingOptions())).Explain(Rows, 0);

        path.Gates.ShouldBeEmpty();
        path.Inputs.ShouldNotBeEmpty();
    }
}
