using Switchyard.Engine;

namespace Switchyard.Models.Tests;

static partial class GoldenLayers
{
    static void Star(GoldenCase golden)
    {
        var options = new StarOptions
        {
            Widths = [.. golden.Ints("widths")],
            AuxiliaryWidths = [.. golden.Ints("aux_widths")],
            IndicatorWidth = golden.Parameters["aux.domain_embedding"].Cols,
        };
        var parameters = new ParameterSet(1);
        var (scenarios, x) = (golden.Int("domains"), golden.Inputs["x"]);
        var model = (Star)options.Build(new Scope(parameters), new ModelShape(x.Cols, [scenarios], 1));
        GoldenWeights.Load(golden, parameters);

        var own = golden.Inputs["scenario"].Ints;
        var g = new Graph(GraphMode.Train, parameters);
        var gate = g.OneHot(NodeIndex.PerRow(own), x.Rows, scenarios);
        var dispatch = g.Route([gate]);
        var normalised = g.Combine(model.Normalised(g, g.Input(x.Data, x.Rows, x.Cols), dispatch), gate, dispatch, 0);
        golden.Compare("normalised", g.Value(normalised), golden.Outputs["normalised"]);

        var (graph, input, logits, loss) = Run(golden, model, parameters, new ScenarioPath([own]), Targets(x.Rows, [-1], golden.Inputs["y"].Data));
        golden.Compare("logits", graph.Value(logits[0]), golden.Outputs["logits"]);
        golden.Compare("loss", graph.Value(loss), golden.Outputs["loss"]);
        golden.Compare("gradient of x", graph.Grad(input), golden.Gradients["x"]);
        GoldenWeights.CompareGradients(golden, parameters, graph.Gradients!);
    }
}
