namespace Switchyard;

/// <summary>
/// Codes for numbers: exact while there are few distinct ones, then ever coarser neighbours share a code, so that memory stays
/// bounded. Code 0 is the missing number. Coarsening drops mantissa bits, hence keeps the order and depends on the values alone.
/// </summary>
sealed class NumberBins(ValueCounts counts, int capacity = NumberBins.DefaultCapacity)
{
    public const int DefaultCapacity = 1 << 16;

    Dictionary<ulong, int> _codes = [];
    int _shift;

    /// <summary>Distinct numbers, or bins once <see cref="IsCoarse"/>.</summary>
    public int Count => _codes.Count;

    /// <summary>Some codes stand for more than one number.</summary>
    public bool IsCoarse => _shift > 0;

    public int Code(double value)
    {
        if (double.IsNaN(value)) return 0;
        if (_codes.TryGetValue(Order(value) >> _shift, out var code)) return code;
        while (_codes.Count >= capacity) Coarsen();
        var key = Order(value) >> _shift;
        if (_codes.TryGetValue(key, out code)) return code;
        code = _codes.Count + 1;
        _codes.Add(key, code);
        return code;
    }

    /// <summary>
    /// The quantile bin of every code, by weight; a value heavier than a bin has one to itself. Bin 0 holds the missing.
    /// </summary>
    public int[] Quantiles(int bins, Func<int, long> weight)
    {
        var map = new int[_codes.Count + 1];
        var ordered = _codes.OrderBy(c => c.Key).Select(c => c.Value).ToArray();
        var target = Math.Max(1.0, (double)ordered.Sum(weight) / bins);
        long held = 0;
        var bin = 1;
        foreach (var code in ordered)
        {
            var w = weight(code);
            if (held > 0 && held + w > target)
            {
                bin++;
                held = 0;
            }

            map[code] = bin;
            held += w;
        }

        return map;
    }

    void Coarsen()
    {
        var map = new int[_codes.Count + 1];
        var coarse = new Dictionary<ulong, int>();
        _shift++;
        foreach (var (key, code) in _codes.OrderBy(c => c.Key))
        {
            if (!coarse.TryGetValue(key >> 1, out var merged)) coarse.Add(key >> 1, merged = coarse.Count + 1);
            map[code] = merged;
        }

        _codes = coarse;
        if (counts.Values > 0) counts.Merge(map.AsSpan(0, Math.Min(map.Length, counts.Values)), coarse.Count + 1);
    }

    // Bits in the order of the numbers: negative ones are turned round. Adding 0 makes -0 the same number as 0.
    static ulong Order(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value + 0.0);
        return bits >> 63 != 0 ? ~bits : bits | (1UL << 63);
    }
}
