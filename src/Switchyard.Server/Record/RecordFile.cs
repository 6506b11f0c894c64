using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>
/// The file that records are appended to. Every write is of whole lines, so that a kill can cut the last line only; that one is removed when
/// the file is opened again. At its largest size it is renamed, and another begun. A file beside it keeps other writers away.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="largest">Bytes at which another is begun.</param>
/// <param name="files">Files that are kept.</param>
sealed class RecordFile(string path, long largest, int files) : IAsyncDisposable
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    FileStream? _lock;
    FileStream? _stream;

    /// <summary>Opens or makes the file.</summary>
    /// <exception cref="InputException">It cannot be written, another server writes it, or it ends in something that is no record.</exception>
    public void Open()
    {
        try
        {
            _lock = OpenLock();
            _stream = OpenAtEnd();
        }
        catch (InputException)
        {
            Unlock();
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unlock();
            throw new InputException($"{path}: requests cannot be recorded there: {e.Message} Name a file (.jsonl) or folder that whoever runs the server may write to.", e);
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
        // The runtime's name for a file that may not become as large (EFBIG: a limit of the process or of the file system) is that of a wrong argument.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException or ArgumentOutOfRangeException)
        {
            await CloseAsync().ConfigureAwait(false);
            throw new IOException($"{path}: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        Unlock();
    }

    async ValueTask CloseAsync()
    {
        if (_stream is { } stream) await stream.DisposeAsync().ConfigureAwait(false);
        _stream = null;
    }

    void Unlock()
    {
        _lock?.Dispose();
        _lock = null;
    }

    // The file itself cannot be locked: it is renamed while others may read it. The lock's file stays, else two could each lock one of the same name.
    FileStream OpenLock()
    {
        try
        {
            return Open($"{path}.lock", FileShare.None);
        }
        catch (IOException e) when (File.Exists($"{path}.lock"))
        {
            throw new InputException($"{path}: another server records there; give each a file of its own ({e.Message})", e);
        }
    }

    FileStream OpenAtEnd()
    {
        var stream = Open(path, FileShare.Read);
        try
        {
            // One that was there before may have been open to others.
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(stream.SafeFileHandle) != OwnerOnly) File.SetUnixFileMode(stream.SafeFileHandle, OwnerOnly);
            var end = EndOfLastLine(stream);
            if (end < stream.Length)
            {
                if (!BeginsRecord(stream, end)) throw new InputException($"{path}: it ends in a line that is no record, and is left as it is; name another file");
                stream.SetLength(end);
            }

            stream.Position = end;
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    static FileStream Open(string file, FileShare share)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        // Without a buffer of its own: what was appended is with the system, whatever becomes of this process.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return new FileStream(file, options);
    }

    // Only what a kill has cut may go: a record, or as much of one as there is.
    static bool BeginsRecord(FileStream stream, long start)
    {
        Span<byte> block = stackalloc byte[RecordLine.Head.Length];
        stream.Position = start;
        var read = block[..stream.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)];
        return RecordLine.Head.StartsWith(read);
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

    string Rotated(int number) => number == 0 ? path : Path.ChangeExtension(path, $".{number}{RecordSource.Extension}");
}
