using System.Numerics;
using System.Runtime.Intrinsics;
using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>What a backward pass needs of the rows' choices: for every expert that a row chose, as what, and the gates' shares of it.</summary>
sealed class ChosenExperts
{
    const int IsSpecific = 1;
    const int IsShared = 2;

    Block<int> _slots;
    Block<double> _sums;
    int _rows;
    (Real Specific, Real Shared) _each;
    Tensor _specific;
    Tensor _shared;

    public int Gates { get; private set; }

    /// <summary>Slots of a row; those behind its last expert are empty.</summary>
    public int Most { get; private set; }

    public NodeIndex Own { get; private set; }

    /// <summary>c of every gate, [slots × gates]; logarithms until <see cref="Slopes"/> is called.</summary>
    public Block<Real> Shares { get; private set; }

    /// <summary>Column −1 in an empty slot.</summary>
    public (int Column, bool Specific, bool Shared) this[int slot]
    {
        get
        {
            var value = _slots.Span[slot];
            return (value >> 2, (value & IsSpecific) != 0, (value & IsShared) != 0);
        }
    }

    public void Prepare(Graph g, int rows, int gates, in ExpertChoice choice, NodeIndex own, Tensor specific, Tensor shared)
    {
        (_rows, Gates, Most, Own) = (rows, gates, choice.Specific + choice.Shared, own);
        (_specific, _shared) = (specific, shared);
        _slots = g.Ints(rows * Most);
        _sums = g.Doubles(2 * rows);
        Shares = g.Scratch(rows * Most * gates);
    }

    /// <summary>Keeps one row's choice: masks of both kinds, log c of all gates, and what the divergences are made of.</summary>
    public void Note(int row, ReadOnlySpan<Real> specific, ReadOnlySpan<Real> shared, ReadOnlySpan<Real> log, ReadOnlySpan<Real> ofOwn, ReadOnlySpan<Real> fromUniform)
    {
        var slots = _slots.Slice(row * Most, Most);
        var (found, i, cols) = (0, 0, specific.Length);
        for (; i <= cols - Vector256<Real>.Count; i += Vector256<Real>.Count)
        {
            var either = Vector256.Create(specific[i..]) + Vector256.Create(shared[i..]);
            for (var bits = (~Vector256.Equals(either, Vector256<Real>.Zero)).ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
            {
                var column = i + BitOperations.TrailingZeroCount(bits);
                slots[found++] = Slot(column, specific[column], shared[column]);
            }
        }

        for (; i < cols; i++)
        {
            if (specific[i] + shared[i] != 0) slots[found++] = Slot(i, specific[i], shared[i]);
        }

        double fromOne = 0, fromAll = 0;
        var logs = Shares.Slice(row * Most * Gates, Most * Gates);
        for (var slot = 0; slot < found; slot++)
        {
            var column = slots[slot] >> 2;
            if ((slots[slot] & IsSpecific) != 0) fromOne -= ofOwn[column];
            if ((slots[slot] & IsShared) != 0) fromAll += fromUniform[column];
            for (var j = 0; j < Gates; j++) logs[slot * Gates + j] = log[j * cols + column];
        }

        slots[found..].Fill(-1 << 2);
        logs[(found * Gates)..].Clear();
        (_sums.Span[2 * row], _sums.Span[2 * row + 1]) = (fromOne, fromAll);
    }

    /// <summary>The terms, once all rows are noted.</summary>
    public void Close(Graph g)
    {
        double specific = 0, shared = 0;
        for (var i = 0; i < 2 * _rows; i += 2)
        {
            specific += _sums.Span[i];
            shared += _sums.Span[i + 1];
        }

        var (one, all) = (0, 0);
        foreach (var slot in _slots.Span)
        {
            one += slot & IsSpecific;
            all += (slot & IsShared) / IsShared;
        }

        g.Value(_specific)[0] = (Real)(one == 0 ? 0 : specific / one);
        g.Value(_shared)[0] = (Real)(all == 0 ? 0 : shared / all);
        _each = ((Real)(one == 0 ? 0 : 1.0 / one), (Real)(all == 0 ? 0 : 1.0 / all));
    }

    public bool HasTerms(Graph g) => g.HasGrad(_specific) || g.HasGrad(_shared);

    /// <summary>Gradient of the loss by a chosen expert's log c, as specific of its own gate and as shared of the mean over the gates.</summary>
    public (Real Specific, Real Shared) Slopes(Graph g)
    {
        Vectors.Exp(Shares.Span, Shares.Span);
        return (-(g.Grad(_specific)[0] * _each.Specific), -(g.Grad(_shared)[0] * _each.Shared));
    }

    static int Slot(int column, Real specific, Real shared) => (column << 2) | (specific != 0 ? IsSpecific : 0) | (shared != 0 ? IsShared : 0);
}
