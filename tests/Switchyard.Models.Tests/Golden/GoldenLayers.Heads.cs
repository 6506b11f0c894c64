using Switchyard.Engine;

namespace Switchyard.Models.Tests;

static partial class GoldenLayers
{
    static void CrossStitch(GoldenCase golden) => TaskHeads(golden, new CrossStitchOptions { TowerWidths = [.. golden.Ints("widths")] });

    static void Hmoe(GoldenCase golden)
    {
        var options = new HmoeOptions
        {
            Experts = golden.Int("experts"),
            Expert = new ExpertOptions { Widths = [.. golden.Ints("expert_widths")] },
            TowerWidths = [.. golden.Ints("tower_widths")],
        };
        var parameters = new ParameterSet(1);
        var model = options.Build(new Scope(parameters), new ModelShape(golden.Inputs["x"].Cols, [golden.Int("scenarios")], 1));
        GoldenWeights.Load(golden, parameters);

        var y = golden.Inputs["y"];
        var (g, x, logits, loss) = Run(golden, model, parameters, new ScenarioPath([golden.Inputs["scenario"].Ints]), Targets(y.Rows, [-1], y.Data));
        golden.Compare("logits", g.Value(logits[0]), golden.Outputs["logits"]);
        golden.Compare("loss", g.Value(loss), golden.Outputs["loss"]);
        golden.Compare("gradient of x", g.Grad(x), golden.Gradients["x"]);
        GoldenWeights.CompareGradients(golden, parameters, g.Gradients!);
    }
}
