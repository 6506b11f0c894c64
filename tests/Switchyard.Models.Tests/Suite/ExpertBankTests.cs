using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Models.Tests;

/// <summary>Sparse expert computation against a bank that computes every expert for every row and masks afterwards.</summary>
public sealed class ExpertBankTests
{
    [Theory]
    [InlineData(5, 1, false)]
    [InlineData(60, 1, true)]
    [InlineData(700, 1, false)]
    [InlineData(700, 3, true)]
    public void Mix_SparseAndDense_SameBitsForwardAndBackward(int rows, int threads, bool disjoint)
    {
        const int inputs = 21, indicators = 6, gates = 3;
        var set = new ParameterSet(4);
        var options = new AesOptions { Experts = 6, Specific = 2, Shared = 1, Disjoint = disjoint, Expert = new ExpertOptions { Widths = [17, 9] } };
        var layer = new AesLayer(new Scope(set), new Members("gates", gates), inputs, indicators, options);
        using var pool = new WorkerPool(threads);
        Run(sparse: true).ShouldBe(Run(sparse: false));

        int[] Run(bool sparse)
        {
            var g = new Graph(GraphMode.Train, set, pool) { Seed = 3 };
            var random = new SeededRandom(1, "rows");
            float[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
            var h = g.Input(Normal(rows * inputs), rows, inputs, needsGrad: true);
            var u = g.Input(Normal(rows * indicators), rows, indicators, needsGrad: true);
            var weights = layer.Weights(g, h, u, NodeIndex.PerRow([.. Enumerable.Range(0, rows).Select(r => r % 4 - 1)]), 1);
            var every = g.New(rows, options.Experts, needsGrad: false);
            g.Value(every).Fill(1);
            var mixed = new Tensor[2];
            if (sparse) layer.Mix(g, h, h, [weights], mixed.AsSpan(0, 1));
            else layer.Mix(g, h, h, [weights, every], mixed);
            Normal(mixed[0].Length).CopyTo(g.Grad(mixed[0]));
            g.RunBackward(g.Zeros(1, 1));
            g.Grad(h).ToArray().Count(v => v != 0).ShouldBeGreaterThan(rows);
            return
            [
                .. Trained.Bits(g.Value(mixed[0])), .. Trained.Bits(g.Grad(h)), .. Trained.Bits(g.Grad(u)), .. Trained.Bits(g.Gradients!.Dense),
            ];
        }
    }
}
