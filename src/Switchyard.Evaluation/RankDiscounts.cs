namespace Switchyard.Evaluation;

/// <summary>Sums of NDCG's discounts 1 / log2(rank + 1) over the first ranks, as far as k; they grow with the longest list. Not thread-safe.</summary>
/// <param name="topK">The k.</param>
sealed class RankDiscounts(int topK)
{
    double[] _sums = [0];

    /// <summary>Makes room for lists of so many rows; before <see cref="Sum"/> is asked about them.</summary>
    public void Ensure(int rows)
    {
        var (ranks, known) = (Math.Min(topK, rows), _sums.Length);
        if (ranks < known) return;
        Array.Resize(ref _sums, Math.Max(ranks + 1, 2 * known));
        for (var rank = known; rank < _sums.Length; rank++) _sums[rank] = _sums[rank - 1] + 1 / Math.Log2(rank + 1);
    }

    /// <summary>Sum of the discounts of the first ranks, as far as k.</summary>
    public double Sum(int ranks) => _sums[Math.Min(ranks, topK)];
}
