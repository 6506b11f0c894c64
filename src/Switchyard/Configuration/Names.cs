using System.Text;

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
            .Select(name => (Name: name, Distance: Distance(found.ToLowerInvariant(), name.ToLowerInvariant())))
            .OrderBy(n => n.Distance)
            .FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(2, nearest.Name.Length / 3) && nearest.Distance < nearest.Name.Length
            ? $"; did you mean '{nearest.Name}'?"
            : ".";
    }

    /// <summary>Levenshtein distance: insertions, deletions and replacements that turn one text into the other.</summary>
    public static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
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
