using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace Switchyard.Data;

/// <summary>
/// Rows of one CSV or TSV text, one after another, with file and line. Values are UTF-8; quotes are removed.
/// Ragged rows, unterminated quotes, repeated header names and bytes that are not UTF-8 are <see cref="InputException"/>s with their place.
/// Empty lines are passed over.
/// </summary>
public sealed class CsvRows : TextRow, IDisposable
{
    readonly CsvReader _reader;
    readonly long _firstNumber;
    readonly string[] _header;
    readonly bool _named;
    long _rows;

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The text; disposed with the rows.</param>
    /// <param name="file">Name in messages.</param>
    /// <param name="separator">Character between values.</param>
    /// <param name="columns">Column names of a text without a header line; null or empty: the first line is the header.</param>
    /// <param name="firstNumber">Number of the first row, for a source of several files.</param>
    public CsvRows(Stream stream, string file, char separator = ',', IReadOnlyList<string>? columns = null, long firstNumber = 0)
    {
        ArgumentNullException.ThrowIfNull(stream);
        File = file;
        _firstNumber = firstNumber;
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
            _header = _named ? [.. columns!] : Guard(() => _reader.Headers.ToArray());
            if (_header.Length == 0) throw new InputException($"{file}: the file is empty. A header line with column names is expected.");
            if (_header.Any(h => h.Contains('\uFFFD', StringComparison.Ordinal)))
                throw new InputException($"{file}, line 1: the header is not UTF-8 text. Convert the file to UTF-8.");
            Columns = new Header(_header, file);
        }
        catch
        {
            _reader.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file ('-' is standard input; .gz is unpacked).</summary>
    public static CsvRows Open(string path, char? separator = null, IReadOnlyList<string>? columns = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = SourceFiles.Resolve(new SourceSpec { Path = path }, Directory.GetCurrentDirectory())[0];
        return Open(file, separator ?? SourceFiles.SeparatorFor(path), columns ?? [], 0);
    }

    internal static CsvRows Open(SourceFile file, char separator, IReadOnlyList<string> columns, long firstNumber)
    {
        var stream = SourceFiles.Open(file);
        try
        {
            return new CsvRows(stream, file.Name, separator, columns, firstNumber);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    internal Header Columns { get; }

    public override IReadOnlyList<string> Header => _header;

    public override string File { get; }

    public override long Line => _rows > 0 ? _reader.LineNumber : 1;

    public override long Number => _firstNumber + _rows - 1;

    public override ReadOnlySpan<byte> this[int column] => _reader.GetSpan(column);

    /// <summary>Bytes of (unpacked) text read so far.</summary>
    public long BytesRead => _reader.ByteOffset;

    /// <summary>Moves to the next row; false at the end.</summary>
    public bool Read()
    {
        try
        {
            if (!_reader.Read()) return false;
        }
        catch (Exception e) when (e is CsvFormatException or IOException or InvalidDataException or DecoderFallbackException)
        {
            throw Translate(e);
        }

        _rows++;
        if (_reader.FieldCount != _header.Length)
            throw new InputException(
                $"{Place}: {Count(_reader.FieldCount, "value")}, but {(_named ? "the configuration names" : "the header has")} {Count(_header.Length, "column")}. " +
                "Complete the row, quote values that contain the separator, or set 'separator'.");
        if (!Utf8.IsValid(_reader.RawRecord))
            throw new InputException($"{Place}: the row is not UTF-8 text. Convert the file to UTF-8.");
        return true;
    }

    public void Dispose() => _reader.Dispose();

    static string Count(int n, string what) => n == 1 ? $"1 {what}" : $"{n} {what}s";

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
        InvalidDataException => new InputException($"{File}, after row {_rows}: the file is damaged or no gzip file ({e.Message}).", e),
        _ => new InputException($"{File}, after row {_rows}: {e.Message}", e),
    };
}
