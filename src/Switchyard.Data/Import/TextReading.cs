namespace Switchyard.Data;

/// <summary>
/// Reads rows ahead on a thread of its own: parses, filters, finds each row's part and fills blocks. What goes wrong is handed over behind
/// the rows before it, so that the first mistake of a source is the one that is reported.
/// </summary>
sealed class TextReading : IDisposable
{
    /// <summary>Rows after which a block is handed over, however few of them passed the filter: progress and mistakes do not wait for more.</summary>
    const int RowsOfBlock = 1 << 16;

    readonly DataSpec _spec;
    readonly SourceRows _rows;
    readonly CancellationToken _cancellation;
    readonly BackgroundJob _job;
    TextBlock _block = new();
    TextBlock _next = new();
    BoundSpec? _bound;
    Header? _columns;
    bool _pending;
    volatile bool _stopped;

    public TextReading(DataSpec spec, SourceRows rows, CancellationToken cancellation)
    {
        (_spec, _rows, _cancellation) = (spec, rows, cancellation);
        _job = new BackgroundJob("import reader", Fill);
        _job.Start();
    }

    public long RowsRead { get; private set; }

    public long RowsFiltered { get; private set; }

    public long RowsInNoPart { get; private set; }

    /// <summary>The next block; the one before is filled anew meanwhile.</summary>
    public TextBlock Next()
    {
        _job.Finish();
        (_block, _next) = (_next, _block);
        if (_block.Failure is null && !_block.Last) _job.Start();
        return _block;
    }

    public void Dispose()
    {
        _stopped = true;

        // A reader may wait for rows of a database, and what ended the import would wait with it.
        _rows.Stop();
        _job.Drop();
        _job.Dispose();
    }

    void Fill()
    {
        _next.Begin(null, null, "");
        var end = RowsRead + RowsOfBlock;
        try
        {
            while (!_stopped && !_next.Full && RowsRead < end && Read())
            {
            }
        }
#pragma warning disable CA1031 // Thrown to whoever takes the block, once its rows are done.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _next.Failure = e;
        }

        _next.RowsRead = RowsRead;
    }

    /// <summary>Takes a row; false where the block ends before it.</summary>
    bool Read()
    {
        if (!_pending)
        {
            if (!_rows.Read())
            {
                _next.Last = true;
                return false;
            }

            if (!ReferenceEquals(_columns, _rows.Columns)) (_bound, _columns) = (new BoundSpec(_spec, _rows.Columns), _rows.Columns);
            if ((RowsRead++ & 0xFFFF) == 0) _cancellation.ThrowIfCancellationRequested();
        }

        if (_next.Count > 0 && (!ReferenceEquals(_next.Bound, _bound) || _next.File != _rows.File))
        {
            _pending = true;
            return false;
        }

        _pending = false;
        if (_next.Count == 0) _next.Begin(_bound, _columns, _rows.File);
        if (_bound!.Passes(_rows))
        {
            var part = _bound.PartOf(_rows, _rows.Part);
            if (part is null) RowsInNoPart++;

            // A row in no part is still something its user did.
            if (part is not null || _bound.HasHistories) _next.Add(_rows, part);
        }
        else
        {
            RowsFiltered++;
        }

        return true;
    }
}
