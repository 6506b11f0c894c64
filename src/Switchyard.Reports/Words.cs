using System.Globalization;
using Switchyard.Data;

namespace Switchyard.Reports;

/// <summary>Numbers and lists as sentences have them.</summary>
static class Words
{
    const int MostNamed = 5;

    /// <summary>Four decimals.</summary>
    public static string Metric(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "undefined";

    /// <summary>As many decimals as it takes.</summary>
    public static string Decimals(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Four decimals and the sign.</summary>
    public static string Signed(double value) => ComparisonColumns.Signed(value);

    /// <summary>0.9012 [0.8950, 0.9074].</summary>
    public static string WithInterval(double? value, double? low, double? high) =>
        low is null || high is null ? Metric(value) : $"{Metric(value)} [{Metric(low)}, {Metric(high)}]";

    public static string Percent(double share) => share is > 0 and < 0.01
        ? (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + " %"
        : (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";

    public static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Count(long count, string noun) => CountText.Of(count, noun);

    /// <summary>Of a noun whose plural is not its singular and s.</summary>
    public static string Count(long count, string one, string several) => $"{Number(count)} {(count == 1 ? one : several)}";

    /// <summary>3 of 12 are decided.</summary>
    public static string Decided(int decided, int all) => $"{Number(decided)} of {Number(all)} {(decided == 1 ? "is" : "are")} decided";

    /// <summary>a, b and c; of many the first and how many more.</summary>
    public static string List(IEnumerable<string> items)
    {
        var all = items.ToList();
        return All(all.Count > MostNamed + 1 ? [.. all.Take(MostNamed), $"{all.Count - MostNamed} more"] : all);
    }

    /// <summary>a, b and c, however many.</summary>
    public static string All(IReadOnlyList<string> items) => items.Count switch
    {
        0 => "none",
        1 => items[0],
        _ => $"{string.Join(", ", items.Take(items.Count - 1))} and {items[^1]}",
    };

    /// <summary>1, 3 and 5, or 1 to 6 where they follow each other.</summary>
    public static string Numbers(IReadOnlyList<int> numbers) =>
        numbers.Count > 2 && numbers[^1] - numbers[0] == numbers.Count - 1
            ? string.Create(CultureInfo.InvariantCulture, $"{numbers[0]} to {numbers[^1]}")
            : List(numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Lower-case letters, digits and hyphens.</summary>
    public static string Slug(string text) =>
        string.Join('-', new string([.. text.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
