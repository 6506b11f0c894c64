using System.Globalization;

namespace Switchyard.Serving;

/// <summary>Makes JSON pointers (RFC 6901).</summary>
static class JsonPointer
{
    /// <summary>Pointer to a value below another.</summary>
    public static string Below(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>Pointer to an element of an array.</summary>
    public static string Below(string pointer, int index) => string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");
}
