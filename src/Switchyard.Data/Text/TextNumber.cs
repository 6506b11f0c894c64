using System.Globalization;

namespace Switchyard.Data;

/// <summary>Numbers as they stand in files: invariant culture, nothing around them.</summary>
static class TextNumber
{
    const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>So many digits always fit into the 53 bits of a double.</summary>
    const int ExactDigits = 15;

    static readonly double[] PowersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>A finite number that is the whole text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        // A single digit is by far the most common value in logs.
        if (text.Length == 1)
        {
            value = text[0] - '0';
            return text[0] is >= (byte)'0' and <= (byte)'9';
        }

        return TryParseShort(text, out value) || (double.TryParse(text, Style, CultureInfo.InvariantCulture, out value) && double.IsFinite(value));
    }

    /// <summary>Empty text and NaN in any case stand for a missing number.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> text) =>
        text.IsEmpty || (text.Length == 3 && (text[0] | 32) == 'n' && (text[1] | 32) == 'a' && (text[2] | 32) == 'n');

    /// <summary>
    /// Digits with at most one point among them. They are an exact whole number over an exact power of ten, so that the one rounding of
    /// the division gives the nearest double, as the general parser does (Clinger, "How to read floating point numbers accurately", 1990).
    /// </summary>
    static bool TryParseShort(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        if (text.Length is 0 or > ExactDigits + 2) return false;
        var isNegative = text[0] == '-';
        var digits = 0;
        var point = text.Length - 1;
        var number = 0L;
        for (var i = isNegative ? 1 : 0; i < text.Length; i++)
        {
            var digit = text[i] - '0';
            if ((uint)digit <= 9)
            {
                number = (10 * number) + digit;
                digits++;
            }
            else if (text[i] == '.' && point == text.Length - 1)
            {
                point = i;
            }
            else
            {
                return false;
            }
        }

        if (digits is 0 or > ExactDigits) return false;
        value = number / PowersOfTen[text.Length - 1 - point];
        if (isNegative) value = -value;
        return true;
    }
}
