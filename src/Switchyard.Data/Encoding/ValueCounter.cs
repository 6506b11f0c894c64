namespace Switchyard.Data;

/// <summary>Distinct values in order of first appearance, each with its number of appearances in training rows.</summary>
sealed class ValueCounter
{
    readonly Utf8Interner _values = new();
    readonly List<long> _counts = [];

    /// <summary>Values in order of first appearance in training rows.</summary>
    public List<int> TrainingOrder { get; } = [];

    public int Count => _values.Count;

    public ReadOnlySpan<byte> this[int code] => _values[code];

    public string Text(int code) => _values.Text(code);

    /// <summary>Code of a value; counted where the row is a training row.</summary>
    public int Add(ReadOnlySpan<byte> value, bool training)
    {
        var code = _values.Add(value);
        if (code == _counts.Count) _counts.Add(0);
        if (training && _counts[code]++ == 0) TrainingOrder.Add(code);
        return code;
    }

    /// <summary>Values with at least <paramref name="minimum"/> training rows: most frequent first, then ordinal.</summary>
    public IEnumerable<string> Frequent(int minimum) =>
        TrainingOrder.Where(code => _counts[code] >= minimum)
            .Select(code => (Count: _counts[code], Text: Text(code)))
            .OrderByDescending(v => v.Count)
            .ThenBy(v => v.Text, StringComparer.Ordinal)
            .Select(v => v.Text);
}

/// <summary>Ids of a vocabulary or hash encoder, looked up by UTF-8 text without allocating.</summary>
sealed class ValueLookup
{
    readonly Utf8Interner? _values;
    readonly ulong _buckets;

    public ValueLookup(FieldEncoder? encoder)
    {
        switch (encoder)
        {
            case VocabularyEncoder vocabulary:
                _values = new Utf8Interner();
                foreach (var value in vocabulary.Values) _values.Add(System.Text.Encoding.UTF8.GetBytes(value));
                break;
            case HashEncoder hash:
                _buckets = (ulong)hash.Buckets;
                break;
            default:
                throw new InvalidOperationException($"{encoder?.GetType().Name ?? "Nothing"} is no vocabulary.");
        }
    }

    public int Id(ReadOnlySpan<byte> value) => _values is null ? (int)(Fnv1a64.Of(value) % _buckets) : _values.Find(value) + 1;
}
