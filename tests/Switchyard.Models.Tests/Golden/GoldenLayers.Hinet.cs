using Switchyard.Engine;

namespace Switchyard.Models.Tests;

static partial class GoldenLayers
{
    static void Sei(GoldenCase golden)
    {
        var (input, r) = (golden.Inputs["x"], golden.Inputs["r"]);
        var parameters = new ParameterSet(1);
        var expert = new ExpertOptions { Widths = [.. golden.Ints("expert_widths")] };
        var layer = new SubExpertLayer(new Scope(parameters).Sub("sei"), input.Cols, golden.Int("sub_experts"), expert);
        GoldenWeights.Load(golden, parameters);

        var g = new Graph(GraphMode.Train, parameters);
        var x = g.Input(input.Data, input.Rows, input.Cols, needsGrad: true);
        Span<Tensor> mixed = [layer.Weights(g, x)];
        layer.Mix(g, x, mixed, mixed);
        r.Data.CopyTo(g.Grad(mixed[0]));
        g.RunBackward(g.Zeros(1, 1));
        golden.Compare("out", g.Value(mixed[0]), golden.Outputs["out"]);
        golden.Compare("loss", [(float)r.Data.Zip(g.Value(mixed[0]).ToArray(), (a, b) => (double)a * b).Sum()], golden.Outputs["loss"]);
        golden.Compare("gradient of x", g.Grad(x), golden.Gradients["x"]);
        GoldenWeights.CompareGradients(golden, parameters, g.Gradients!);
    }

    static void Hinet(GoldenCase golden)
    {
        var options = new HinetOptions
        {
            SubExperts = golden.Int("sub_experts"),
            SubExpert = new ExpertOptions { Widths = [.. golden.Ints("sei_widths")] },
            Heads = Enum.Parse<PairHeads>(golden.Text("head")!, ignoreCase: true),
            OwnExperts = golden.Int("cgc_own"),
            SharedExperts = golden.Int("cgc_shared"),
            Expert = new ExpertOptions { Widths = [.. golden.Ints("cgc_widths")] },
            TowerWidths = [.. golden.Ints("tower_widths")],
            IndicatorWidth = golden.Parameters["scenario_embedding"].Cols,
        };
        var parameters = new ParameterSet(1);
        var (input, y, tasks) = (golden.Inputs["x"], golden.Inputs["y"], golden.Int("tasks"));
        var model = (Hinet)options.Build(new Scope(parameters), new ModelShape(input.Cols, [golden.Int("scenarios")], tasks));
        GoldenWeights.Load(golden, parameters);

        int[][] nodes = [golden.Inputs["scenario"].Ints];
        var labels = Enumerable.Range(0, tasks).Select(t => Enumerable.Range(0, y.Rows).Select(r => y.Data[r * tasks + t]).ToArray()).ToArray();
        var targets = Targets(y.Rows, [.. labels.Select(_ => -1)], labels);
        var (g, x, logits, loss) = Run(golden, model, parameters, new ScenarioPath(nodes), targets);

        var scores = new float[tasks * y.Rows];
        g.Probabilities(logits, targets.Given, scores);
        golden.Compare("p", Enumerable.Range(0, scores.Length).Select(i => scores[i % tasks * y.Rows + i / tasks]).ToArray(), golden.Outputs["p"]);
        golden.Compare("loss", g.Value(loss), golden.Outputs["loss"]);
        golden.Compare("san_weights", g.Value(g.Gates.ToArray().Single(n => n.Layer == "san").Weights), golden.Outputs["san_weights"]);
        golden.Compare("gradient of x", g.Grad(x), golden.Gradients["x"]);
        GoldenWeights.CompareGradients(golden, parameters, g.Gradients!);
        var scenario = model.Scenario(g, g.Input(input.Data, input.Rows, input.Cols), NodeIndex.PerRow(nodes[0]));
        golden.Compare("scenario_out", g.Value(scenario), golden.Outputs["scenario_out"]);
    }
}
