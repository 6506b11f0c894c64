using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Training.Tests;

/// <summary>A function of a few weights, minimised by an optimizer.</summary>
sealed class Problem : IDisposable
{
    readonly ParameterSet _set = new(1);
    readonly Parameter _weights;
    readonly Graph _graph;
    readonly Optimizer _optimizer;
    readonly WorkerPool _pool = new(1);

    public Problem(TrainingOptions options, params float[] start)
    {
        _weights = new Scope(_set).Parameter("w", 1, start.Length, Init.Constant(0));
        start.CopyTo(Weights);
        _graph = new Graph(GraphMode.Train, _set);
        _optimizer = new Optimizer(_set, UpdateRule.Create(options), options.Embeddings, _pool);
    }

    public delegate void Slope(ReadOnlySpan<float> w, Span<float> gradient);

    public Span<float> Weights => _set.Values(_weights);

    public void Minimise(int steps, Func<int, double> rate, Slope slope)
    {
        for (var i = 0; i < steps; i++)
        {
            _graph.Reset();
            slope(Weights, _graph.Gradients!.Of(_weights));
            _optimizer.Step(_graph.Gradients, rate(i));
        }
    }

    public void Dispose() => _pool.Dispose();

    public static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        return bits;
    }
}
