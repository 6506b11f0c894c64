using System.Globalization;

namespace Switchyard.Data;

/// <summary>A number with what it counts: 1 row, 2,000 rows.</summary>
static class CountText
{
    /// <param name="count">How many.</param>
    /// <param name="noun">What one of them is called; several get an s.</param>
    public static string Of(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");
}
