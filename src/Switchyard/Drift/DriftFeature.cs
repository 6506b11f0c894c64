using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>What a distribution is of.</summary>
public enum DriftKind
{
    /// <summary>A task's score.</summary>
    Score,

    /// <summary>A field's values.</summary>
    Field,

    /// <summary>The experts of a layer.</summary>
    Experts,
}

/// <summary>A score or field and the bins its values fall into; docs/monitoring.md lists them.</summary>
sealed class DriftFeature
{
    /// <summary>Ids of a vocabulary with a bin of their own: those with the most training rows.</summary>
    const int TopIds = 20;

    const int HashBins = 16;

    /// <summary>Bins of a score: by its logit, this wide, from −<see cref="LogitLimit"/> to <see cref="LogitLimit"/>, and one at each end.</summary>
    const double LogitWidth = 0.5;

    const double LogitLimit = 10;

    /// <summary>Bounds of a standardised number, in deviations from the mean.</summary>
    static readonly double[] Deviations = [-3, -2, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3];

    readonly Field? _field;
    readonly FieldEncoder? _encoder;
    readonly int _index;

    DriftFeature(DriftKind kind, string name, int index, Field? field, FieldEncoder? encoder, int bins) =>
        (Kind, Name, _index, _field, _encoder, Bins) = (kind, name, index, field, encoder, bins);

    public DriftKind Kind { get; }

    public string Name { get; }

    public int Bins { get; }

    /// <summary>Whether bin 0 is that of values that training has not seen.</summary>
    public bool HasUnknown => _encoder is VocabularyEncoder;

    /// <summary>Scores first, then the fields that a model reads; positions are fixed when scoring, and say nothing.</summary>
    public static DriftFeature[] Of(Schema schema, IEnumerable<int> fields) =>
    [
        .. schema.Tasks.Select((task, i) => new DriftFeature(DriftKind.Score, task.Name, i, null, null, (int)(2 * LogitLimit / LogitWidth) + 2)),
        .. fields.Where(f => schema.Fields[f].Role != FieldRole.Position).Select(f => OfField(schema, f)),
    ];

    /// <summary>Adds a row: 1 to its bin, in parts to those of a list's values.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="scores">Their scores [tasks × rows].</param>
    /// <param name="row">The row.</param>
    /// <param name="bins">The counts.</param>
    public void Count(Batch batch, ReadOnlySpan<float> scores, int row, Span<double> bins)
    {
        if (_field is null)
        {
            bins[ScoreBin(scores[(_index * batch.Count) + row])]++;
        }
        else if (_field.HasItems)
        {
            var ids = batch.Ids(_index).AsSpan(batch.Offsets(_index)[row]..batch.Offsets(_index)[row + 1]);
            if (ids.IsEmpty) bins[^1]++;
            foreach (var id in ids) bins[IdBin(id)] += 1.0 / ids.Length;
        }
        else
        {
            bins[_field.Kind == FieldKind.Number ? NumberBin(batch.Numbers(_index).AsSpan(2 * row, 2)) : IdBin(batch.Ids(_index)[row])]++;
        }
    }

    /// <summary>What a bin holds, in words.</summary>
    public string Describe(int bin) => (_field, _encoder) switch
    {
        (null, _) => bin == 0 ? $"logit < {Text(-LogitLimit)}" : bin == Bins - 1 ? $"logit ≥ {Text(LogitLimit)}" : $"logit ≥ {Text(-LogitLimit + ((bin - 1) * LogitWidth))}",
        ({ HasItems: true }, _) when bin == Bins - 1 => "(empty)",
        (_, VocabularyEncoder known) => bin == 0 ? "(unknown)" : bin <= Math.Min(TopIds, known.Values.Length) ? known.Values[bin - 1] : "(rest)",
        (_, BucketEncoder buckets) => bin == buckets.Missing ? "(missing)" : bin == 0 ? "lowest" : $"≥ {Text(buckets.Edges[bin - 1])}",
        (_, StandardiseEncoder number) => bin == Bins - 1 ? "(missing)" : bin == 0 ? "lowest" : $"≥ {Text(number.Mean + (Deviations[bin - 1] * number.Deviation))}",
        _ => $"hash {bin}",
    };

    static DriftFeature OfField(Schema schema, int index)
    {
        var field = schema.Fields[index];
        var encoder = field.Encoder is BucketEncoder or StandardiseEncoder ? field.Encoder : schema.Vocabulary(index);
        var bins = encoder switch
        {
            BucketEncoder buckets => buckets.Missing + 1,
            StandardiseEncoder => Deviations.Length + 2,
            VocabularyEncoder known => Math.Min(TopIds, known.Values.Length) + 2,
            _ => HashBins,
        };
        return new DriftFeature(DriftKind.Field, field.Name, index, field, encoder, bins + (field.HasItems ? 1 : 0));
    }

    static int ScoreBin(float score)
    {
        var logit = Math.Log(score / (1.0 - score));
        return logit >= LogitLimit ? (int)(2 * LogitLimit / LogitWidth) + 1 : logit < -LogitLimit ? 0 : 1 + (int)((logit + LogitLimit) / LogitWidth);
    }

    // Value and flag of a missing one.
    int NumberBin(ReadOnlySpan<float> number)
    {
        if (number[1] != 0) return Bins - 1;
        var bin = 0;
        while (bin < Deviations.Length && number[0] >= Deviations[bin]) bin++;
        return bin;
    }

    int IdBin(int id) => _encoder switch
    {
        BucketEncoder => id,
        VocabularyEncoder known => Math.Min(id, Math.Min(TopIds, known.Values.Length) + 1),
        _ => id % HashBins,
    };

    static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
