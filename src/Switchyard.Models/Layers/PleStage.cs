using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// Progressive layered extraction (Tang et al., RecSys 2020, §4): CGC layers one above the other, each head and the shared
/// experts with a stream of their own.
/// </summary>
sealed class PleStage
{
    readonly CgcLayer[] _layers;

    /// <param name="scope">Place of the stage's parameters.</param>
    /// <param name="tasks">Tasks that have heads of their own; null: one head for all tasks.</param>
    /// <param name="scenarios">Scenarios that have heads of their own; null: one for all rows.</param>
    /// <param name="inputs">Width of x.</param>
    /// <param name="layers">CGC layers, at least 1.</param>
    /// <param name="shape">Experts of every layer.</param>
    public PleStage(Scope scope, Members? tasks, Members? scenarios, int inputs, int layers, CgcShape shape)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        _layers = scope.Repeat(
            "layer", layers, (s, i) => new CgcLayer(s, tasks, scenarios, i == 0 ? inputs : shape.Expert.Widths[^1], shape, below: i < layers - 1));
    }

    /// <summary>Width of what a head returns.</summary>
    public int Outputs => _layers[^1].Outputs;

    /// <summary>x [B,I] → the mixture [B,O] of every task's head, of the row's own scenario where heads follow scenarios.</summary>
    public void Forward(Graph g, Tensor x, NodeIndex own, Span<Tensor> mixed)
    {
        ArgumentNullException.ThrowIfNull(g);
        Span<Tensor> streams = stackalloc Tensor[_layers[0].Streams];
        streams.Fill(x);
        var shared = x;
        foreach (var layer in _layers.AsSpan(0, _layers.Length - 1)) shared = layer.Forward(g, streams, shared, own, streams);
        if (streams.Length == mixed.Length) streams.CopyTo(mixed);
        else PickOwn(g, streams, own, mixed);
        _layers[^1].Forward(g, mixed, shared, own, mixed);
    }

    /// <summary>Out of the streams of all scenarios, those of the row's own.</summary>
    static void PickOwn(Graph g, ReadOnlySpan<Tensor> streams, NodeIndex own, Span<Tensor> mixed)
    {
        Span<Tensor> each = stackalloc Tensor[streams.Length / mixed.Length];
        for (var t = 0; t < mixed.Length; t++)
        {
            for (var a = 0; a < each.Length; a++) each[a] = streams[a * mixed.Length + t];
            mixed[t] = g.PickStream(each, own);
        }
    }
}
