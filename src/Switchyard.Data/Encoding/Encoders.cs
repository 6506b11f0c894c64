using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>
/// Ids of known values: Values[i] has id i + 1, every other value id 0. Values with the most training rows come first, equal counts
/// in ordinal order of the text. A missing value is the empty text, an ordinary value.
/// </summary>
public sealed record VocabularyEncoder(ImmutableArray<string> Values) : FieldEncoder;

/// <summary>Id = <see cref="Fnv1a64"/> of the UTF-8 text mod <paramref name="Buckets"/>. No id is set aside: id 0 is a bucket like any other.</summary>
public sealed record HashEncoder(int Buckets) : FieldEncoder;

/// <summary>The vocabulary (or hash) of another field, whose table the field uses too.</summary>
public sealed record SharedEncoder(string Field) : FieldEncoder;

/// <summary>Text of any number of values, each encoded by <paramref name="Values"/> (a vocabulary, hash or shared encoder). Empty text is an empty list; empty values within are passed over.</summary>
public abstract record ItemsEncoder(char Separator, FieldEncoder Values) : FieldEncoder;

/// <summary>Values without an order, all of them.</summary>
public sealed record ListEncoder(char Separator, FieldEncoder Values) : ItemsEncoder(Separator, Values);

/// <summary>
/// The newest <paramref name="MaxLength"/> of values that stand in the text in <paramref name="Order"/>; their ids stand oldest first.
/// With a <paramref name="History"/> and without a column of the field's name, the values are those of earlier rows.
/// </summary>
public sealed record SequenceEncoder(char Separator, SequenceOrder Order, int MaxLength, HistorySpec? History, FieldEncoder Values) : ItemsEncoder(Separator, Values);

/// <summary>
/// Id = number of edges ≤ value, so 0 … Edges.Length; a missing value has id Edges.Length + 1.
/// Edges are the distinct values of the quantiles i/N, i = 1 … N − 1, of the training rows' values, linearly interpolated between
/// order statistics at position (n − 1)·i/N.
/// </summary>
public sealed record BucketEncoder(ImmutableArray<double> Edges) : FieldEncoder
{
    /// <summary>Id of a missing value.</summary>
    public int Missing => Edges.Length + 1;

    /// <summary>Id of a value.</summary>
    public int Id(double value)
    {
        // Upper bound: first edge greater than the value.
        var low = 0;
        var high = Edges.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Edges[middle] <= value) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}

/// <summary>(value − Mean) / Deviation, as the training rows have them (deviation over n, 1 where all values are equal); limited to ±<see cref="Limit"/>; a missing value is 0 with flag 1.</summary>
public sealed record StandardiseEncoder(double Mean, double Deviation) : FieldEncoder
{
    /// <summary>Deviations from the mean beyond which a value counts as this far away, so that one absurd value cannot make a network's sums infinite.</summary>
    public const double Limit = 1e6;

    /// <summary>The standardised value; NaN where the value is NaN.</summary>
    public float Scale(double value) => (float)Math.Clamp((value - Mean) / Deviation, -Limit, Limit);
}
