using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Switchyard.Data;

/// <summary>
/// Mean, deviation and quantiles of a column of numbers, in one pass. Quantiles are exact while there are few enough distinct values;
/// beyond that a uniform sample with a fixed seed stands for all. Without quantiles no value is kept.
/// </summary>
sealed class NumberStatistics(int distinctLimit, int sampleSize = 1 << 20, bool quantiles = true)
{
    Dictionary<double, long>? _counts = quantiles ? [] : null;
    readonly List<double> _sample = [];
    RandomStream _random = new(0x5EED, 0, 0);
    double _mean;
    double _squares;

    /// <summary>Numbers added.</summary>
    public long Count { get; private set; }

    /// <summary>Whether quantiles come from a sample.</summary>
    public bool Sampled => quantiles && _counts is null;

    public double Mean => _mean;

    /// <summary>√(Σ(v − mean)² / n); 1 where that is 0, so that dividing by it is safe.</summary>
    public double Deviation => Count > 0 && Math.Sqrt(_squares / Count) is not 0 and var deviation ? deviation : 1;

    public void Add(double value)
    {
        // −0 and 0 are one number.
        value += 0.0;
        Count++;
        var delta = value - _mean;
        _mean += delta / Count;
        _squares += delta * (value - _mean);
        if (!quantiles) return;
        if (_counts is null)
        {
            // Vitter's algorithm R.
            if (_sample.Count < sampleSize) _sample.Add(value);
            else if (_random.Below((ulong)Count) is var slot && slot < (ulong)sampleSize) _sample[(int)slot] = value;
            return;
        }

        CollectionsMarshal.GetValueRefOrAddDefault(_counts, value, out _)++;
        if (_counts.Count > distinctLimit) BeginSampling(_counts);
    }

    /// <summary>
    /// Distinct quantiles i/parts, i = 1 … parts − 1, as numpy's default does: at position (n − 1)·i/parts between order statistics.
    /// </summary>
    public ImmutableArray<double> QuantileEdges(int parts)
    {
        if (Count == 0) return [];
        double[] values;
        long[] ends;
        if (_counts is not null)
        {
            values = [.. _counts.Keys];
            ends = [.. _counts.Values];
            Array.Sort(values, ends);
            for (var i = 1; i < ends.Length; i++) ends[i] += ends[i - 1];
        }
        else
        {
            values = [.. _sample.Order()];
            ends = [.. Enumerable.Range(1, values.Length)];
        }

        var edges = ImmutableArray.CreateBuilder<double>();
        for (var i = 1; i < parts; i++)
        {
            var position = (ends[^1] - 1) * ((double)i / parts);
            var below = (long)Math.Floor(position);
            var low = Order(values, ends, below);
            var high = Order(values, ends, Math.Min(below + 1, ends[^1] - 1));
            var t = position - below;
            // The two forms are numpy's: the same edge to the last bit decides on which side a value that equals it falls.
            var edge = t >= 0.5 ? high - ((high - low) * (1 - t)) : low + ((high - low) * t);
            if (edges.Count == 0 || edge > edges[^1]) edges.Add(edge);
        }

        return edges.ToImmutable();
    }

    // The value at 0-based rank k: the first whose cumulative count exceeds it.
    static double Order(double[] values, long[] ends, long k)
    {
        var at = Array.BinarySearch(ends, k + 1);
        return values[at < 0 ? ~at : at];
    }

    void BeginSampling(Dictionary<double, long> counts)
    {
        // Knuth's algorithm S over the numbers so far, as if listed one by one in order of value.
        var size = (int)Math.Min(sampleSize, Count);
        var left = (ulong)Count;
        foreach (var (value, count) in counts.OrderBy(c => c.Key))
        {
            for (var i = 0L; i < count && _sample.Count < size; i++, left--)
                if (_random.Below(left) < (ulong)(size - _sample.Count))
                    _sample.Add(value);
        }

        // Algorithm R replaces by slot, so the order within the sample does not matter.
        _counts = null;
    }
}
