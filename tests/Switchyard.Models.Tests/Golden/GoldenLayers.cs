using System.Collections.Frozen;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Training;

namespace Switchyard.Models.Tests;

/// <summary>How every golden layer is computed with ours. A new layer moves from <see cref="Pending"/> to <see cref="Runners"/>.</summary>
static partial class GoldenLayers
{
    /// <summary>Layers of the golden table that Switchyard does not have yet.</summary>
    public static readonly FrozenSet<string> Pending = FrozenSet<string>.Empty;

    public static readonly FrozenDictionary<string, Action<GoldenCase>> Runners = new Dictionary<string, Action<GoldenCase>>(StringComparer.Ordinal)
    {
        ["aes"] = Aes,
        ["aesm2"] = Aesm2,
        ["mmoe"] = Mmoe,
        ["ple"] = Ple,
        ["cesaa"] = Cesaa,
        ["sei"] = Sei,
        ["hinet"] = Hinet,
        ["sampled_softmax"] = SampledSoftmax,
        ["star"] = Star,
        ["cross_stitch"] = CrossStitch,
        ["hmoe"] = Hmoe,
        ["din"] = Din,
        ["aitm"] = Aitm,
        ["sar_net"] = SarNet,
        ["m3oe"] = M3oe,
        ["adam"] = Adam,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static void Aes(GoldenCase golden)
    {
        Aes(golden, notes: true);
        Aes(golden, notes: false);
    }

    /// <param name="golden">The case.</param>
    /// <param name="notes">Whether the choices are kept; otherwise one op makes them and forgets.</param>
    static void Aes(GoldenCase golden, bool notes)
    {
        var (h, indicator) = (golden.Inputs["h"], golden.Inputs["indicator"]);
        var parameters = new ParameterSet(1);
        var gates = golden.Int("gates");
        var layer = new AesLayer(new Scope(parameters).Sub("aes"), new Members("gates", gates), h.Cols, indicator.Cols, Selection(golden));
        GoldenWeights.Load(golden, parameters);

        var g = new Graph(GraphMode.Train, parameters) { NotesGates = notes };
        var own = NodeIndex.PerRow(golden.Inputs["own"].Ints);
        var (x, u) = (g.Input(h.Data, h.Rows, h.Cols, needsGrad: true), g.Input(indicator.Data, indicator.Rows, indicator.Cols, needsGrad: true));
        var clean = layer.Logits(g, x, u);
        var noisy = golden.Inputs.TryGetValue("noise", out var noise) ? g.Add(clean, g.Input(noise.Data, clean.Rows, clean.Cols)) : clean;
        var (weights, specific, shared, _, _) = layer.Select(g, clean, noisy, own, 1);
        Tensor mixed = default;
        layer.Mix(g, x, x, new ReadOnlySpan<Tensor>(in weights), new Span<Tensor>(ref mixed));

        // The case weighs the two terms differently; ours have one weight per layer, so the loss is put together here.
        var r = golden.Inputs["r"].Data;
        var loss = (float)r.Zip(g.Value(mixed).ToArray(), (a, b) => (double)a * b).Sum();
        golden.Compare("out", g.Value(mixed), golden.Outputs["out"]);
        golden.Compare("weights", g.Value(weights), golden.Outputs["weights"]);
        r.CopyTo(g.Grad(mixed));
        if (gates > 1)
        {
            if (notes)
            {
                golden.CompareExactly("specific", Chosen(g, specific), golden.Outputs["specific"]);
                golden.CompareExactly("shared", Chosen(g, shared), golden.Outputs["shared"]);
            }

            foreach (var (term, name) in new[] { (g.Terms[0].Value, "l_specific"), (g.Terms[1].Value, "l_shared") })
            {
                golden.Compare(name, g.Value(term), golden.Outputs[name]);
                loss += golden.LossWeight(name) * g.Value(term)[0];

                // RunBackward adds the terms with weight 1; the rest is seeded before it.
                g.Grad(term)[0] = golden.LossWeight(name) - 1;
            }
        }

        golden.Compare("loss", [loss], golden.Outputs["loss"]);
        g.RunBackward(g.Zeros(1, 1));
        golden.Compare("gradient of h", g.Grad(x), golden.Gradients["h"]);
        golden.Compare("gradient of indicator", g.Grad(u), golden.Gradients["indicator"]);
        GoldenWeights.CompareGradients(golden, parameters, g.Gradients!);
    }

    static void Aesm2(GoldenCase golden)
    {
        var selection = Selection(golden);
        var options = new Aesm2Options
        {
            Experts = selection.Experts,
            Specific = selection.Specific,
            Shared = selection.Shared,
            Disjoint = selection.Disjoint,
            Expert = selection.Expert,
            Noise = new NoiseSchedule { Sigma = 0 },
            LayersPerLevel = golden.Int("layers_per_level", 1),
            AuxiliaryWeight = golden.Number("aux_weight"),
            IndicatorWidth = golden.Parameters["task_embedding"].Cols,
            TowerWidths = [.. golden.Ints("tower_widths")],
        };
        var parameters = new ParameterSet(1);
        var shape = new ModelShape(golden.Inputs["x"].Cols, [.. golden.Ints("levels")], golden.Int("tasks"));
        var model = options.Build(new Scope(parameters), shape);
        GoldenWeights.Load(golden, parameters);

        var path = golden.Inputs["path"];
        var rows = path.Rows;
        var nodes = Enumerable.Range(0, shape.Levels.Length).Select(level => Enumerable.Range(0, rows).Select(r => path.Ints[r * path.Cols + level]).ToArray()).ToArray();
        var targets = Targets(
            rows, [.. Enumerable.Range(-1, shape.Tasks)], [.. Enumerable.Range(0, shape.Tasks).Select(t => golden.Inputs[Aesm2Names(t).Label].Data)]);
        var (g, x, logits, loss) = Run(golden, model, parameters, new ScenarioPath(nodes), targets);

        var scores = new float[shape.Tasks * rows];
        g.Probabilities(logits, targets.Given, scores);
        for (var t = 0; t < shape.Tasks; t++)
        {
            var name = Aesm2Names(t).Probability;
            golden.Compare(name, scores.AsSpan(t * rows, rows), golden.Outputs[name]);
        }

        var main = g.Value(loss)[0];
        var auxiliary = 0f;
        foreach (var term in g.Terms) auxiliary += term.Weight * g.Value(term.Value)[0];
        golden.Compare("main_loss", [main], golden.Outputs["main_loss"]);
        golden.Compare("loss", [main + auxiliary], golden.Outputs["loss"]);
        golden.Compare("aux_loss", [auxiliary / (float)options.AuxiliaryWeight], golden.Outputs["aux_loss"]);
        GoldenWeights.CompareGradients(golden, parameters, g.Gradients!);
        golden.Compare("gradient of x", g.Grad(x), golden.Gradients["x"]);
    }

    /// <summary>A chain of tasks: a click, its conversion, and what follows from that.</summary>
    static (string Label, string Probability) Aesm2Names(int task) => task switch
    {
        0 => ("click", "p_ctr"),
        1 => ("convert", "p_ctcvr"),
        _ => ($"label.{task}", $"p.{task}"),
    };

    static void Mmoe(GoldenCase golden)
    {
        var options = new MmoeOptions
        {
            Experts = golden.Int("experts"),
            Expert = new ExpertOptions { Widths = [.. golden.Ints("expert_widths")] },
            TowerWidths = [.. golden.Ints("tower_widths")],
        };
        TaskHeads(golden, options);
    }

    /// <summary>A model whose heads are tasks: logits, loss and gradients.</summary>
    static void TaskHeads(GoldenCase golden, ModelOptions options)
    {
        var parameters = new ParameterSet(1);
        var heads = golden.Int("heads");
        var model = options.Build(new Scope(parameters), new ModelShape(golden.Inputs["x"].Cols, [], heads));
        GoldenWeights.Load(golden, parameters);

        var y = golden.Inputs["y"];
        var labels = Enumerable.Range(0, heads).Select(t => Enumerable.Range(0, y.Rows).Select(r => y.Data[r * heads + t]).ToArray()).ToArray();
        var (g, x, logits, loss) = Run(golden, model, parameters, new ScenarioPath([]), Targets(y.Rows, [.. labels.Select(_ => -1)], labels));
        var ours = new float[y.Rows * heads];
        for (var i = 0; i < ours.Length; i++) ours[i] = g.Value(logits[i % heads])[i / heads];
        golden.Compare("logits", ours, golden.Outputs["logits"]);
        golden.Compare("loss", g.Value(loss), golden.Outputs["loss"]);
        golden.Compare("gradient of x", g.Grad(x), golden.Gradients["x"]);
        GoldenWeights.CompareGradients(golden, parameters, g.Gradients!);
    }

    static void Adam(GoldenCase golden)
    {
        var dense = AdamSteps(golden, EmbeddingUpdate.Exact, table: false);
        golden.Compare("dense", dense, golden.Outputs["dense"]);
        golden.Compare("lazy", AdamSteps(golden, EmbeddingUpdate.Lazy, table: true), golden.Outputs["lazy"]);

        // What exact mode promises: replaying missed steps gives the dense update bit for bit.
        AdamSteps(golden, EmbeddingUpdate.Exact, table: true).ShouldBe(dense);
    }

    /// <summary>The weight after all steps, as a dense parameter or as a table that sees its touched rows only.</summary>
    static float[] AdamSteps(GoldenCase golden, EmbeddingUpdate update, bool table)
    {
        var weight = golden.Inputs["weight"];
        var parameters = new ParameterSet(1);
        var scope = new Scope(parameters);
        var dense = table ? null : scope.Parameter("weight", weight.Rows, weight.Cols, Init.Constant(0));
        var rows = table ? scope.Table("weight", weight.Rows, weight.Cols, Init.Constant(0)) : null;
        weight.Data.CopyTo(dense is null ? rows!.Values : parameters.Values(dense));
        var rule = new Adam(golden.Number("beta1"), golden.Number("beta2"), (float)golden.Number("eps"), 0);
        using var pool = new WorkerPool(1);
        var optimizer = new Optimizer(parameters, rule, update, pool);
        var g = new Graph(GraphMode.Train, parameters);
        for (var step = 0; step < golden.Int("steps"); step++)
        {
            g.Reset();
            var gradient = golden.Inputs[$"grad.{step}"];
            if (dense is not null) gradient.Data.CopyTo(g.Gradients!.Of(dense));
            else foreach (var row in golden.Inputs[$"touched.{step}"].Ints) gradient.Data.AsSpan(row * weight.Cols, weight.Cols).CopyTo(g.Gradients!.Tables[0].Row(row));
            optimizer.Step(g.Gradients!, golden.Number("lr"));
        }

        optimizer.BeforeReadAll();
        return dense is null ? rows!.Values : parameters.Values(dense).ToArray();
    }

    static AesOptions Selection(GoldenCase golden) => new()
    {
        Experts = golden.Int("experts"),
        Specific = golden.Int("k_specific"),
        Shared = golden.Int("k_shared"),
        Disjoint = golden.Flag("disjoint"),
        NoiseScope = golden.Text("noise_scope") == "selection" ? NoiseScope.Selection : NoiseScope.All,
        Expert = new ExpertOptions { Widths = [.. golden.Ints("expert_widths")] },
    };

    static LossTargets Targets(int rows, int[] given, params float[][] labels)
    {
        var targets = new LossTargets(given, [.. given.Select(_ => 1f)], normaliseObserved: false) { RowWeights = [.. Enumerable.Repeat(1f, rows)] };
        labels.CopyTo(targets.Labels, 0);
        return targets;
    }

    static (Graph Graph, Tensor X, Tensor[] Logits, Tensor Loss) Run(
        GoldenCase golden, RankingModel model, ParameterSet parameters, ScenarioPath path, LossTargets targets)
    {
        var g = new Graph(GraphMode.Train, parameters) { NotesGates = true };
        var input = golden.Inputs["x"];
        var x = g.Input(input.Data, input.Rows, input.Cols, needsGrad: true);
        var logits = new Tensor[targets.Given.Length];
        model.Forward(g, x, path, logits);
        var loss = g.Loss(logits, targets);
        g.RunBackward(loss);
        return (g, x, logits, loss);
    }

    static int[] Chosen(Graph g, Tensor mask)
    {
        var values = g.Value(mask);
        var chosen = new List<int>();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] != 0) chosen.Add(i % mask.Cols);
        }

        return [.. chosen];
    }
}
