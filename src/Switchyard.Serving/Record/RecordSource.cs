using System.IO.Compression;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>Lines of files of records, in order: of a folder, those of the oldest file first.</summary>
sealed class RecordSource : IDisposable
{
    /// <summary>End of the name of a file of records.</summary>
    public const string Extension = ".jsonl";

    readonly Queue<string> _files;
    byte[] _buffer = new byte[1 << 16];
    Stream? _stream;
    int _start;
    int _end;

    /// <param name="paths">Files, also .gz, or folders of them.</param>
    /// <exception cref="InputException">There is no such file, or no file in the folder.</exception>
    public RecordSource(IEnumerable<string> paths) => _files = new Queue<string>(paths.SelectMany(FilesOf));

    /// <summary>Bytes of a line at most: a file without line breaks would take all memory. Default: 2^28.</summary>
    public int Longest { get; init; } = 1 << 28;

    /// <summary>File of the current line.</summary>
    public string File { get; private set; } = "";

    /// <summary>Number of the current line in its file, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Whether the file ends within the current line, as after a kill.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Moves to the next line that is not empty.</summary>
    /// <param name="line">The line without its end; valid until the next call.</param>
    public bool Next(out ReadOnlySpan<byte> line)
    {
        while (NextOfAny(out line))
        {
            if (line.ContainsAnyExcept((byte)' ', (byte)'\r')) return true;
        }

        return false;
    }

    public void Dispose() => _stream?.Dispose();

    bool NextOfAny(out ReadOnlySpan<byte> line)
    {
        line = default;
        while (true)
        {
            if (_stream is null)
            {
                if (!_files.TryDequeue(out var file)) return false;
                Open(file);
            }

            if (NextOfFile(out line)) return true;
            _stream!.Dispose();
            _stream = null;
        }
    }

    void Open(string file)
    {
        try
        {
            Stream stream = new FileStream(file, new FileStreamOptions { Share = FileShare.ReadWrite, BufferSize = 0 });
            _stream = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file}: the records cannot be read: {e.Message}", e);
        }

        (File, Line, IsCut, _start, _end) = (file, 0, false, 0, 0);
    }

    bool NextOfFile(out ReadOnlySpan<byte> line)
    {
        for (var seen = 0; ;)
        {
            var length = _buffer.AsSpan(_start + seen, _end - _start - seen).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = Take(seen + length, 1);
                return true;
            }

            seen = _end - _start;
            if (Fill()) continue;
            IsCut = seen > 0;
            line = Take(seen, 0);
            return IsCut;
        }
    }

    ReadOnlySpan<byte> Take(int length, int end)
    {
        var line = _buffer.AsSpan(_start, length);
        _start += length + end;
        Line++;
        return line;
    }

    bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end >= Longest) throw new InputException($"{File}:{Line + 1} is longer than {Longest} bytes, so this is no file of records; name one that a server started with --record has written.");
        if (_end == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
        try
        {
            var read = _stream!.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            return read > 0;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new InputException($"{File}:{Line + 1}: the records cannot be read: {e.Message}", e);
        }
    }

    static IEnumerable<string> FilesOf(string path)
    {
        if (System.IO.File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new InputException($"{path}: there is no such file of records; a server started with --record writes one.");
        // requests.jsonl is the newest, requests.1.jsonl the one before it.
        var files = Directory.GetFiles(path, $"*{Extension}").OrderByDescending(Age).ThenBy(f => f, StringComparer.Ordinal).ToList();
        return files.Count > 0 ? files : throw new InputException($"{path}: there is no file *{Extension} in this folder; a server started with --record writes one.");
    }

    static int Age(string file) => int.TryParse(Path.GetExtension(Path.GetFileNameWithoutExtension(file)).TrimStart('.'), out var number) ? number : 0;
}
