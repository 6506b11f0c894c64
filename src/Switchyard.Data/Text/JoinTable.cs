namespace Switchyard.Data;

/// <summary>The second source of a join, held in memory: rows by key. Memory grows with that source, not with the first.</summary>
sealed class JoinTable
{
    readonly Utf8Interner _keys = new();
    readonly Utf8Interner _values = new();
    readonly List<int> _cells = [];
    readonly Dictionary<int, string> _mistakes = [];
    readonly string[] _on;
    readonly int _width;

    /// <summary>Reads the whole source; a key that stands there twice is an error.</summary>
    public JoinTable(SourceSpec source, string baseDirectory, ListSeparators lists, CancellationToken cancellation)
    {
        _on = [.. source.JoinOn];
        string[]? columns = null;
        var buffer = new KeyBuffer();
        long number = 0;
        foreach (var file in SourceFiles.Resolve(source, baseDirectory))
        {
            using var rows = RowReader.Open(source, file, number, lists, cancellation: cancellation);
            rows.Columns.RequireAll(_on.Select(c => (c, "a key of the join")));
            int[] keys = [.. _on.Select(rows.Columns.Require)];
            columns ??= [.. rows.Header.Except(_on, StringComparer.Ordinal)];
            rows.Columns.RequireAll(columns.Select(c => (c, "as in the source's first file")));
            int[] values = [.. columns.Select(rows.Columns.Require)];
            while (rows.Read())
            {
                number++;
                if (IsNoKey(keys, rows)) continue;
                var known = _keys.Count;
                if (_keys.Add(buffer.Key(rows, keys)) < known)
                    throw new InputException(
                        $"{rows.Place}: key {string.Join(", ", _on.Select((c, i) => $"{c} = '{rows.Text(keys[i])}'"))} stands there a second time. " +
                        "Every key of a joined source must be unique; remove the repeated rows.");
                foreach (var column in values) Add(rows, column);
            }

            ContentHash = ImportFingerprint.Joined(ContentHash, rows.ContentHash);
        }

        Columns = columns ?? [];
        _width = Columns.Count;
    }

    /// <summary>Columns the join adds: all but the key.</summary>
    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<string> On => _on;

    /// <summary>Hash of the source's content where nothing else tells of it; null for files.</summary>
    public byte[]? ContentHash { get; }

    /// <summary>Row of a key, −1 without a match. An empty key in a single column is a missing one and matches nothing.</summary>
    public int Find(ReadOnlySpan<byte> key) => _keys.Find(key);

    // Left out of the table, so that two rows without a key neither clash nor lend their values to every row that has none.
    static bool IsNoKey(int[] keys, TextRow row) => keys.Length == 1 && row[keys[0]].IsEmpty;

    public ReadOnlySpan<byte> Value(int row, int column) =>
        Mistake(row, column) is { } mistake ? throw new InputException(mistake) : _values[_cells[(row * _width) + column]];

    /// <summary>Why a value cannot be read; null where it can.</summary>
    public string? Mistake(int row, int column) => _mistakes.Count == 0 ? null : _mistakes.GetValueOrDefault((row * _width) + column);

    // Nobody may ever ask for a value that is none.
    void Add(TextRow row, int column)
    {
        var mistake = row.Mistake(column);
        if (mistake is not null) _mistakes.Add(_cells.Count, mistake);
        _cells.Add(_values.Add(mistake is null ? row[column] : default));
    }
}

/// <summary>Values of the key columns joined by U+001F, in a reused buffer.</summary>
sealed class KeyBuffer
{
    byte[] _bytes = new byte[256];

    public ReadOnlySpan<byte> Key(TextRow row, int[] columns)
    {
        if (columns.Length == 1) return row[columns[0]];
        var length = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            var value = row[columns[i]];
            if (length + value.Length + 1 > _bytes.Length) Array.Resize(ref _bytes, 2 * (length + value.Length + 1));
            if (i > 0) _bytes[length++] = Fnv1a64.Joint;
            value.CopyTo(_bytes.AsSpan(length));
            length += value.Length;
        }

        return _bytes.AsSpan(0, length);
    }
}
