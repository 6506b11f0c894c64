namespace Switchyard.Evaluation;

/// <summary>
/// NDCG@k of a list whose rows have gains (Järvelin and Kekäläinen 2002): Σ gain / log2(rank + 1) over the first k ranks, against the best order.
/// Rows of equal score share their ranks evenly. With gains 0 and 1 it is the NDCG of <see cref="Evaluator"/>. Not thread-safe.
/// </summary>
/// <param name="topK">The k.</param>
public sealed class ListNdcg(int topK)
{
    const uint SignBit = 1U << 31;

    readonly RankDiscounts _discounts = new(topK);
    ulong[] _keys = [];

    /// <summary>Discounted gain in descending score.</summary>
    /// <param name="scores">Finite scores.</param>
    /// <param name="gains">Gain of each row, at least 0.</param>
    public double Gain(ReadOnlySpan<float> scores, ReadOnlySpan<float> gains)
    {
        _discounts.Ensure(scores.Length);
        if (_keys.Length < scores.Length) _keys = new ulong[Math.Max(scores.Length, 2 * _keys.Length)];
        var keys = _keys.AsSpan(0, scores.Length);
        for (var row = 0; row < keys.Length; row++) keys[row] = (ulong)Descending(scores[row]) << 32 | (uint)row;
        keys.Sort();
        var sum = 0.0;
        for (var start = 0; start < keys.Length && start < topK;)
        {
            var (end, tied) = (start, 0.0);
            for (; end < keys.Length && keys[end] >> 32 == keys[start] >> 32; end++) tied += gains[(int)(uint)keys[end]];
            if (tied > 0) sum += tied / (end - start) * (_discounts.Sum(end) - _discounts.Sum(start));
            start = end;
        }

        return sum;
    }

    /// <summary>Discounted gain of the best order; 0 where no row has a gain.</summary>
    public double Best(ReadOnlySpan<float> gains) => Gain(gains, gains);

    /// <summary>Bits that ascend as scores descend; the sum makes −0 a 0, with which it ties.</summary>
    static uint Descending(float score)
    {
        var bits = BitConverter.SingleToUInt32Bits(score + 0f);
        return (bits & SignBit) != 0 ? bits : ~bits & ~SignBit;
    }
}
