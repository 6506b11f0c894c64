using System.Globalization;
using System.Text;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>Requests made up from what a model's schema knows, to warm a version that nobody has asked yet.</summary>
public static class WarmUp
{
    /// <summary>Fills a request that was begun: nodes and values that training has seen, others now and then, and missing ones.</summary>
    /// <param name="request">Begun, without values.</param>
    /// <param name="number">Which request of many, from 0; the same number makes the same request.</param>
    /// <param name="items">Its items.</param>
    public static void Fill(RankRequest request, int number, int items)
    {
        ArgumentNullException.ThrowIfNull(request);
        var model = request.Model;
        var schema = model.Schema;
        for (var i = 0; i < items; i++) request.AddItem();
        for (var level = 0; level < schema.Levels.Length; level++)
        {
            var nodes = schema.Levels[level].Nodes;
            if (nodes.Length > 0 && !request.IsSet(RankRequest.Shared, model.Columns.Levels[level]))
                request.Set(RankRequest.Shared, model.Columns.Levels[level], Encoding.UTF8.GetBytes(nodes[(number + level) % nodes.Length]));
        }

        foreach (var index in model.Fields)
        {
            var field = schema.Fields[index];
            var column = model.Columns.Find(Encoding.UTF8.GetBytes(field.Column));
            if (request.IsSet(RankRequest.Shared, column)) continue;
            if (field.Side != FieldSide.Item)
            {
                request.Set(RankRequest.Shared, column, Text(schema, index, number));
                continue;
            }

            for (var item = 0; item < items; item++)
            {
                if (!request.IsOwn(item, column)) request.Set(item, column, Text(schema, index, number + item));
            }
        }
    }

    static byte[] Text(Schema schema, int index, int number)
    {
        // Every seventh value is missing, every eleventh one that training has not seen.
        if (number % 7 == 6) return [];
        var field = schema.Fields[index];
        var text = field.Encoder switch
        {
            BucketEncoder { Edges.Length: > 0 } buckets => Number(buckets.Edges[number % buckets.Edges.Length]),
            StandardiseEncoder standardise => Number(standardise.Mean + (((number % 5) - 2) * standardise.Deviation)),
            ItemsEncoder items => string.Join(items.Separator, Enumerable.Range(number, 3).Select(n => Value(schema.Vocabulary(index), n))),
            BucketEncoder => "0",
            _ => Value(schema.Vocabulary(index), number),
        };
        return Encoding.UTF8.GetBytes(text);
    }

    static string Value(FieldEncoder? encoder, int number) => encoder is VocabularyEncoder { Values.Length: > 0 } vocabulary && number % 11 != 10
        ? vocabulary.Values[number % vocabulary.Values.Length]
        : Number(number);

    static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
