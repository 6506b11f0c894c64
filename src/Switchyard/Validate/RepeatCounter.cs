using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// Counts repeated rows by a 64-bit hash of their values, in bounded memory: once there are too many distinct rows, only those whose
/// hash ends in ever more zero bits are kept and the counts are scaled up (distinct sampling).
/// </summary>
sealed class RepeatCounter(int capacity = 1 << 22)
{
    const int PartBits = 3;

    readonly Dictionary<ulong, long> _rows = [];
    int _level;

    /// <summary>The counts are estimates from a sample of the distinct rows.</summary>
    public bool IsSampled => _level > 0;

    /// <summary>Counts a row; true where the same values came before (as far as the sample knows).</summary>
    public bool Add(ulong hash, Part part)
    {
        if (!IsKept(hash)) return false;
        ref var row = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_rows, hash, out var known);
        row = (row + (1L << PartBits)) | (1L << (int)part);
        while (_rows.Count > capacity)
        {
            _level++;
            foreach (var key in _rows.Keys.Where(k => !IsKept(k)).ToArray()) _rows.Remove(key);
        }

        return known;
    }

    /// <summary>Rows that repeat an earlier one.</summary>
    public long Repeated => _rows.Values.Sum(r => (r >> PartBits) - 1) << _level;

    /// <summary>Distinct rows that stand in training and in another part.</summary>
    public long AcrossParts => _rows.Values.LongCount(r => (r & 1) != 0 && (r & 6) != 0) << _level;

    bool IsKept(ulong hash) => (hash & ((1UL << _level) - 1)) == 0;
}
