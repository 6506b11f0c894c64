using System.Text.Json;

namespace Switchyard.Data;

/// <summary>
/// Reads one JSON object at a time into values by column. A column is a key, or the path of keys to a value inside objects
/// (<c>user.age</c>). Text is unescaped, a number keeps its digits, true and false are 1 and 0, null is missing, and an array of
/// scalars becomes multi-value text.
/// </summary>
sealed class JsonObjectReader
{
    readonly Utf8Interner _columns = new();
    byte[] _path = new byte[256];
    byte[] _item = new byte[256];
    RowCells _cells = new(0);
    byte[] _separators = [];
    long[] _lastRow = [];
    string?[] _mistakes = [];
    bool _hasMistakes;
    long _row;

    /// <summary>Names of the columns, in order of first appearance.</summary>
    public IEnumerable<string> Columns => Enumerable.Range(0, _columns.Count).Select(_columns.Text);

    public ReadOnlySpan<byte> this[int column] => _cells[column];

    /// <summary>Why a list of the object is no value; null where it is one.</summary>
    public string? Mistake(int column) => _hasMistakes ? _mistakes[column] : null;

    /// <summary>Adds the keys of an object to the columns.</summary>
    /// <exception cref="JsonException">It is no object, or broken.</exception>
    public void Learn(ReadOnlySpan<byte> json) => Walk(json, learn: true);

    /// <summary>Ends the learning: the columns are these.</summary>
    public void Fix(IReadOnlyList<string> columns, byte[] separators)
    {
        foreach (var column in columns) _columns.Add(System.Text.Encoding.UTF8.GetBytes(column));
        _cells = new RowCells(columns.Count);
        _lastRow = new long[columns.Count];
        _mistakes = new string?[columns.Count];
        _separators = separators;
    }

    /// <summary>Reads an object; keys that are no columns are passed over, and a list that is no value is a <see cref="Mistake"/>.</summary>
    /// <exception cref="JsonException">It is no object, or broken.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        _cells.Clear();
        if (_hasMistakes) Array.Clear(_mistakes);
        _hasMistakes = false;
        _row++;
        Walk(json, learn: false);
    }

    void Walk(ReadOnlySpan<byte> json, bool learn)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"it begins with {Described(reader.TokenType)}, but every line must hold one object {{…}}");
        Object(ref reader, 0, learn);
        // Finds what stands behind the object.
        reader.Read();
    }

    // At the brace; prefix is the length of the path so far, with its dot.
    void Object(ref Utf8JsonReader reader, int prefix, bool learn)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var length = prefix + Copy(ref reader, ref _path, prefix);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                if (length == _path.Length) Array.Resize(ref _path, 2 * length);
                _path[length] = (byte)'.';
                Object(ref reader, length + 1, learn);
            }
            else if (learn)
            {
                if (reader.TokenType != JsonTokenType.StartArray || IsListOfScalars(ref reader)) _columns.Add(_path.AsSpan(0, length));
            }
            else if (_columns.Find(_path.AsSpan(0, length)) is >= 0 and var column)
            {
                if (_lastRow[column] == _row) throw new JsonException($"key '{_columns.Text(column)}' stands there twice");
                _lastRow[column] = _row;
                Value(ref reader, column);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    void Value(ref Utf8JsonReader reader, int column)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            List(ref reader, column);
            return;
        }

        var length = reader.ValueSpan.Length;
        _cells.Advance(column, Scalar(ref reader, _cells.Room(length)));
    }

    void List(ref Utf8JsonReader reader, int column)
    {
        var separator = _separators[column];
        var isFirst = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                SetMistake(column, $"'{_columns.Text(column)}' holds a list with {Described(reader.TokenType)} in it; only lists of texts and numbers can be values. Use another column, and leave this one out of 'columns:' where they are named");
                reader.Skip();
                continue;
            }

            if (_item.Length < reader.ValueSpan.Length) _item = new byte[2 * reader.ValueSpan.Length];
            var item = _item.AsSpan(0, Scalar(ref reader, _item));
            if (item.IsEmpty) continue;
            if (item.Contains(separator))
                SetMistake(column, $"an item of the list '{_columns.Text(column)}' contains '{(char)separator}', which would divide it: give the field another 'separator', or leave the column out of 'columns:' where they are named");
            if (!isFirst) _cells.Append(column, [separator]);
            _cells.Append(column, item);
            isFirst = false;
        }
    }

    // Nobody may ever ask for the column: the row goes on, and the first mistake stands for it.
    void SetMistake(int column, string mistake)
    {
        _mistakes[column] ??= mistake;
        _hasMistakes = true;
    }

    static bool IsListOfScalars(ref Utf8JsonReader reader)
    {
        var scalars = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject)) continue;
            scalars = false;
            reader.Skip();
        }

        return scalars;
    }

    // Never longer than it stands in the text, as unescaping only shortens.
    static int Scalar(ref Utf8JsonReader reader, Span<byte> into)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.CopyString(into);
            case JsonTokenType.Number:
                reader.ValueSpan.CopyTo(into);
                return reader.ValueSpan.Length;
            case JsonTokenType.True:
                into[0] = (byte)'1';
                return 1;
            case JsonTokenType.False:
                into[0] = (byte)'0';
                return 1;
            default:
                return 0;
        }
    }

    static int Copy(ref Utf8JsonReader reader, ref byte[] into, int at)
    {
        if (into.Length - at < reader.ValueSpan.Length) Array.Resize(ref into, 2 * (at + reader.ValueSpan.Length));
        return reader.CopyString(into.AsSpan(at));
    }

    static string Described(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        _ => "a single value",
    };
}
