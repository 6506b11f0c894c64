namespace Switchyard.Evaluation;

/// <summary>
/// Stable sort of (key, row) pairs packed as key in the upper and row in the lower 32 bits. Several threads sort a part of the items each
/// by a digit and know from counts where each of its buckets goes; a stable sort has one result, so it does not depend on them.
/// </summary>
static class RadixSort
{
    const int DigitBits = 11;
    const int Buckets = 1 << DigitBits;

    /// <summary>Items from which another thread pays.</summary>
    const int ItemsPerPart = 1 << 16;

    /// <summary>Sorts the first items in place by the upper 32 bits, ascending, keeping the order of equal ones.</summary>
    /// <param name="items">What to sort.</param>
    /// <param name="count">How many.</param>
    /// <param name="scratch">As long.</param>
    /// <param name="threads">Threads.</param>
    public static void ByUpperHalf(ulong[] items, int count, ulong[] scratch, Threads threads)
    {
        if (count == 0) return;
        var parts = Math.Clamp(count / ItemsPerPart, 1, threads.Count);
        var starts = new int[parts * Buckets];
        var (from, to) = (items, scratch);
        for (var shift = 32; shift < 64; shift += DigitBits)
        {
            var (source, target, digit) = (from, to, shift);
            threads.For(parts, part => Count(Part(source, part), starts.AsSpan(part * Buckets, Buckets), digit));
            if (!Place(starts, parts, Digit(source[0], shift), count)) continue;
            threads.For(parts, part => Scatter(Part(source, part), target, starts.AsSpan(part * Buckets, Buckets), digit));
            (from, to) = (to, from);
        }

        if (from != items) from.AsSpan(0, count).CopyTo(items);

        ReadOnlySpan<ulong> Part(ulong[] all, int part)
        {
            var (start, end) = (First(part), First(part + 1));
            return all.AsSpan(start, end - start);
        }

        int First(int part) => (int)((long)count * part / parts);
    }

    static int Digit(ulong item, int shift) => (int)(item >> shift) & (Buckets - 1);

    static void Count(ReadOnlySpan<ulong> items, Span<int> counts, int shift)
    {
        counts.Clear();
        foreach (var item in items) counts[Digit(item, shift)]++;
    }

    /// <summary>Turns counts of the parts into places: bucket after bucket, within one part after part. False where all share a bucket.</summary>
    static bool Place(Span<int> starts, int parts, int first, int count)
    {
        var sameAsFirst = 0;
        for (var part = 0; part < parts; part++) sameAsFirst += starts[(part * Buckets) + first];
        if (sameAsFirst == count) return false;
        var start = 0;
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            for (var part = 0; part < parts; part++)
            {
                ref var place = ref starts[(part * Buckets) + bucket];
                (place, start) = (start, start + place);
            }
        }

        return true;
    }

    static void Scatter(ReadOnlySpan<ulong> items, Span<ulong> target, Span<int> places, int shift)
    {
        foreach (var item in items) target[places[Digit(item, shift)]++] = item;
    }
}
