using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>Whole models whose cases (tests/golden/zoo.py) keep parameters by our names and in our shapes.</summary>
static partial class GoldenLayers
{
    static void Aitm(GoldenCase golden) => Whole(golden, new AitmOptions
    {
        TaskWidths = [.. golden.Ints("task_widths")],
        TowerWidths = [.. golden.Ints("tower_widths")],
        CalibratorWeight = golden.Number("calibrator_weight"),
        Heads = golden.Flag("pairs") ? PairHeads.Pair : PairHeads.Task,
    });

    static void SarNet(GoldenCase golden) => Whole(golden, new SarNetOptions
    {
        OwnExperts = golden.Int("own_experts"),
        SharedExperts = golden.Int("shared_experts"),
        Expert = new ExpertOptions { Widths = [.. golden.Ints("expert_widths")] },
        TowerWidths = [.. golden.Ints("tower_widths")],
    });

    static void M3oe(GoldenCase golden) => Whole(golden, new M3oeOptions
    {
        BottomWidths = [.. golden.Ints("bottom_widths")],
        Experts = golden.Int("experts"),
        Expert = new ExpertOptions { Widths = [.. golden.Ints("expert_widths")] },
        TowerWidths = [.. golden.Ints("tower_widths")],
    });

    static void Whole(GoldenCase golden, ModelOptions options)
    {
        var (tasks, given, parameters) = (golden.Int("tasks"), golden.Ints("given"), new ParameterSet(1));
        var model = options.Build(new Scope(parameters), new ModelShape(golden.Inputs["x"].Cols, [golden.Int("scenarios")], tasks) { Given = [.. given] });
        parameters.Dense.Select(p => p.Name).ShouldBe(golden.Parameters.Keys, ignoreOrder: true);
        foreach (var parameter in parameters.Dense)
        {
            var values = golden.Parameters[parameter.Name].Data;
            values.Length.ShouldBe(parameter.Length, parameter.Name);
            values.CopyTo(parameters.Values(parameter));
        }

        parameters.Touch();

        var y = golden.Inputs["y"];
        float[][] labels = [.. Enumerable.Range(0, tasks).Select(t => Enumerable.Range(0, y.Rows).Select(r => y.Data[r * tasks + t]).ToArray())];
        var (g, x, logits, main) = Run(golden, model, parameters, new ScenarioPath([golden.Inputs["scenario"].Ints]), Targets(y.Rows, given, labels));

        var loss = g.Value(main)[0];
        foreach (var term in g.Terms) loss += term.Weight * g.Value(term.Value)[0];
        golden.Compare("logits", [.. Enumerable.Range(0, y.Rows * tasks).Select(i => g.Value(logits[i % tasks])[i / tasks])], golden.Outputs["logits"]);
        golden.Compare("loss", [loss], golden.Outputs["loss"]);
        golden.Compare("gradient of x", g.Grad(x), golden.Gradients["x"]);
        foreach (var parameter in parameters.Dense) golden.Compare("gradient of " + parameter.Name, g.Gradients!.Of(parameter), golden.Gradients[parameter.Name]);
    }
}
