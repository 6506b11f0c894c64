using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Expands <c>${NAME}</c> and <c>${NAME:-default}</c> in a value; <c>$${</c> stands for a literal <c>${</c>.</summary>
internal static class EnvironmentText
{
    /// <exception cref="InputException">A variable is not set and has no default, or a brace is not closed.</exception>
    public static string Expand(string text, Place place, Func<string, string?> environment)
    {
        if (!text.Contains("${", StringComparison.Ordinal)) return text;
        var result = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            if (At(text, i, "$${"))
            {
                result.Append("${");
                i += 3;
            }
            else if (At(text, i, "${"))
            {
                var end = text.IndexOf('}', i);
                if (end < 0) throw place.Error($"'{text[i..]}' has no closing brace; write ${{NAME}} or ${{NAME:-default}}.");
                result.Append(Value(text[(i + 2)..end], place, environment));
                i = end + 1;
            }
            else
            {
                result.Append(text[i++]);
            }
        }

        return result.ToString();
    }

    /// <summary>The inverse for texts that are written out: they must not be expanded when read again.</summary>
    public static string Escape(string text) => text.Replace("${", "$${", StringComparison.Ordinal);

    static string Value(string reference, Place place, Func<string, string?> environment)
    {
        var split = reference.IndexOf(":-", StringComparison.Ordinal);
        var name = split < 0 ? reference : reference[..split];
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
            throw place.Error($"'${{{reference}}}' is not an environment variable; write ${{NAME}} or ${{NAME:-default}} ($${{ for a literal ${{).");
        var value = environment(name);
        if (!string.IsNullOrEmpty(value)) return value;
        return split >= 0
            ? reference[(split + 2)..]
            : throw place.Error($"environment variable {name} is not set; set it, or give a default: ${{{name}:-default}}.");
    }

    static bool At(string text, int i, string part) => string.CompareOrdinal(text, i, part, 0, part.Length) == 0;
}
