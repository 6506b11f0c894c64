using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace Switchyard.Data;

/// <summary>
/// Rows of one CSV or TSV text, one after another, with file and line. Values are UTF-8; quotes are removed.
/// Ragged rows, unterminated quotes, repeated header names and bytes that are not UTF-8 are <see cref="InputException"/>s with their place.
/// Empty lines are passed over.
/// </summary>
public sealed class CsvRows : RowReader
{
    readonly CsvReader _reader;
    readonly bool _named;
    readonly int _width;

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The text; disposed with the rows.</param>
    /// <param name="file">Name in messages.</param>
    /// <param name="separator">Character between values.</param>
    /// <param name="columns">Column names of a text without a header line; null or empty: the first line is the header.</param>
    /// <param name="firstNumber">Number of the first row, for a source of several files.</param>
    public CsvRows(Stream stream, string file, char separator = ',', IReadOnlyList<string>? columns = null, long firstNumber = 0)
        : base(file, firstNumber)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _named = columns is { Count: > 0 };
        _reader = Guard(() => CsvReader.Create(stream, new CsvReaderOptions
        {
            Separator = separator,
            HasHeader = !_named,
            // Counted below, where the message can say what to do.
            FieldCountMismatch = CsvFieldCountHandling.Allow,
            MalformedData = CsvMalformedDataHandling.Throw,
            TrackLineNumbers = true,
            DetectSeparatorHint = false,
            Encoding = null,
        }));
        try
        {
            string[] header = _named ? [.. columns!] : Guard(() => _reader.Headers.ToArray());
            if (header.Length == 0) throw new InputException($"{file}: the file is empty. A header line with column names is expected.");
            if (header.Any(h => h.Contains('\uFFFD', StringComparison.Ordinal)))
                throw new InputException($"{file}, line 1: the header is not UTF-8 text. Convert the file to UTF-8.");
            Columns = new Header(header, file);
            _width = header.Length;
        }
        catch
        {
            _reader.Dispose();
            throw;
        }
    }

    internal override Header Columns { get; }

    public override long Line => RowsRead > 0 ? _reader.LineNumber : 1;

    public override ReadOnlySpan<byte> this[int column] => _reader.GetSpan(column);

    public override long BytesRead => _reader.ByteOffset;

    public override bool Read()
    {
        try
        {
            if (!_reader.Read()) return false;
        }
        catch (Exception e) when (e is CsvFormatException or IOException or InvalidDataException or DecoderFallbackException)
        {
            throw Translate(e);
        }

        RowsRead++;
        if (_reader.FieldCount != _width)
            throw new InputException(
                $"{Place}: {CountText.Of(_reader.FieldCount, "value")}, but {(_named ? "the configuration names" : "the header has")} {CountText.Of(_width, "column")}. " +
                "Complete the row, quote values that contain the separator, or set 'separator'.");
        if (!Utf8.IsValid(_reader.RawRecord))
            throw new InputException($"{Place}: the row is not UTF-8 text. Convert the file to UTF-8.");
        return true;
    }

    public override void Dispose() => _reader.Dispose();

    // "Malformed CSV in record 2 (line 2): a quoted field that is never closed (byte offset 13)." → the part between.
    static string Reason(string message)
    {
        var start = message.IndexOf("): ", StringComparison.Ordinal);
        var end = message.LastIndexOf(" (byte offset", StringComparison.Ordinal);
        return start >= 0 && end > start ? message[(start + 3)..end] : message.TrimEnd('.');
    }

    T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is CsvFormatException or IOException or InvalidDataException or ArgumentException)
        {
            throw Translate(e);
        }
    }

    InputException Translate(Exception e) => e switch
    {
        CsvFormatException { LineNumber: > 0 } csv => new InputException(
            $"{File}, line {csv.LineNumber}: {Reason(csv.Message)}. Close the quote; inside a quoted value a quote is written twice (\"\").", csv),
        _ => Unreadable(e),
    };
}
