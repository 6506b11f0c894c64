using Switchyard.Kernels;

namespace Switchyard.Engine.Tests;

/// <summary>Choosing experts in one op, against the ops that it stands for.</summary>
public sealed class ChosenGateTests
{
    /// <summary>Weights and gradients, to the bit: columns with and without a remainder, unknown gates, several experts of a kind, one tensor that chooses and mixes, or two.</summary>
    [Theory]
    [InlineData(40, 4, 64, 1, 1, false, false, 1)]
    [InlineData(700, 4, 64, 2, 3, true, true, 3)]
    [InlineData(33, 3, 19, 2, 1, false, true, 1)]
    [InlineData(33, 2, 6, 1, 2, true, false, 1)]
    [InlineData(5, 3, 2, 2, 2, false, false, 1)]
    public void ChosenGate_Training_HasTheBitsOfItsParts(int rows, int gates, int cols, int specific, int shared, bool disjoint, bool apart, int threads)
    {
        using var pool = new WorkerPool(threads);
        var choice = new ExpertChoice(specific, shared, disjoint);
        foreach (var weight in (float[])[0, 0.03f])
        {
            var (expected, terms) = Pass(inOne: false, weight);
            var (actual, sums) = Pass(inOne: true, weight);

            actual.ShouldBe(expected);
            for (var i = 0; i < terms.Length; i++) sums[i].ShouldBe(terms[i], 1e-5f * Math.Abs(terms[i]) + 1e-6f);
        }

        (int[] Bits, float[] Terms) Pass(bool inOne, float weight)
        {
            var g = new Graph(GraphMode.Train, new ParameterSet(1), pool);
            var own = NodeIndex.PerRow([.. Enumerable.Range(0, rows).Select(r => (r * 7 % (gates + 1)) - 1)]);
            var logits = g.Input(Numbers.Normal(rows * gates * cols, 1), rows, gates * cols, needsGrad: true);
            var mixing = apart ? g.Input(Numbers.Normal(rows * gates * cols, 2), rows, gates * cols, needsGrad: true) : logits;
            var y = inOne
                ? g.ChosenGate(logits, mixing, gates, own, choice, out var one, out var all)
                : Parts(g, logits, mixing, gates, own, choice, out one, out all);
            if (weight != 0)
            {
                g.AddTerm("one", one, weight);
                g.AddTerm("all", all, 2 * weight);
            }

            Numbers.Normal(y.Length, 3).CopyTo(g.Grad(y));
            g.RunBackward(g.Zeros(1, 1));
            return ([.. g.Bits(y), .. Numbers.Bits(g.Grad(logits)), .. Numbers.Bits(g.Grad(mixing))], [g.Value(one)[0], g.Value(all)[0]]);
        }
    }

    [Fact]
    public void ChosenGate_NobodyMixes_TheTermsStillHaveAGradient()
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        var logits = g.Input(Numbers.Normal(5 * 12, 1), 5, 12, needsGrad: true);
        g.ChosenGate(logits, logits, 2, NodeIndex.Constant(1), new ExpertChoice(1, 1, false), out var one, out _);
        g.AddTerm("one", one, 1);

        g.RunBackward(g.Zeros(1, 1));

        g.Grad(logits).ToArray().ShouldContain(v => v != 0);
    }

    static Tensor Parts(Graph g, Tensor logits, Tensor mixing, int gates, NodeIndex own, ExpertChoice choice, out Tensor one, out Tensor all)
    {
        var picked = g.PickGate(mixing, gates, own);
        var logC = g.GateLogSoftmax(logits, gates);
        var fromOwn = g.Affine(g.PickGate(logC, gates, own), -1, 0);
        var fromUniform = g.Affine(g.MeanGates(logC, gates), -1, choice.UniformShift(gates));
        var specific = g.SmallestPerRow(fromOwn, choice.Specific);
        var shared = g.SmallestPerRow(fromUniform, choice.Shared, choice.Disjoint ? specific : default);
        (one, all) = (g.MeanWhere(fromOwn, specific), g.MeanWhere(fromUniform, shared));
        return g.MaskedSoftmax(picked, g.Either(specific, shared));
    }
}
