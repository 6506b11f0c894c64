using Switchyard.Engine;

namespace Switchyard.Models.Tests;

static partial class GoldenLayers
{
    /// <summary>Padded keys there, ragged ones here: position t of row b is item starts[b] + t.</summary>
    static void Din(GoldenCase golden)
    {
        var (query, padded, lengths) = (golden.Inputs["query"], golden.Inputs["keys"], golden.Inputs["length"].Ints);
        var (positions, width) = (padded.Shape[1], padded.Shape[2]);
        int[] starts = [.. Enumerable.Range(0, lengths.Length + 1).Select(b => lengths.Take(b).Sum())];
        int[] places = [.. Enumerable.Range(0, lengths.Length).SelectMany(b => Enumerable.Range(b * positions, lengths[b]))];
        float[] items = [.. places.SelectMany(p => padded.Data.AsSpan(p * width, width).ToArray())];
        var parameters = new ParameterSet(1);
        var options = new AttentionOptions { Field = "", Query = "", Widths = [.. golden.Ints("widths")], Softmax = golden.Flag("softmax") };
        var layer = new TargetAttention(new Scope(parameters).Sub("attention"), width, options);
        GoldenWeights.Load(golden, parameters);

        var g = new Graph(GraphMode.Train, parameters);
        var (q, k) = (g.Input(query.Data, query.Rows, width, needsGrad: true), g.Input(items, places.Length, width, needsGrad: true));
        golden.Compare("scores", Padded(g.Value(layer.Weights(g, q, k, starts)), 1), golden.Outputs["scores"]);
        var y = layer.Forward(g, q, k, starts);
        golden.Compare("out", g.Value(y), golden.Outputs["out"]);
        golden.Inputs["r"].Data.CopyTo(g.Grad(y));
        g.RunBackward(g.Zeros(1, 1));
        golden.Compare("gradient of query", g.Grad(q), golden.Gradients["query"]);
        golden.Compare("gradient of keys", Padded(g.Grad(k), width), golden.Gradients["keys"]);
        GoldenWeights.CompareGradients(golden, parameters, g.Gradients!);

        float[] Padded(ReadOnlySpan<float> values, int each)
        {
            var all = new float[lengths.Length * positions * each];
            for (var i = 0; i < places.Length; i++) values.Slice(i * each, each).CopyTo(all.AsSpan(places[i] * each));
            return all;
        }
    }
}
