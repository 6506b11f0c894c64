namespace Switchyard.Data;

/// <summary>Column names of one file and where each stands.</summary>
sealed class Header
{
    readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    /// <param name="names">The names.</param>
    /// <param name="file">Name of the file or query in messages.</param>
    /// <param name="hint">What to say where a column is missing.</param>
    public Header(IReadOnlyList<string> names, string file, string hint = "")
    {
        Hint = hint;
        Names = names;
        File = file;
        OwnColumns = names.Count;
        FirstFile = names;
        for (var i = 0; i < names.Count; i++)
        {
            // A column without a name (a row index, say) can stand there, but nothing can ask for it.
            if (names[i].Length == 0) continue;
            if (!_index.TryAdd(names[i], i))
                throw new InputException($"{file}: the header names column '{names[i]}' twice (columns {_index[names[i]] + 1} and {i + 1}). Rename one of them.");
        }
    }

    public IReadOnlyList<string> Names { get; }

    public string File { get; }

    /// <summary>What to say where a column is missing; empty for nothing.</summary>
    public string Hint { get; }

    /// <summary>How many leading columns stand in the file itself; the rest were joined.</summary>
    public int OwnColumns { get; init; }

    /// <summary>Columns of the first file of the rows, which may have been in another order.</summary>
    public IReadOnlyList<string> FirstFile { get; init; }

    /// <summary>Index of a column, −1 when it is not there.</summary>
    public int Find(string column) => _index.GetValueOrDefault(column, -1);

    /// <summary>Index of a column that must be there.</summary>
    public int Require(string column)
    {
        var index = Find(column);
        if (index < 0) RequireAll([(column, "")]);
        return index;
    }

    /// <summary>Checks a list of (column, its use) and reports every missing one in a single message.</summary>
    public void RequireAll(IEnumerable<(string Column, string Use)> columns)
    {
        var missing = columns.Where(c => Find(c.Column) < 0).DistinctBy(c => c.Column).ToArray();
        if (missing.Length == 0) return;
        string[] parts = [.. missing.Select(c =>
            $"'{c.Column}'{(c.Use.Length > 0 ? $" ({c.Use})" : "")}{(Suggestion.Nearest(c.Column, Names) is { } near ? $" — did you mean '{near}'?" : "")}")];
        throw new InputException(
            $"{File}: no column {string.Join("; no column ", parts)}{(parts[^1].EndsWith('?') ? "" : ".")} It has: {string.Join(", ", Names.Take(60))}{(Names.Count > 60 ? ", …" : "")}.{(Hint.Length > 0 ? " " : "")}{Hint}");
    }
}
