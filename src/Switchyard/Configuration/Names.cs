using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Spelling: keys and enum values as the configuration writes them, and the nearest known name to a misspelt one.</summary>
internal static class Names
{
    /// <summary><c>BatchSize</c> → <c>batch_size</c>.</summary>
    public static string Snake(string pascal) => Separate(pascal, '_');

    /// <summary><c>MultiValue</c> → <c>multi-value</c>.</summary>
    public static string Kebab(string pascal) => Separate(pascal, '-');

    /// <summary>"; did you mean 'x'?" for the nearest of <paramref name="known"/>, or an empty text where none is near.</summary>
    public static string Suggest(string found, IEnumerable<string> known)
    {
        var nearest = known
            .Select(name => (Name: name, Distance: Suggestion.Distance(found, name)))
            .OrderBy(n => n.Distance)
            .FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(2, nearest.Name.Length / 3) && nearest.Distance < nearest.Name.Length
            ? $"; did you mean '{nearest.Name}'?"
            : ".";
    }

    static string Separate(string pascal, char separator)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pascal.Length; i++)
        {
            if (i > 0 && char.IsUpper(pascal[i]) && (!char.IsUpper(pascal[i - 1]) || (i + 1 < pascal.Length && char.IsLower(pascal[i + 1]))))
                text.Append(separator);
            text.Append(char.ToLowerInvariant(pascal[i]));
        }

        return text.ToString();
    }
}
