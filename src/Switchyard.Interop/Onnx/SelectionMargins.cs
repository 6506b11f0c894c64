using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Models;

namespace Switchyard.Interop;

/// <summary>
/// How close every row of a pass is to another choice of experts: the smallest distance, over all its choices, between the last value
/// that was chosen and the first that was not (divergences or gate logits). Another order of additions, as another runtime has it, can
/// turn a choice where the margin is as small as its rounding.
/// </summary>
public sealed class SelectionMargins : IOpListener
{
    /// <summary>A margin of the size of rounding: below it another runtime may choose another expert.</summary>
    public const float NearTie = 1e-6f;

    readonly Graph _graph;
    readonly float[] _margins;

    internal SelectionMargins(Graph graph, int rows)
    {
        (_graph, _margins) = (graph, new float[rows]);
        Array.Fill(_margins, float.PositiveInfinity);
    }

    /// <summary>Margin of every row of a batch; infinite where nothing is chosen.</summary>
    public static float[] Of(Ranker ranker, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(ranker);
        ArgumentNullException.ThrowIfNull(batch);
        var pass = new ForwardPass(ranker, GraphMode.Score);
        var margins = new SelectionMargins(pass.Graph, batch.Count);

        // Gates are noted so that selection is computed op by op.
        (pass.Graph.Listener, pass.Graph.NotesGates) = (margins, true);
        pass.Logits(batch);
        return margins._margins;
    }

    /// <summary>Margin of every row of the pass so far.</summary>
    internal ReadOnlySpan<float> OfRows => _margins;

    public void Heard(string op, object result, params object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (op is not (nameof(SelectionOps.SmallestPerRow) or nameof(SelectionOps.LargestPerRow))) return;
        var (mask, x) = ((Tensor)result, (Tensor)arguments[0]!);
        var without = arguments.Length > 2 ? (Tensor)arguments[2]! : default;
        var sign = op == nameof(SelectionOps.SmallestPerRow) ? 1 : -1;
        for (var row = 0; row < mask.Rows; row++) _margins[row] = Math.Min(_margins[row], MarginOf(row, mask, x, without, sign));
    }

    float MarginOf(int row, Tensor mask, Tensor x, Tensor without, int sign)
    {
        var (last, first) = (float.NegativeInfinity, float.PositiveInfinity);
        for (var i = row * x.Cols; i < (row + 1) * x.Cols; i++)
        {
            var value = sign * _graph.Value(x)[i];
            if (_graph.Value(mask)[i] != 0) last = Math.Max(last, value);
            else if (without == default || _graph.Value(without)[i] == 0) first = Math.Min(first, value);
        }

        return first - last;
    }
}
