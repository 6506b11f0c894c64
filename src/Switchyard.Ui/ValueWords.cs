using System.Globalization;
using Switchyard.Data;

namespace Switchyard.Ui;

/// <summary>What stood in a field, as far as its encoding still tells.</summary>
static class ValueWords
{
    const int MostItems = 8;

    /// <summary>In words; of a list the first items.</summary>
    public static string Of(Batch batch, int field, int row)
    {
        var schema = batch.Schema;
        var info = schema.Fields[field];
        if (info.Kind == FieldKind.Number)
        {
            var (value, missing) = (batch.Numbers(field)[2 * row], batch.Numbers(field)[(2 * row) + 1]);
            return missing != 0 ? "missing" : Number(info.Encoder is StandardiseEncoder scale ? (value * scale.Deviation) + scale.Mean : value);
        }

        if (!info.HasItems) return Of(info.Encoder as BucketEncoder ?? schema.Vocabulary(field), batch.Ids(field)[row]);
        var (from, to) = (batch.Offsets(field)[row], batch.Offsets(field)[row + 1]);
        if (from == to) return "empty";
        var shown = batch.Ids(field)[from..Math.Min(to, from + MostItems)].Select(id => Of(schema.Vocabulary(field), id));
        return string.Join(", ", shown) + (to - from > MostItems ? string.Create(CultureInfo.InvariantCulture, $" and {to - from - MostItems} more") : "");
    }

    static string Of(FieldEncoder? encoder, int id) => encoder switch
    {
        VocabularyEncoder when id == 0 => "unknown to training",
        VocabularyEncoder known => known.Values[id - 1] is { Length: > 0 } text ? text : "missing",
        BucketEncoder buckets => Bucket(buckets, id),
        _ => string.Create(CultureInfo.InvariantCulture, $"bucket {id}"),
    };

    static string Bucket(BucketEncoder of, int id)
    {
        if (id == of.Missing) return "missing";
        if (of.Edges.IsEmpty) return "any number";
        if (id == 0) return $"below {Number(of.Edges[0])}";
        return id == of.Edges.Length ? $"{Number(of.Edges[^1])} or more" : $"{Number(of.Edges[id - 1])} to below {Number(of.Edges[id])}";
    }

    static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
