namespace Switchyard;

/// <summary>Recognises columns that hold several values a row.</summary>
static class MultiValues
{
    const double Most = 0.5;

    /// <summary>Distinct values looked at.</summary>
    const int Looked = 1000;

    /// <summary>The character between the values; null where the column has one value a row.</summary>
    public static char? Separator(SampleColumn column)
    {
        if (column.Traits.IsNumeric || column.Present == 0) return null;
        var texts = column.ByFrequency.Take(Looked).Select(c => (Text: column.Text(c), Count: column.Count(c))).ToList();
        foreach (var separator in "|;,^ ")
            if (Splits(texts, separator))
                return separator;
        return null;
    }

    static bool Splits(List<(string Text, int Count)> texts, char separator)
    {
        long rows = 0, several = 0;
        var items = new HashSet<string>(StringComparer.Ordinal);
        var lengths = new HashSet<int>();
        foreach (var (text, count) in texts)
        {
            var parts = text.Split(separator);
            rows += count;
            if (parts.Length > 1) several += count;
            lengths.Add(parts.Length);
            // "Marseille, France" and "2) $100 - $200" are one value: items have neither spaces at their ends nor, between spaces, anything but codes.
            if (parts.Any(p => p.Length == 0 || p != p.Trim() || (separator == ' ' && !p.Any(char.IsAsciiDigit)) || (separator == ' ' && !p.All(char.IsLetterOrDigit)))) return false;
            items.UnionWith(parts);
        }

        // The values of one row and the next are the same ones in other company, and not always equally many.
        return several > Most * rows && lengths.Count > 1 && items.Count < texts.Count * lengths.Max();
    }
}
