namespace Switchyard.Data;

/// <summary>Rows of one part on disk, provisional: codes and raw numbers. Gone when disposed.</summary>
sealed class Spool : IDisposable
{
    readonly FileStream _stream;
    readonly RowBuffer _rows;
    byte[] _scratch = [];

    public Spool(string path, RowLayout layout)
    {
        _stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        _rows = new RowBuffer(layout, Blocks.Rows);
    }

    /// <summary>Rows written.</summary>
    public long Count { get; private set; }

    /// <summary>The block being filled; set row Count of it, then call <see cref="Advance"/>.</summary>
    public RowBuffer Current => _rows;

    public void Advance()
    {
        Count++;
        if (++_rows.Count == Blocks.Rows) Flush();
    }

    /// <summary>Writes what is left, so that the spool can be read.</summary>
    public void Flush()
    {
        if (_rows.Count == 0) return;
        Blocks.Write(_stream, _rows, ref _scratch);
        _rows.Count = 0;
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

    public void Dispose() => _stream.Dispose();
}
