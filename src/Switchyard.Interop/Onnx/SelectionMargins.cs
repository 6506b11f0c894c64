using Switchyard.Engine;

namespace Switchyard.Interop;

/// <summary>
/// How close every row of a pass is to another choice of experts: the smallest distance, over all its choices, between the last value
/// that was chosen and the first that was not (divergences or gate logits). Another order of additions, as another runtime has it, can
/// turn a choice where the margin is as small as its rounding.
/// </summary>
/// <param name="graph">The graph of the pass; its <see cref="Graph.NotesGates"/> must be on, so that selection is computed op by op.</param>
/// <param name="rows">Rows of the pass.</param>
public sealed class SelectionMargins(Graph graph, int rows) : IOpListener
{
    readonly float[] _margins = [.. Enumerable.Repeat(float.PositiveInfinity, rows)];

    /// <summary>Margin of every row; infinite where nothing is chosen.</summary>
    public ReadOnlySpan<float> OfRows => _margins;

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
            var value = sign * graph.Value(x)[i];
            if (graph.Value(mask)[i] != 0) last = Math.Max(last, value);
            else if (without == default || graph.Value(without)[i] == 0) first = Math.Min(first, value);
        }

        return first - last;
    }
}
