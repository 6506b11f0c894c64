using System.Globalization;

namespace Switchyard.Data;

/// <summary>Numbers and dates as they stand in files: invariant culture, nothing around them.</summary>
static class TextNumber
{
    const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>A finite number that is the whole text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        // A single digit is by far the most common value in logs.
        if (text.Length == 1)
        {
            value = text[0] - '0';
            return text[0] is >= (byte)'0' and <= (byte)'9';
        }

        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>Empty text and NaN in any case stand for a missing number.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> text) =>
        text.IsEmpty || (text.Length == 3 && (text[0] | 32) == 'n' && (text[1] | 32) == 'a' && (text[2] | 32) == 'n');

    /// <summary>yyyy-MM-dd, alone or followed by 'T' or a space and a time. Such texts sort as they lie in time.</summary>
    public static bool IsDate(ReadOnlySpan<byte> text)
    {
        if (text.Length < 10 || (text.Length > 10 && text[10] is not ((byte)'T' or (byte)' '))) return false;
        for (var i = 0; i < 10; i++)
        {
            var ok = i is 4 or 7 ? text[i] == '-' : text[i] is >= (byte)'0' and <= (byte)'9';
            if (!ok) return false;
        }

        return true;
    }

    /// <summary>Compares two dates of <see cref="IsDate"/>; 'T' and the space between date and time are one.</summary>
    public static int CompareDates(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var date = a[..10].SequenceCompareTo(b[..10]);
        if (date != 0) return date;
        if (a.Length == 10 || b.Length == 10) return a.Length.CompareTo(b.Length);
        return a[11..].SequenceCompareTo(b[11..]);
    }
}
