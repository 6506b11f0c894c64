namespace Switchyard.Engine;

/// <summary>
/// Which rows go to which expert: a list of (row, expert) pairs sorted by expert, then row, and for every gate the way back
/// from a row to its pairs in ascending expert order. A pair exists once, however many gates chose it, and an expert
/// computes its pairs only. Filled by <see cref="DispatchOps.Route"/>, reused from step to step.
/// </summary>
public sealed class Dispatch
{
    int[] _start = [];
    GateEntries[] _gates = [];

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
        var pairOf = g.Ints(Rows * Experts);
        CountPairs(g, gates, pairOf.Span);
        ListPairs(g, pairOf.Span);
        for (var i = 0; i < gates.Length; i++) _gates[i] = ListEntries(g, g.Value(gates[i]), pairOf.Span);
    }

    /// <summary>Marks every chosen (row, expert) with 1 and counts them per expert.</summary>
    void CountPairs(Graph g, ReadOnlySpan<Tensor> gates, Span<int> chosen)
    {
        var counts = _start.AsSpan(0, Experts + 1);
        counts.Clear();
        var first = g.Value(gates[0]);
        for (var i = 0; i < chosen.Length; i++) chosen[i] = first[i] != 0 ? 1 : 0;
        foreach (var gate in gates[1..])
        {
            var value = g.Value(gate);
            for (var i = 0; i < chosen.Length; i++) chosen[i] |= value[i] != 0 ? 1 : 0;
        }

        for (var i = 0; i < chosen.Length; i += Experts)
        {
            for (var e = 0; e < Experts; e++) counts[e + 1] += chosen[i + e];
        }

        for (var e = 0; e < Experts; e++) counts[e + 1] += counts[e];
        Pairs = counts[Experts];
    }

    /// <summary>Replaces every mark by the pair's number and notes the pair's row.</summary>
    void ListPairs(Graph g, Span<int> pairOf)
    {
        Span<int> next = stackalloc int[Experts];
        _start.AsSpan(0, Experts).CopyTo(next);
        RowOfPair = g.Ints(Pairs);
        var rows = RowOfPair.Span;
        for (var row = 0; row < Rows; row++)
        {
            var chosen = pairOf.Slice(row * Experts, Experts);
            for (var e = 0; e < chosen.Length; e++)
            {
                if (chosen[e] == 0) continue;
                rows[next[e]] = row;
                chosen[e] = next[e]++;
            }
        }
    }

    GateEntries ListEntries(Graph g, ReadOnlySpan<Real> gate, ReadOnlySpan<int> pairOf)
    {
        var entries = 0;
        foreach (var value in gate) entries += value != 0 ? 1 : 0;
        var list = new GateEntries(g.Ints(Rows + 1), g.Ints(entries), g.Ints(entries), g.Scratch(entries));
        var start = list.Start.Span;
        var pair = list.Pair.Span;
        var position = list.Position.Span;
        var weight = list.Weight.Span;
        var n = 0;
        for (var row = 0; row < Rows; row++)
        {
            start[row] = n;
            for (var i = row * Experts; i < (row + 1) * Experts; i++)
            {
                if (gate[i] == 0) continue;
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
