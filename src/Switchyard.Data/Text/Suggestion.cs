namespace Switchyard.Data;

/// <summary>Finds the name that was probably meant.</summary>
public static class Suggestion
{
    /// <summary>Nobody means a name by a text that is longer; to compare it takes time by its length.</summary>
    const int Longest = 64;

    /// <summary>The candidate nearest to <paramref name="name"/> by edit distance (case ignored), or null when none is near. Of a text of more than 64 characters, none is.</summary>
    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);
        if (name.Length > Longest) return null;
        string? best = null;
        var bestDistance = Math.Max(2, name.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            // No less than what must be inserted or deleted in any case.
            if (Math.Abs(name.Length - candidate.Length) >= bestDistance) continue;
            var distance = Distance(name, candidate);
            if (distance >= bestDistance || distance >= Math.Max(name.Length, candidate.Length)) continue;
            best = candidate;
            bestDistance = distance;
        }

        return best;
    }

    /// <summary>" Did you mean 'x'?" or, when nothing is near, the list of candidates (at most 20).</summary>
    public static string For(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var all = candidates as IReadOnlyCollection<string> ?? [.. candidates];
        if (Nearest(name, all) is { } nearest) return $" Did you mean '{nearest}'?";
        return all.Count == 0 ? "" : $" Known: {string.Join(", ", all.Take(20))}{(all.Count > 20 ? ", …" : "")}.";
    }

    /// <summary>Levenshtein distance, case ignored: insertions, deletions and replacements that turn one text into the other.</summary>
    public static int Distance(string a, string b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                current[j] = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (same ? 0 : 1));
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
