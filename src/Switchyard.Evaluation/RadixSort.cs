namespace Switchyard.Evaluation;

/// <summary>Stable sort of (key, row) pairs packed as key in the upper and row in the lower 32 bits.</summary>
static class RadixSort
{
    const int DigitBits = 11;
    const int Buckets = 1 << DigitBits;

    /// <summary>Sorts <paramref name="items"/> in place by the upper 32 bits, ascending, keeping the order of equal ones.</summary>
    public static void ByUpperHalf(Span<ulong> items, Span<ulong> scratch)
    {
        var from = items;
        var to = scratch[..items.Length];
        Span<int> counts = stackalloc int[Buckets];
        for (var shift = 32; shift < 64; shift += DigitBits)
        {
            counts.Clear();
            foreach (var item in from) counts[(int)(item >> shift) & (Buckets - 1)]++;
            if (from.IsEmpty || counts[(int)(from[0] >> shift) & (Buckets - 1)] == from.Length) continue;

            var start = 0;
            for (var bucket = 0; bucket < Buckets; bucket++)
            {
                var count = counts[bucket];
                counts[bucket] = start;
                start += count;
            }

            foreach (var item in from) to[counts[(int)(item >> shift) & (Buckets - 1)]++] = item;
            var swap = from;
            from = to;
            to = swap;
        }

        if (from != items) from.CopyTo(items);
    }
}
