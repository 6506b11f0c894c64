using System.Globalization;

namespace Switchyard.Data;

/// <summary>Numbers as they stand in files: invariant culture, nothing around them.</summary>
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
}
