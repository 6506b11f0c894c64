using System.Globalization;
using System.Text.RegularExpressions;
using Switchyard.Engine;

namespace Switchyard.Models.Tests;

static partial class GoldenLayers
{
    static void Cesaa(GoldenCase golden)
    {
        var options = new CesaaOptions
        {
            Experts = golden.Int("experts"),
            SharedExperts = golden.Int("shared_experts"),
            Active = golden.Int("k"),
            Expert = new ExpertOptions { Widths = [.. golden.Ints("expert_widths")] },
            Noise = golden.Inputs.ContainsKey("noise"),
            NoiseFloor = golden.Number("noise_floor"),
            InformationWeight = golden.Number("mi_weight"),
            Prior = Enum.Parse<ScenarioPrior>(golden.Text("prior")!, ignoreCase: true),
            IndicatorWidth = golden.Parameters["domain_embedding"].Cols,
            TowerWidths = [.. golden.Ints("tower_widths")],
        };
        var parameters = new ParameterSet(1);
        var (input, y) = (golden.Inputs["x"], golden.Inputs["y"]);
        var model = (Cesaa)options.Build(new Scope(parameters), new ModelShape(input.Cols, [golden.Int("domains")], 1));
        string Ours(string name) => CesaaName(name, options.Experts!.Value);
        GoldenWeights.Load(golden, parameters, Ours);

        var g = new Graph(GraphMode.Train, parameters) { NotesGates = true };
        var x = g.Input(input.Data, input.Rows, input.Cols, needsGrad: true);
        var noise = golden.Inputs.TryGetValue("noise", out var epsilon) ? g.Input(epsilon.Data, epsilon.Rows, epsilon.Cols) : default;
        var logits = new Tensor[1];
        model.Forward(g, x, NodeIndex.PerRow(golden.Inputs["domain"].Ints), logits, noise, out var mixed);
        var loss = g.Loss(logits, Targets(y.Rows, [-1], y.Data));
        g.RunBackward(loss);

        var (main, term) = (g.Value(loss)[0], g.Terms[0]);
        golden.Compare("dense_gate", g.Value(g.Gates[0].Weights), golden.Outputs["dense_gate"]);
        golden.Compare("sparse_gate", g.Value(g.Gates[1].Weights), golden.Outputs["sparse_gate"]);
        golden.Compare("out", g.Value(mixed), golden.Outputs["out"]);
        golden.Compare("logit", g.Value(logits[0]), golden.Outputs["logit"]);
        golden.Compare("main_loss", [main], golden.Outputs["main_loss"]);
        golden.Compare("mutual_information", g.Value(term.Value), golden.Outputs["mutual_information"]);
        golden.Compare("loss", [main + term.Weight * g.Value(term.Value)[0]], golden.Outputs["loss"]);
        golden.Compare("gradient of x", g.Grad(x), golden.Gradients["x"]);
        GoldenWeights.CompareGradients(golden, parameters, g.Gradients!, Ours);
    }

    /// <summary>Our experts are one bank, the shared ones behind the routed.</summary>
    static string CesaaName(string name, int experts)
    {
        if (name == "domain_embedding") return "scenario_embedding";
        if (name.StartsWith("tower.", StringComparison.Ordinal)) return "tower.0." + name["tower.".Length..];
        if (name == "gate.weight") return "layer.0.task.0.gate";
        if (name == "gate_noise.weight") return "layer.0.task.0.noise_gate";
        var shared = SharedExpert().Match(name);
        if (!shared.Success) return "layer.0." + name;
        var expert = experts + int.Parse(shared.Groups[1].Value, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"layer.0.expert.{expert}.{shared.Groups[2].Value}");
    }

    static void SampledSoftmax(GoldenCase golden)
    {
        var (user, item) = (golden.Inputs["user"], golden.Inputs["item"]);
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        var users = g.Input(user.Data, user.Rows, user.Cols, needsGrad: true);
        var items = g.Input(item.Data, item.Rows, item.Cols, needsGrad: true);
        var scores = g.RowProducts(g.UnitRows(users), g.UnitRows(items));
        var targets = new RetrievalTargets { Items = golden.Inputs["item_id"].Ints, LogProbability = golden.Inputs["logq"].Data };
        var loss = g.SampledSoftmax(scores, targets, (float)golden.Number("temperature"));
        g.RunBackward(loss);
        golden.Compare("scores", g.Value(scores), golden.Outputs["scores"]);
        golden.Compare("loss", g.Value(loss), golden.Outputs["loss"]);
        golden.Compare("gradient of user", g.Grad(users), golden.Gradients["user"]);
        golden.Compare("gradient of item", g.Grad(items), golden.Gradients["item"]);
    }

    [GeneratedRegex(@"^shared\.(\d+)\.(.*)$")]
    private static partial Regex SharedExpert();
}
