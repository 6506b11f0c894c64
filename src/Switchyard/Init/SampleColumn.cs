using Switchyard.Data;

namespace Switchyard;

/// <summary>One column of a sample: distinct values with their counts, and what kind of text they are.</summary>
sealed class SampleColumn(string name, int index)
{
    readonly Utf8Interner _values = new();
    readonly List<int> _counts = [];
    readonly List<int> _codes = [];
    Traits? _traits;

    public string Name => name;

    public int Index => index;

    public IReadOnlyList<int> Codes => _codes;

    public int Rows => _codes.Count;

    public string Text(int code) => _values.Text(code);

    public int Count(int code) => _counts[code];

    /// <summary>Code of the missing values (empty or NaN); −1 where no value is missing.</summary>
    public int MissingCode => _values.Find([]);

    public int Missing => MissingCode is >= 0 and var code ? _counts[code] : 0;

    public int Present => Rows - Missing;

    /// <summary>Different values, the missing one not counted.</summary>
    public int Distinct => _counts.Count - (Missing > 0 ? 1 : 0);

    /// <summary>Codes of the values that are not missing.</summary>
    public IEnumerable<int> Values => Enumerable.Range(0, _counts.Count).Where(c => c != MissingCode);

    /// <summary>The most frequent values first, ties in ordinal order.</summary>
    public IEnumerable<int> ByFrequency => Values.OrderByDescending(c => _counts[c]).ThenBy(Text, StringComparer.Ordinal);

    public ReadOnlySpan<byte> Utf8(int code) => _values[code];

    /// <summary>What the values are; computed once the sample is read.</summary>
    public Traits Traits => _traits ??= Traits.Of(this);

    public void Add(ReadOnlySpan<byte> value)
    {
        var code = _values.Add(TextNumber.IsMissing(value) ? default : value);
        if (code == _counts.Count) _counts.Add(0);
        _counts[code]++;
        _codes.Add(code);
    }
}
