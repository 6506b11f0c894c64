using System.Text.Json;
using System.Text.Unicode;

namespace Switchyard.Data;

/// <summary>
/// Rows of one JSON Lines text: an object per line. The columns are the keys that occur in the first MiB of text, unless they are
/// given; a key that a row does not have is a missing value. Empty lines are passed over.
/// </summary>
public sealed class JsonRows : RowReader
{
    const int SampleBytes = 1 << 20;

    readonly TextLines _lines;
    readonly JsonObjectReader _object = new();
    long _bytesRead;

    /// <summary>Reads a stream; lists are written with | between their items.</summary>
    /// <param name="stream">The text; disposed with the rows.</param>
    /// <param name="file">Name in messages.</param>
    /// <param name="columns">The keys to read; null or empty: those of the first MiB.</param>
    public JsonRows(Stream stream, string file, IReadOnlyList<string>? columns = null)
        : this(stream, file, columns ?? [], 0, ListSeparators.None, [])
    {
    }

    internal JsonRows(Stream stream, string file, IReadOnlyList<string> columns, long firstNumber, ListSeparators lists, IReadOnlyList<string> known)
        : base(file, firstNumber)
    {
        _lines = new TextLines(stream, SampleBytes);
        try
        {
            Columns = columns.Count > 0
                ? new Header(columns, file)
                : new Header([.. Learn().Union(known, StringComparer.Ordinal)], file, "Columns are the keys in the first MiB of the file; name rarer ones under 'columns'.");
            _object.Fix(Columns.Names, lists.For(Columns.Names));
        }
        catch
        {
            _lines.Dispose();
            throw;
        }
    }

    internal override Header Columns { get; }

    public override long Line => _lines.Number;

    public override ReadOnlySpan<byte> this[int column] => Mistake(column) is { } mistake ? throw new InputException(mistake) : _object[column];

    public override long BytesRead => _bytesRead;

    internal override string? Mistake(int column) => _object.Mistake(column) is { } mistake ? $"{Place}: {mistake}." : null;

    public override bool Read()
    {
        if (!NextLine()) return false;
        RowsRead++;
        try
        {
            _object.Read(_lines.Current);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Broken(e);
        }

        return true;
    }

    public override void Dispose() => _lines.Dispose();

    string[] Learn()
    {
        var known = false;
        // The first row, however long; then what is there without reading further.
        for (var more = NextLine(); more; more = _lines.NextInBuffer())
        {
            if (IsBlank(_lines.Current)) continue;
            try
            {
                if (!Utf8.IsValid(_lines.Current)) break;
                _object.Learn(_lines.Current);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // A later row says so when it is its turn.
                if (!known) throw Broken(e);
                break;
            }

            known = true;
        }

        if (!known) throw new InputException($"{File}: the file is empty. A JSON object per line is expected.");
        _lines.Rewind();
        _bytesRead = 0;
        return [.. _object.Columns];
    }

    /// <summary>The next line that is not blank.</summary>
    bool NextLine()
    {
        while (Advance())
        {
            _bytesRead += _lines.Current.Length + 1;
            if (IsBlank(_lines.Current)) continue;
            if (!Utf8.IsValid(_lines.Current)) throw new InputException($"{File}, line {Line}: the row is not UTF-8 text. Convert the file to UTF-8.");
            return true;
        }

        return false;
    }

    bool Advance()
    {
        try
        {
            return _lines.Next();
        }
        catch (LineTooLongException e)
        {
            throw new InputException($"{File}: {e.Message}, but one object per line is expected. If it is one array, write its items on lines of their own: jq -c '.[]'.", e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Unreadable(e);
        }
    }

    static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0;

    // "'x' is an invalid start of a value. LineNumber: 0 | BytePositionInLine: 5." → the part before, with the place in the line.
    InputException Broken(Exception e)
    {
        var reason = e.Message;
        if (reason.IndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var end) reason = reason[..end];
        var at = e is JsonException { BytePositionInLine: { } position } ? $", byte {position + 1}" : "";
        return new InputException($"{File}, line {Line}{at}: {reason.TrimEnd('.')}. Every line must hold one whole JSON object.", e);
    }
}
