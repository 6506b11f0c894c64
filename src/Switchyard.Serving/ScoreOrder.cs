namespace Switchyard.Serving;

/// <summary>Order of items by score.</summary>
static class ScoreOrder
{
    /// <summary>Indices by score descending, equal scores (0 and −0 are equal) by index. None may be NaN.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="keys">Room, as long as the scores.</param>
    /// <param name="order">Receives the indices.</param>
    public static void Sort(ReadOnlySpan<float> scores, Span<ulong> keys, Span<int> order)
    {
        // Score and index in one number: no comparer, no equal keys, so that an unstable sort has one result.
        for (var i = 0; i < scores.Length; i++) keys[i] = ((ulong)Descending(scores[i]) << 32) | (uint)i;
        keys[..scores.Length].Sort();
        for (var i = 0; i < scores.Length; i++) order[i] = (int)(uint)keys[i];
    }

    // The bits of a float, those of negative numbers inverted and the sign of others set, ascend as the numbers do.
    static uint Descending(float score)
    {
        var bits = BitConverter.SingleToUInt32Bits(score + 0f);
        return ~(bits >> 31 != 0 ? ~bits : bits | 0x8000_0000);
    }
}
