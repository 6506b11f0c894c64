using System.Buffers;

namespace Switchyard;

/// <summary>
/// A file that grows by whole records, written together at most once a second: a run that is killed loses a second of them. Where it
/// cannot be written, the run goes on without it, as the model is worth more than its log.
/// </summary>
sealed class RecordFile : IDisposable
{
    const int MostPending = 1 << 20;
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly string _path;
    readonly Action<string> _warn;
    readonly TimeProvider _time;
    readonly ArrayBufferWriter<byte> _pending = new();
    FileStream? _file;
    long _flushed;

    /// <param name="path">The file.</param>
    /// <param name="open">Opens it, without a buffer.</param>
    /// <param name="warn">Hears, once, that it cannot be written.</param>
    /// <param name="time">The clock of the pauses.</param>
    public RecordFile(string path, Func<FileStream> open, Action<string> warn, TimeProvider time)
    {
        (_path, _warn, _time) = (path, warn, time);
        Try(() => _file = open());
        _flushed = time.GetTimestamp();
    }

    /// <summary>False where it cannot be written.</summary>
    public bool IsOpen => _file is not null;

    /// <summary>Takes the bytes of a record.</summary>
    public IBufferWriter<byte> Pending => _pending;

    /// <summary>The bytes in <see cref="Pending"/> are whole records.</summary>
    /// <param name="isUrgent">Whether somebody waits for the last one.</param>
    public void EndRecord(bool isUrgent)
    {
        if (isUrgent || _pending.WrittenCount > MostPending || _time.GetElapsedTime(_flushed) >= Pause) Flush();
    }

    public void Dispose()
    {
        Flush();
        _file?.Dispose();
        _file = null;
    }

    /// <summary>Writes what is pending.</summary>
    public void Flush()
    {
        if (_file is not null && _pending.WrittenCount > 0) Try(() => _file.Write(_pending.WrittenSpan));
        _pending.ResetWrittenCount();
        _flushed = _time.GetTimestamp();
    }

    void Try(Action write)
    {
        var whole = 0L;
        try
        {
            whole = _file is { CanSeek: true } file ? file.Length : 0;
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"{_path} cannot be written: {e.Message.TrimEnd('.')}; training goes on, and this log ends here");
            Abandon(whole);
        }
    }

    /// <summary>Leaves the records that are whole, and no file where there are none.</summary>
    void Abandon(long whole)
    {
        try
        {
            using (_file) _file?.SetLength(whole);
            if (_file is not null && whole == 0) File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Readers leave a last half record out.
        }

        _file = null;
    }
}
