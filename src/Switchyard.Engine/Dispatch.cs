using System.Numerics;
using System.Runtime.Intrinsics;

namespace Switchyard.Engine;

/// <summary>
/// Which rows go to which expert: a list of (row, expert) pairs sorted by expert, then row, and for every gate the way back
/// from a row to its pairs in ascending expert order. A pair exists once, however many gates chose it, and an expert
/// computes its pairs only. Filled by <see cref="DispatchOps.Route"/>, reused from step to step.
/// </summary>
public sealed class Dispatch
{
    const int BitsPerMark = 32;

    int[] _start = [];
    GateEntries[] _gates = [];
    int _marksOfRow;

    internal Dispatch()
    {
    }

    public int Experts { get; private set; }

    /// <summary>Rows that were routed.</summary>
    public int Rows { get; private set; }

    /// <summary>(row, expert) pairs.</summary>
    public int Pairs { get; private set; }

    /// <summary>First pair of an expert; Experts + 1 entries.</summary>
    public ReadOnlySpan<int> Start => _start.AsSpan(0, Experts + 1);

    /// <summary>Row of every pair.</summary>
    internal Block<int> RowOfPair { get; private set; }

    public int Count(int expert) => _start[expert + 1] - _start[expert];

    /// <summary>True where an expert computes every row, so that its pairs need no gathering.</summary>
    internal bool Full(int expert) => Count(expert) == Rows;

    internal GateEntries Gate(int gate) => _gates[gate];

    /// <summary>Pairs of an expert whose rows lie in [from, to): rows ascend within an expert.</summary>
    internal (int From, int To) PairsOfRows(int expert, int from, int to)
    {
        var rows = RowOfPair.Span[_start[expert].._start[expert + 1]];
        return (_start[expert] + LowerBound(rows, from), _start[expert] + LowerBound(rows, to));
    }

    internal void Fill(Graph g, ReadOnlySpan<Tensor> gates)
    {
        Rows = gates[0].Rows;
        Experts = gates[0].Cols;
        if (_start.Length < Experts + 1) _start = new int[Experts + 1];
        if (_gates.Length < gates.Length) _gates = new GateEntries[gates.Length];
        _marksOfRow = (Experts + BitsPerMark - 1) / BitsPerMark;
        var each = Rows * _marksOfRow;
        var marks = g.Ints(gates.Length * each);
        for (var i = 0; i < gates.Length; i++) Mark(g.Value(gates[i]), marks.Slice(i * each, each));
        var chosen = gates.Length == 1 ? marks.Span : Union(marks.Span, g.Ints(each).Span);

        CountPairs(chosen);
        var pairOf = g.Ints(Rows * Experts).Span;
        ListPairs(g, chosen, pairOf);
        for (var i = 0; i < gates.Length; i++)
            _gates[i] = ListEntries(g, g.Value(gates[i]), marks.Slice(i * each, each), pairOf);
    }

    /// <summary>One bit per row and expert, 1 where the gate is not 0: chosen experts are then found without a look at the others.</summary>
    void Mark(ReadOnlySpan<Real> gate, Span<int> marks)
    {
        for (var m = 0; m < marks.Length; m++)
        {
            var first = m % _marksOfRow * BitsPerMark;
            marks[m] = (int)Bits(gate.Slice((m / _marksOfRow * Experts) + first, Math.Min(BitsPerMark, Experts - first)));
        }
    }

    /// <summary>What any gate marked.</summary>
    static Span<int> Union(ReadOnlySpan<int> marks, Span<int> chosen)
    {
        marks[..chosen.Length].CopyTo(chosen);
        for (var own = marks[chosen.Length..]; !own.IsEmpty; own = own[chosen.Length..])
        {
            for (var m = 0; m < chosen.Length; m++) chosen[m] |= own[m];
        }

        return chosen;
    }

    static uint Bits(ReadOnlySpan<Real> weights)
    {
        var (bits, i) = (0u, 0);
        for (; i <= weights.Length - Vector256<Real>.Count; i += Vector256<Real>.Count)
        {
            var zeros = Vector256.Equals(Vector256.Create(weights[i..]), Vector256<Real>.Zero).ExtractMostSignificantBits();
            bits |= (~zeros & ((1u << Vector256<Real>.Count) - 1)) << i;
        }

        for (; i < weights.Length; i++) bits |= (weights[i] != 0 ? 1u : 0u) << i;
        return bits;
    }

    void CountPairs(ReadOnlySpan<int> chosen)
    {
        var counts = _start.AsSpan(0, Experts + 1);
        counts.Clear();
        for (var m = 0; m < chosen.Length; m++)
        {
            var first = m % _marksOfRow * BitsPerMark;
            for (var bits = (uint)chosen[m]; bits != 0; bits &= bits - 1) counts[first + BitOperations.TrailingZeroCount(bits) + 1]++;
        }

        for (var e = 0; e < Experts; e++) counts[e + 1] += counts[e];
        Pairs = counts[Experts];
    }

    /// <summary>Numbers the pairs of every row and notes each pair's row.</summary>
    void ListPairs(Graph g, ReadOnlySpan<int> chosen, Span<int> pairOf)
    {
        Span<int> next = stackalloc int[Experts];
        _start.AsSpan(0, Experts).CopyTo(next);
        RowOfPair = g.Ints(Pairs);
        var rows = RowOfPair.Span;
        for (var m = 0; m < chosen.Length; m++)
        {
            var (row, first) = (m / _marksOfRow, m % _marksOfRow * BitsPerMark);
            for (var bits = (uint)chosen[m]; bits != 0; bits &= bits - 1)
            {
                var expert = first + BitOperations.TrailingZeroCount(bits);
                rows[next[expert]] = row;
                pairOf[(row * Experts) + expert] = next[expert]++;
            }
        }
    }

    GateEntries ListEntries(Graph g, ReadOnlySpan<Real> gate, ReadOnlySpan<int> marks, ReadOnlySpan<int> pairOf)
    {
        var entries = 0;
        foreach (var mark in marks) entries += BitOperations.PopCount((uint)mark);
        var list = new GateEntries(g.Ints(Rows + 1), g.Ints(entries), g.Ints(entries), g.Scratch(entries));
        var start = list.Start.Span;
        var pair = list.Pair.Span;
        var position = list.Position.Span;
        var weight = list.Weight.Span;
        var n = 0;
        for (var m = 0; m < marks.Length; m++)
        {
            var (row, first) = (m / _marksOfRow, m % _marksOfRow * BitsPerMark);
            if (first == 0) start[row] = n;
            for (var bits = (uint)marks[m]; bits != 0; bits &= bits - 1)
            {
                var i = (row * Experts) + first + BitOperations.TrailingZeroCount(bits);
                (pair[n], position[n], weight[n]) = (pairOf[i], i, gate[i]);
                n++;
            }
        }

        start[Rows] = n;
        return list;
    }

    static int LowerBound(ReadOnlySpan<int> sorted, int value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}

/// <summary>One gate's non-zero entries, row by row in ascending expert order.</summary>
/// <param name="Start">First entry of a row; Rows + 1 of them.</param>
/// <param name="Pair">Pair of an entry.</param>
/// <param name="Position">Position of an entry in the gate [Rows × Experts].</param>
/// <param name="Weight">Value of an entry.</param>
readonly record struct GateEntries(Block<int> Start, Block<int> Pair, Block<int> Position, Block<Real> Weight);
