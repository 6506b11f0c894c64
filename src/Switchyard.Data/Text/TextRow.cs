using System.Text;

namespace Switchyard.Data;

/// <summary>One row of text values with the place it came from. Values are UTF-8 and valid until the next row.</summary>
public abstract class TextRow
{
    /// <summary>Column names, in the order of the values.</summary>
    public abstract IReadOnlyList<string> Header { get; }

    /// <summary>Value of a column; empty = missing.</summary>
    public abstract ReadOnlySpan<byte> this[int column] { get; }

    /// <summary>Why a value cannot be read, with its place; asking for the value throws it. Null where it can be.</summary>
    internal virtual string? Mistake(int column) => null;

    /// <summary>How many leading columns stand in the row's own file; the rest were joined.</summary>
    public virtual int OwnColumns => Header.Count;

    /// <summary>Name of the file in messages.</summary>
    public abstract string File { get; }

    /// <summary>Line of the file on which the row starts, 1-based; 0 where there are no lines, as in a database.</summary>
    public abstract long Line { get; }

    /// <summary>Position of the row in the source (all its files), 0-based.</summary>
    public abstract long Number { get; }

    /// <summary>"file, line 12 (row 11)", or "file, row 11" where there are no lines: the place in messages.</summary>
    public string Place => Line > 0 ? $"{File}, line {Line} (row {Number + 1})" : $"{File}, row {Number + 1}";

    /// <summary>A value as a string.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(this[column]);
}

/// <summary>A row given as values in memory, for callers that have no file.</summary>
public sealed class ValueRow : TextRow
{
    readonly byte[][] _values;
    readonly string[] _header;
    long _number = -1;

    public ValueRow(IEnumerable<string> header, string file = "request")
    {
        _header = [.. header];
        _values = [.. _header.Select(_ => Array.Empty<byte>())];
        File = file;
    }

    public override IReadOnlyList<string> Header => _header;

    public override ReadOnlySpan<byte> this[int column] => _values[column];

    public override string File { get; }

    public override long Line => _number + 1;

    public override long Number => _number;

    /// <summary>Replaces the values; one per column, null = missing.</summary>
    public ValueRow Set(IReadOnlyList<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count != _header.Length)
            throw new InputException($"{File}, row {_number + 2}: {values.Count} of {_header.Length} values given ({string.Join(", ", _header)}).");
        for (var i = 0; i < _values.Length; i++) _values[i] = values[i] is { Length: > 0 } text ? Encoding.UTF8.GetBytes(text) : [];
        _number++;
        return this;
    }
}
