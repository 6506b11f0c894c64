namespace Switchyard.Data;

/// <summary>
/// Rows of one part on disk, provisional: codes and raw numbers. A full block is written by another thread while the next one fills.
/// Gone when disposed.
/// </summary>
sealed class Spool : IDisposable
{
    readonly FileStream _stream;
    readonly Action _write;
    RowBuffer _rows;
    RowBuffer _behind;
    Task _writing = Task.CompletedTask;
    byte[] _scratch = [];

    /// <param name="path">The file.</param>
    /// <param name="layout">Its columns.</param>
    /// <param name="seen">Is shown every whole block, in order, before it is written; on another thread, one block at a time.</param>
    public Spool(string path, RowLayout layout, Action<RowBuffer>? seen = null)
    {
        _stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        _rows = new RowBuffer(layout, Blocks.Rows);
        _behind = new RowBuffer(layout, Blocks.Rows);
        _write = () =>
        {
            seen?.Invoke(_behind);
            Blocks.Write(_stream, _behind, ref _scratch);
        };
    }

    /// <summary>Rows written.</summary>
    public long Count { get; private set; }

    /// <summary>The block being filled; set the rows from its Count on, then call <see cref="Advance"/>.</summary>
    public RowBuffer Current => _rows;

    /// <param name="rows">Rows that were set; they fill the block at most.</param>
    public void Advance(int rows)
    {
        Count += rows;
        _rows.Count += rows;
        if (_rows.Count == Blocks.Rows) HandOver();
    }

    /// <summary>Writes what is left, so that the spool can be read.</summary>
    public void Flush()
    {
        if (_rows.Count > 0) HandOver();
        _writing.GetAwaiter().GetResult();
    }

    /// <summary>All blocks in order, each in the same reused buffer.</summary>
    public IEnumerable<RowBuffer> ReadBlocks()
    {
        Flush();
        _stream.Flush();
        var end = _stream.Length;
        for (var offset = 0L; offset < end;)
        {
            _rows.Count = 0;
            offset = Blocks.Append(_stream.SafeFileHandle, offset, _rows, ref _scratch);
            yield return _rows;
        }

        _rows.Count = 0;
    }

    public void Dispose()
    {
        // What went wrong there was said by the next hand-over, or no longer matters.
        Task.WaitAny(_writing);
        _stream.Dispose();
    }

    void HandOver()
    {
        _writing.GetAwaiter().GetResult();
        (_rows, _behind) = (_behind, _rows);
        _rows.Count = 0;
        _writing = Task.Run(_write);
    }
}
