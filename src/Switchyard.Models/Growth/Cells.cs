using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>The values of a weight [stack, rows, cols] with their origins in an older model.</summary>
sealed class Cells
{
    readonly ImmutableArray<MemberOrigin> _stack;
    readonly ImmutableArray<MemberOrigin> _rows;
    readonly ImmutableArray<MemberOrigin> _cols;
    readonly bool _ownersKept;
    readonly bool _summed;
    readonly bool _fresh;

    public Cells(WeightPlace place, int stack, int rows, int cols, GrowthOrigins origins)
    {
        _stack = origins.OfAxis(place.Axes.Stack, stack);
        _rows = origins.OfAxis(place.Axes.Rows, rows);
        _cols = origins.OfAxis(place.Axes.Cols, cols);
        _summed = place.Axes.Summed;
        _fresh = place.Axes.Fresh;
        _ownersKept = place.Owners.All(o => origins.Of(o).Kept);
    }

    /// <summary>The values of an older weight, with the sizes of its matrices.</summary>
    public readonly record struct Source(Real[] Values, int Rows, int Cols);

    public int Length => _stack.Length * _rows.Length * _cols.Length;

    /// <summary>Whether the older model had the value.</summary>
    public bool IsKept(int index)
    {
        var (stack, row, col) = Split(index);
        return _ownersKept && _stack[stack].Kept && _rows[row].Kept && _cols[col].Kept;
    }

    /// <summary>
    /// Writes every value that has an origin: the mean over its sources, or 0 where it is a new member's share of a sum
    /// (<see cref="MemberAxes.Summed"/>). The others stay as they are, and so do a new member's that starts afresh (<see cref="MemberAxes.Fresh"/>).
    /// </summary>
    /// <param name="values">The weight's values.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="old">The older weights that it comes from; several where it belongs to a new member as a whole.</param>
    public void Fill(Span<Real> values, string name, ReadOnlySpan<Source> old)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var (stack, row, col) = Split(i);
            if (_fresh && !(_stack[stack].Kept && _rows[row].Kept && _cols[col].Kept)) continue;
            if (_summed && old.Length > 0 && _rows[row].Sources.Length > 0 && !(_stack[stack].Kept && _cols[col].Kept))
            {
                values[i] = 0;
                continue;
            }

            var (sum, count, last) = (0.0, 0, (Real)0);
            foreach (var source in old)
            {
                foreach (var s in _stack[stack].Sources)
                {
                    foreach (var r in _rows[row].Sources)
                    {
                        foreach (var c in _cols[col].Sources)
                        {
                            var at = ((long)s * source.Rows + r) * source.Cols + c;
                            if (r >= source.Rows || c >= source.Cols || at >= source.Values.Length) throw Undeclared(name);
                            last = source.Values[at];
                            sum += last;
                            count++;
                        }
                    }
                }
            }

            if (count > 0) values[i] = count == 1 ? last : (Real)(sum / count);
        }
    }

    (int Stack, int Row, int Col) Split(int index) =>
        (index / (_rows.Length * _cols.Length), index / _cols.Length % _rows.Length, index % _cols.Length);

    static InvalidOperationException Undeclared(string name) =>
        new($"{name}: its shape follows the number of nodes or tasks, but the model does not say so; declare the axis where the weight is declared.");
}
