using Switchyard.Data;

namespace Switchyard;

/// <summary>How a column writes time.</summary>
enum TimeFormat
{
    None,

    /// <summary>2018-11-07, alone or with a time.</summary>
    Iso,

    /// <summary>20181107 as a number.</summary>
    CompactDay,

    /// <summary>Seconds since 1970.</summary>
    UnixSeconds,

    /// <summary>Milliseconds since 1970.</summary>
    UnixMilliseconds,
}

/// <summary>What the values of a column are, as far as their text says. Rows with a missing value do not count.</summary>
sealed record Traits
{
    const double Billion = 1e9;

    /// <summary>All values are numbers.</summary>
    public bool IsNumeric { get; private init; }

    /// <summary>All values are whole numbers.</summary>
    public bool IsInteger { get; private init; }

    /// <summary>Share of rows that are numbers; the rest may be a marker such as NULL.</summary>
    public double NumericShare { get; private init; }

    /// <summary>The most frequent value that is no number, where most are; null otherwise.</summary>
    public string? Marker { get; private init; }

    /// <summary>Some number starts with a 0 that means nothing in a number: a code.</summary>
    public bool HasLeadingZeros { get; private init; }

    /// <summary>Values are exactly 0 and 1 (also 0.0, true, …), both of them.</summary>
    public bool IsBinary { get; private init; }

    public double Minimum { get; private init; }

    public double Maximum { get; private init; }

    public TimeFormat Time { get; private init; }

    public static Traits Of(SampleColumn column)
    {
        long numbers = 0, wholes = 0, dates = 0;
        bool zeros = false, zero = false, one = false, other = false;
        double minimum = double.PositiveInfinity, maximum = double.NegativeInfinity;
        string? marker = null;
        foreach (var code in column.ByFrequency)
        {
            var text = column.Utf8(code);
            if (TextDate.Is(text)) dates += column.Count(code);
            if (TextNumber.TryParse(text, out var value))
            {
                numbers += column.Count(code);
                if (value == Math.Floor(value)) wholes += column.Count(code);
                zeros |= text.Length > 1 && text[0] == (byte)'0' && text[1] is >= (byte)'0' and <= (byte)'9';
                minimum = Math.Min(minimum, value);
                maximum = Math.Max(maximum, value);
                zero |= value == 0;
                one |= value == 1;
                other |= value is not (0 or 1);
                continue;
            }

            marker ??= column.Text(code);
            var (isTrue, isFalse) = (System.Text.Ascii.EqualsIgnoreCase(text, "true"u8), System.Text.Ascii.EqualsIgnoreCase(text, "false"u8));
            one |= isTrue;
            zero |= isFalse;
            other |= !isTrue && !isFalse;
        }

        var present = column.Present;
        var numeric = present > 0 && numbers == present;
        return new Traits
        {
            IsNumeric = numeric,
            IsInteger = numeric && wholes == present,
            NumericShare = present == 0 ? 0 : (double)numbers / present,
            Marker = numbers > 0.5 * present && !numeric ? marker : null,
            HasLeadingZeros = zeros,
            IsBinary = zero && one && !other,
            Minimum = minimum,
            Maximum = maximum,
            Time = present > 0 && dates == present ? TimeFormat.Iso : numeric && wholes == present ? NumericTime(column, minimum, maximum) : TimeFormat.None,
        };
    }

    // A number is taken for a time only where its name agrees; prices in cents have ten digits, too.
    static TimeFormat NumericTime(SampleColumn column, double minimum, double maximum)
    {
        if (!ColumnNames.IsTime(column.Name)) return TimeFormat.None;
        if (minimum >= 0.5 * Billion && maximum < 4 * Billion) return TimeFormat.UnixSeconds;
        if (minimum >= 500 * Billion && maximum < 4000 * Billion) return TimeFormat.UnixMilliseconds;
        return minimum >= 1970_01_01 && maximum <= 2099_12_31 && column.Values.All(c => IsCompactDay(column.Utf8(c))) ? TimeFormat.CompactDay : TimeFormat.None;
    }

    static bool IsCompactDay(ReadOnlySpan<byte> text) =>
        text.Length == 8 && DateOnly.TryParseExact(System.Text.Encoding.ASCII.GetString(text), "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out _);
}
