using Switchyard.Data;

namespace Switchyard;

/// <summary>What one field's column holds, value by value.</summary>
sealed class FieldProfile
{
    const int QuantileBins = 64;

    readonly Utf8Interner _values = new();
    readonly NumberBins _bins;
    readonly int _missing;
    readonly HistoryLog? _log;
    int[] _items = [];

    public FieldProfile(FieldSpec field, int tasks)
    {
        Field = field;
        Counts = new ValueCounts(tasks);
        _bins = new NumberBins(Counts);
        // Code 0 is the missing value in both worlds.
        _missing = _values.Add([]);
        if (field.History is { } history) _log = new HistoryLog(field.Name, history, field.MaxLength);
    }

    public FieldSpec Field { get; }

    /// <summary>By value; a multi-value or sequence field counts every item as a row, and an empty list as one missing item.</summary>
    public ValueCounts Counts { get; }

    /// <summary>Whether the field's values have ids: all but numbers.</summary>
    public bool HasVocabulary => Field.Type != FieldType.Numeric;

    /// <summary>Adds a row's value; false where it is no number although the field is numeric.</summary>
    public bool Add(TextRow row, int column, Part part, ReadOnlySpan<float> labels)
    {
        var text = column < 0 ? default : row[column];
        if (Field.Type == FieldType.Numeric)
        {
            var number = double.NaN;
            if (!TextNumber.TryParse(text, out number))
            {
                if (!TextNumber.IsMissing(text)) return false;
                number = double.NaN;
            }

            Counts.Add(_bins.Code(number), part, labels);
        }
        else if (Field.Type == FieldType.Categorical)
        {
            Counts.Add(_values.Add(text), part, labels);
        }
        else
        {
            var items = Items(text);
            foreach (var item in items) Counts.Add(item, part, labels);
            if (items.IsEmpty) Counts.Add(_missing, part, labels);
        }

        return true;
    }

    /// <summary>Finds the columns of a history in a file.</summary>
    public void Bind(Header header) => _log?.Bind(header);

    /// <summary>Turns the history to a row that the filter leaves, before <see cref="Add"/>.</summary>
    /// <exception cref="InputException">The row has no place in the order of time.</exception>
    public void Begin(TextRow row) => _log?.Begin(row);

    /// <summary>Adds the row to the history, whatever part it is in.</summary>
    /// <exception cref="InputException">A condition cannot be read.</exception>
    public void End(TextRow row)
    {
        if (_log is not null && _log.Adds(row)) _log.Add(_values.Add(row[_log.Item]));
    }

    ReadOnlySpan<int> Items(ReadOnlySpan<byte> text)
    {
        var count = 0;
        if (_log is not null)
        {
            count = _log.Count;
            if (_items.Length < count) _items = new int[Field.MaxLength];
            _log.CopyTo(_items);
        }
        else if (Field.Type == FieldType.Sequence)
        {
            foreach (var item in new SequenceItems(text, (byte)Field.Separator, Field.Order))
                if (count < Field.MaxLength)
                    Append(item, ref count);
        }
        else
        {
            foreach (var range in text.Split((byte)Field.Separator))
                if (!text[range].IsEmpty)
                    Append(text[range], ref count);
        }

        return _items.AsSpan(0, count);
    }

    void Append(ReadOnlySpan<byte> item, ref int count)
    {
        if (count == _items.Length) Array.Resize(ref _items, Math.Max(16, 2 * count));
        _items[count++] = _values.Add(item);
    }

    public long Missing(Part part) => Counts.Rows(_missing, part);

    /// <summary>Distinct values of the training rows, the missing one not counted.</summary>
    public int DistinctInTraining => Codes.Count(c => Counts.Rows(c, Part.Train) > 0);

    /// <summary>Values of a part (rows or items), the missing one not counted, and how many of them training has not.</summary>
    public (long Values, long Unseen) UnseenIn(Part part)
    {
        long values = 0, unseen = 0;
        foreach (var code in Codes)
        {
            var rows = Counts.Rows(code, part);
            values += rows;
            if (Counts.Rows(code, Part.Train) == 0) unseen += rows;
        }

        return (values, unseen);
    }

    /// <summary>Up to three values of a part that training has not seen, the most frequent first.</summary>
    public IEnumerable<string> UnseenExamples(Part part) => Codes
        .Where(c => Counts.Rows(c, Part.Train) == 0 && Counts.Rows(c, part) > 0)
        .OrderByDescending(c => Counts.Rows(c, part)).ThenBy(c => c)
        .Take(3).Select(Text);

    /// <summary>A value of the training rows, for messages.</summary>
    public string ExampleInTraining => Codes.Where(c => Counts.Rows(c, Part.Train) > 0).Select(Text).FirstOrDefault("");

    /// <summary>See <see cref="SingleFieldAuc"/>; a number is cut into 64 quantiles of the training rows first.</summary>
    public double? Auc(int task, Part measured) =>
        SingleFieldAuc.Measure(Counts, task, measured, HasVocabulary ? null : _bins.Quantiles(QuantileBins, c => Counts.Rows(c, Part.Train)));

    IEnumerable<int> Codes => Enumerable.Range(1, Math.Max(0, Counts.Values - 1));

    string Text(int code) => HasVocabulary ? $"'{_values.Text(code)}'" : "a number";
}
