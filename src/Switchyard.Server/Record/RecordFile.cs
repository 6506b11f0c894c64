using Switchyard.Data;

namespace Switchyard.Server;

/// <summary>
/// The file that records are appended to. Every write is of whole lines, so that a kill can cut the last line only; that one is removed when
/// the file is opened again. At its largest size it is renamed, and another begun.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="largest">Bytes at which another is begun.</param>
/// <param name="files">Files that are kept.</param>
sealed class RecordFile(string path, long largest, int files) : IAsyncDisposable
{
    FileStream? _stream;

    /// <summary>Opens or makes the file.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public void Open()
    {
        try
        {
            _stream = OpenAtEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: requests cannot be recorded there: {e.Message}", e);
        }
    }

    /// <summary>Appends lines.</summary>
    /// <exception cref="IOException">They cannot be written; the next call opens the file again.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> lines)
    {
        try
        {
            _stream ??= OpenAtEnd();
            if (_stream.Length > 0 && _stream.Length + lines.Length > largest) await RotateAsync().ConfigureAwait(false);
            await _stream!.WriteAsync(lines).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await DisposeAsync().ConfigureAwait(false);
            throw new IOException($"{path}: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is { } stream) await stream.DisposeAsync().ConfigureAwait(false);
        _stream = null;
    }

    FileStream OpenAtEnd()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Without a buffer of its own: what was appended is with the system, whatever becomes of this process.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var stream = new FileStream(path, options);
        var end = EndOfLastLine(stream);
        if (end < stream.Length) stream.SetLength(end);
        stream.Position = end;
        return stream;
    }

    static long EndOfLastLine(FileStream stream)
    {
        Span<byte> block = stackalloc byte[4096];
        for (var end = stream.Length; end > 0;)
        {
            var start = Math.Max(0, end - block.Length);
            var read = block[..(int)(end - start)];
            stream.Position = start;
            stream.ReadExactly(read);
            if (read.LastIndexOf((byte)'\n') is >= 0 and var last) return start + last + 1;
            end = start;
        }

        return 0;
    }

    async ValueTask RotateAsync()
    {
        await DisposeAsync().ConfigureAwait(false);
        File.Delete(Rotated(files - 1));
        for (var number = files - 2; number >= 0; number--)
        {
            if (File.Exists(Rotated(number))) File.Move(Rotated(number), Rotated(number + 1));
        }

        _stream = OpenAtEnd();
    }

    string Rotated(int number) => number == 0 ? path : Path.ChangeExtension(path, $".{number}{RecordOptions.Extension}");
}
