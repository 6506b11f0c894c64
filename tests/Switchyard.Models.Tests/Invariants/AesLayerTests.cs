using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>The invariants of AESM² on one layer.</summary>
public sealed class AesLayerTests
{
    const int Rows = 40;
    const int Inputs = 7;
    const int Indicators = 3;
    const int Experts = 6;

    static readonly AesOptions Options = new()
    {
        Experts = Experts,
        Specific = 2,
        Shared = 2,
        Expert = new ExpertOptions { Widths = [5] },
        Noise = new NoiseSchedule { Sigma = 0 },
    };

    [Theory]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public void Weights_OffTheUnion_AreZeroAndSumToOne(int gates, bool disjoint)
    {
        var run = new Layer(gates, Options with { Disjoint = disjoint }).Run();
        for (var row = 0; row < Rows; row++)
        {
            double sum = 0;
            var chosen = 0;
            for (var e = row * Experts; e < (row + 1) * Experts; e++)
            {
                var union = run.Specific[e] != 0 || run.Shared[e] != 0;
                (run.Weights[e] != 0).ShouldBe(union);
                if (disjoint) (run.Specific[e] * run.Shared[e]).ShouldBe(0);
                sum += run.Weights[e];
                chosen += union ? 1 : 0;
            }

            sum.ShouldBe(1, 1e-6);
            chosen.ShouldBeInRange(disjoint ? 4 : 2, 4);
        }
    }

    [Fact]
    public void Select_ConstantPerExpertOnAllGates_ChangesMixingNotSelection()
    {
        var layer = new Layer(3, Options);
        var before = layer.Run();
        var after = layer.Run(logits =>
        {
            for (var i = 0; i < logits.Length; i++) logits[i] += i % Experts * 0.5f;
        });
        after.Specific.ShouldBe(before.Specific);
        after.Shared.ShouldBe(before.Shared);
        after.Weights.ShouldNotBe(before.Weights);
        after.Terms.Zip(before.Terms).ShouldAllBe(t => Math.Abs(t.First - t.Second) < 1e-5);
    }

    [Fact]
    public void Select_NodesPermuted_ResultsPermuted()
    {
        int[] to = [2, 0, 3, 1];
        var layer = new Layer(4, Options);
        var before = layer.Run();
        var permuted = new Layer(4, Options) { Own = [.. layer.Own.Select(o => o < 0 ? o : to[o])] };
        foreach (var parameter in permuted.Set.Dense.Where(p => p.Name.StartsWith("aes.gate", StringComparison.Ordinal)))
        {
            var (source, target) = (layer.Set.Values(layer.Set.Dense[parameter.Index]).ToArray(), permuted.Set.Values(parameter).ToArray());
            for (var row = 0; row < parameter.Rows; row++)
            {
                for (var gate = 0; gate < 4; gate++)
                    source.AsSpan((row * 4 + gate) * Experts, Experts).CopyTo(target.AsSpan((row * 4 + to[gate]) * Experts));
            }

            target.CopyTo(permuted.Set.Values(parameter));
        }

        permuted.Set.Touch();
        var after = permuted.Run();
        after.Specific.ShouldBe(before.Specific);
        after.Shared.ShouldBe(before.Shared);
        after.Weights.Zip(before.Weights).ShouldAllBe(w => Math.Abs(w.First - w.Second) < 1e-5);
        after.Mixed.Zip(before.Mixed).ShouldAllBe(w => Math.Abs(w.First - w.Second) < 1e-4);
    }

    [Fact]
    public void Select_OneGate_IsAPlainMixtureWithoutTerms()
    {
        var run = new Layer(1, Options).Run();
        run.Terms.ShouldBeEmpty();
        run.Weights.ShouldAllBe(w => w > 0);
        for (var row = 0; row < Rows; row++) run.Weights.Skip(row * Experts).Take(Experts).Sum(w => (double)w).ShouldBe(1, 1e-6);
    }

    [Fact]
    public void Select_Off_MixesEveryExpertWithoutTerms()
    {
        var run = new Layer(3, Options with { Select = false }).Run();
        run.Terms.ShouldBeEmpty();
        run.Weights.ShouldAllBe(w => w > 0);
    }

    [Fact]
    public void Terms_Divergences_EqualTheDefinition()
    {
        const int gates = 3;
        var layer = new Layer(gates, Options);
        float[] logits = [];
        var run = layer.Run(l => logits = l.ToArray());
        double specific = 0, shared = 0;
        for (var row = 0; row < Rows; row++)
        {
            for (var e = 0; e < Experts; e++)
            {
                var exp = Enumerable.Range(0, gates).Select(j => Math.Exp(logits[(row * gates + j) * Experts + e])).ToArray();
                var c = exp.Select(v => v / exp.Sum()).ToArray();
                if (run.Specific[row * Experts + e] != 0) specific -= layer.Own[row] < 0 ? c.Average(Math.Log) : Math.Log(c[layer.Own[row]]);
                if (run.Shared[row * Experts + e] != 0) shared += c.Sum(p => Math.Log(1.0 / gates / p) / gates);
            }
        }

        ((double)run.Terms[0]).ShouldBe(specific / (2 * Rows), 1e-5);
        ((double)run.Terms[1]).ShouldBe(shared / (2 * Rows), 1e-5);
    }

    [Fact]
    public void Terms_Gradient_ReachesAllGates()
    {
        const int gates = 4;
        var layer = new Layer(gates, Options) { Own = new int[Rows] };
        layer.Run(main: 0, terms: 1);
        foreach (var parameter in layer.Set.Dense.Where(p => p.Name.StartsWith("aes.gate", StringComparison.Ordinal)))
        {
            var gradient = layer.Graph.Gradients!.Of(parameter).ToArray();
            for (var gate = 0; gate < gates; gate++)
                gradient.Where((_, i) => i % (gates * Experts) / Experts == gate).Count(v => v != 0).ShouldBeGreaterThan(0, $"{parameter.Name}, gate {gate}");
        }
    }

    [Fact]
    public void Terms_WeightZero_OnlyTheOwnGateGetsAGradient()
    {
        const int gates = 4;
        var layer = new Layer(gates, Options) { Own = [.. Enumerable.Repeat(2, Rows)] };
        layer.Run(main: 1, terms: 0).Terms.ShouldAllBe(t => t != 0);
        var parameter = layer.Set.Dense.Single(p => p.Name == "aes.gate.input");
        var gradient = layer.Graph.Gradients!.Of(parameter).ToArray();
        for (var gate = 0; gate < gates; gate++)
            gradient.Where((_, i) => i % (gates * Experts) / Experts == gate).Any(v => v != 0).ShouldBe(gate == 2, $"gate {gate}");
    }

    [Fact]
    public void MainLoss_ExpertsNobodyChose_GetNoGradient()
    {
        var layer = new Layer(2, Options with { Specific = 1, Shared = 1 });

        // Experts 4 and 5 lie far from every target: no row may choose them.
        var run = layer.Run(
            logits =>
            {
                for (var i = 0; i < logits.Length; i++) logits[i] = i % Experts < 4 ? logits[i] : i / Experts % 2 == 0 ^ layer.Own[i / (2 * Experts)] != 0 ? -9 : 9;
            },
            main: 1, terms: 1);
        foreach (var parameter in layer.Set.Dense.Where(p => p.Name.StartsWith("aes.expert", StringComparison.Ordinal)))
        {
            for (var e = 0; e < Experts; e++)
            {
                var chosen = Enumerable.Range(0, Rows).Any(row => run.Weights[row * Experts + e] != 0);
                var gradient = layer.Graph.Gradients!.Of(parameter).Slice(e * parameter.RowsEach * parameter.Cols, parameter.RowsEach * parameter.Cols).ToArray();
                gradient.Any(v => v != 0).ShouldBe(chosen, $"{parameter.Name} of expert {e}");
            }
        }

        Enumerable.Range(0, Experts).Count(e => Enumerable.Range(0, Rows).All(row => run.Weights[row * Experts + e] == 0)).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_DefaultNoise_DeviatesByOneOverExperts(bool identity)
    {
        var (given, written) = (new NoiseSchedule(), new NoiseSchedule { Sigma = 1.0 / Experts });
        Weights(given).ShouldBe(Weights(written));

        float[] Weights(NoiseSchedule noise)
        {
            var set = new ParameterSet(5);
            var layer = new AesLayer(new Scope(set, "aes"), new Members("nodes", 2), 5, Indicators, Options with { Noise = noise }, identity);
            var g = new Graph(GraphMode.Train, set) { Seed = 1 };
            var (h, u) = (g.Zeros(Rows, 5), g.Zeros(Rows, Indicators));
            return g.Value(layer.Weights(g, h, u, NodeIndex.Constant(0), 0)).ToArray();
        }
    }

    /// <summary>Every expert is chosen, so that the weights show the own gate's logits: where they are level, entropy is 1 and certainty 0.</summary>
    [Fact]
    public void Noise_FollowsTheOwnGate_StrongestWhereItWavers()
    {
        var level = new float[Experts];
        float[] sure = [30, .. new float[Experts - 1]];
        foreach (var (follow, moved, still) in new[] { (NoiseFollow.Entropy, level, sure), (NoiseFollow.Certainty, sure, level) })
        {
            // The other gate is as sure as the own one is not, and the other way round.
            Deviation(follow, [still, moved], 1, moved).ShouldBeGreaterThan(0.1f);
            Deviation(follow, [moved, still], 1, still).ShouldBeLessThan(1e-3f);
            Deviation(NoiseFollow.None, [moved, still], 1, still).ShouldBeGreaterThan(0.1f);

            // A row of an unknown node has the mean of the gates: of equal ones what each says; of opposite ones it is level.
            Deviation(follow, [moved, moved], -1, moved).ShouldBeGreaterThan(0.1f);
            Deviation(follow, [still, still], -1, still).ShouldBeLessThan(1e-3f);
            float[] opposite = [.. sure.Select(v => -v)];
            if (follow == NoiseFollow.Entropy) Deviation(follow, [sure, opposite], -1, level).ShouldBeGreaterThan(0.1f);
            else Deviation(follow, [sure, opposite], -1, level).ShouldBeLessThan(1e-3f);
        }

        // Largest difference of two of the own gate's log weights from what the clean logits say.
        static float Deviation(NoiseFollow follow, float[][] gates, int own, float[] logits)
        {
            var options = Options with { Specific = Experts, Shared = Experts, GateInput = GateInput.X, Noise = new NoiseSchedule { Sigma = 1, Follow = follow } };
            var set = new ParameterSet(5);
            var layer = new AesLayer(new Scope(set, "aes"), new Members("nodes", 2), 1, Indicators, options);
            set.Dense.ShouldNotContain(p => p.Name.Contains("indicator", StringComparison.Ordinal));
            gates.SelectMany(l => l).ToArray().CopyTo(set.Values(set.Dense.Single(p => p.Name.EndsWith("gate.input", StringComparison.Ordinal))));
            var g = new Graph(GraphMode.Train, set) { Seed = 1 };
            var weights = g.Value(layer.Weights(g, g.Input([1], 1, 1), g.Zeros(1, Indicators), NodeIndex.PerRow([own]), 0)).ToArray();
            return Enumerable.Range(1, Experts - 1).Max(e => MathF.Abs(MathF.Log(weights[e]) - MathF.Log(weights[0]) - logits[e] + logits[0]));
        }
    }

    /// <summary>Embeddings of nodes and tasks are there for the gates that read them.</summary>
    [Theory]
    [InlineData(GateInput.X, false)]
    [InlineData(GateInput.Scenario, true)]
    [InlineData(GateInput.Both, true)]
    public void Build_GateInput_DeclaresEmbeddingsWhereGatesReadThem(GateInput input, bool declared)
    {
        var names = Trained.Untrained(new Aesm2Options { GateInput = input }).Parameters.Dense.Select(p => p.Name).ToArray();
        names.Any(n => n.StartsWith("scenario_embedding", StringComparison.Ordinal)).ShouldBe(declared);
        names.Contains("task_embedding").ShouldBe(declared);
    }

    [Fact]
    public void NoiseScope_Selection_MixesCleanLogits()
    {
        var noisy = Options with { Noise = new NoiseSchedule { Sigma = 2 } };
        var clean = new Layer(3, Options with { Specific = Experts }).Run();
        var selection = new Layer(3, noisy with { Specific = Experts, NoiseScope = NoiseScope.Selection }).Run();
        var all = new Layer(3, noisy with { Specific = Experts }).Run();

        // Every expert is chosen, so the weights show the mixing logits alone.
        selection.Weights.ShouldBe(clean.Weights);
        selection.Terms[0].ShouldNotBe(clean.Terms[0]);
        all.Weights.ShouldNotBe(clean.Weights);
    }

    [Theory]
    [InlineData(NoiseScope.All)]
    [InlineData(NoiseScope.Selection)]
    public void Run_ChoicesNotKept_TrainsAlike(NoiseScope scope)
    {
        var options = Options with { Noise = new NoiseSchedule { Sigma = 2 }, NoiseScope = scope };
        var (kept, forgotten) = (new Layer(3, options), new Layer(3, options) { Notes = false });

        forgotten.Run(main: 1, terms: 0.5f).Weights.ShouldBe(kept.Run(main: 1, terms: 0.5f).Weights);

        forgotten.Graph.Gradients!.DenseValues.ToArray().ShouldBe(kept.Graph.Gradients!.DenseValues.ToArray());
    }

    [Fact]
    public void Noise_Scoring_IsOff()
    {
        var noisy = new Layer(3, Options with { Noise = new NoiseSchedule { Sigma = 2 } }) { Mode = GraphMode.Score };
        var first = noisy.Run();
        noisy.Step = 9;
        noisy.Run().Mixed.ShouldBe(first.Mixed);
        first.Mixed.ShouldBe(new Layer(3, Options) { Mode = GraphMode.Score }.Run().Mixed);
        first.Terms.ShouldBeEmpty();
    }

    /// <summary>A layer with fixed weights and rows, run as often as a test likes.</summary>
    sealed class Layer
    {
        readonly AesLayer _layer;
        readonly AesOptions _options;
        readonly int _gates;

        public Layer(int gates, AesOptions options)
        {
            (_gates, _options) = (gates, options);
            Own = [.. Enumerable.Range(0, Rows).Select(r => r % gates)];
            _layer = new AesLayer(new Scope(Set).Sub("aes"), new Members("gates", gates), Inputs, Indicators, options);
        }

        public ParameterSet Set { get; } = new(3);

        public Graph Graph { get; private set; } = null!;

        public int[] Own { get; init; }

        public GraphMode Mode { get; init; } = GraphMode.Train;

        /// <summary>Whether the choices are kept.</summary>
        public bool Notes { get; init; } = true;

        public long Step { get; set; }

        public Result Run(LogitEdit? edit = null, float main = 0, float terms = 0)
        {
            var g = Graph = new Graph(Mode, Set) { Seed = 1, StepNumber = Step, NotesGates = Notes };
            var random = new SeededRandom(1, "rows");
            Tensor Random(int cols)
            {
                var t = g.New(Rows, cols, needsGrad: false);
                foreach (ref var v in g.Value(t)) v = (float)random.NextNormal();
                return t;
            }

            var (h, u) = (Random(Inputs), Random(Indicators));
            var clean = _layer.Logits(g, h, u);
            edit?.Invoke(g.Value(clean));
            var noisy = g.Noise(clean, (float)_options.Noise.At(Experts, 0), 5);

            // A run without a backward pass is made to read the terms; at weight 0 there are none.
            var (weights, specific, shared, _, _) = _layer.Select(g, clean, noisy, NodeIndex.PerRow(Own), main == 0 && terms == 0 ? 1 : terms);
            Tensor mixed = default;
            _layer.Mix(g, h, h, new ReadOnlySpan<Tensor>(in weights), new Span<Tensor>(ref mixed));
            if (Mode == GraphMode.Train && (main != 0 || terms != 0))
            {
                foreach (ref var v in g.Grad(mixed)) v = main * (float)random.NextNormal();
                g.RunBackward(g.Zeros(1, 1));
            }

            return new Result(
                g.Value(weights).ToArray(), specific.Length == 0 ? [] : g.Value(specific).ToArray(), shared.Length == 0 ? [] : g.Value(shared).ToArray(),
                g.Value(mixed).ToArray(), [.. g.Terms.ToArray().Select(t => g.Value(t.Value)[0])]);
        }
    }

    delegate void LogitEdit(Span<float> logits);

    sealed record Result(float[] Weights, float[] Specific, float[] Shared, float[] Mixed, float[] Terms);
}
