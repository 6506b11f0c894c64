using Microsoft.Win32.SafeHandles;

namespace Switchyard.Data;

/// <summary>
/// Rows of one part from a column file. Blocks are read into a buffer of bounded size, whose rows are handed out in order or by a
/// permutation; both depend on seed and epoch alone. While one buffer is handed out, the next is read by a thread of its own. A part that
/// fits the buffer is read once.
/// </summary>
sealed class ColumnBatchSource : IBatchSource
{
    // Streams of random numbers within an epoch: 0 orders blocks, 1 + n orders the rows of buffer n.
    const ulong BlockStream = 0;

    readonly string _path;
    readonly SafeFileHandle _file;
    readonly PartBlocks _part;
    readonly ShuffleOptions? _shuffle;
    readonly BlockLimits _limits;
    readonly int[] _blocks;
    readonly int[] _order;
    readonly bool _fits;
    readonly BackgroundJob _readAhead;

    // Read into one buffer, handed out from the other.
    RowBuffer _read;
    RowBuffer _rows;
    byte[] _scratch = [];
    ulong _epoch;
    int _nextBlock;
    ulong _buffers;
    int _position;
    bool _loaded;

    public ColumnBatchSource(Schema schema, string path, SafeFileHandle file, PartBlocks part, ShuffleOptions? shuffle)
    {
        if (shuffle is not null) ArgumentOutOfRangeException.ThrowIfLessThan(shuffle.BufferRows, 1, nameof(shuffle));
        Schema = schema;
        (_path, _file, _part, _shuffle) = (path, file, part, shuffle);
        _limits = new BlockLimits(schema, part);
        var bufferBlocks = shuffle is null ? 1 : (int)Math.Min((shuffle.BufferRows + (long)Blocks.Rows - 1) / Blocks.Rows, part.Offsets.Length);
        _fits = bufferBlocks >= part.Offsets.Length;
        _read = new RowBuffer(RowLayout.Of(schema), Math.Max(bufferBlocks, 1) * Blocks.Rows);
        _rows = _fits && shuffle is null ? _read : new RowBuffer(RowLayout.Of(schema), _read.Capacity);
        _blocks = [.. Enumerable.Range(0, part.Offsets.Length)];
        _order = shuffle is null ? [] : new int[_read.Capacity];
        _readAhead = new BackgroundJob("read ahead", Read);
        Rewind(0);
    }

    public Schema Schema { get; }

    public long RowCount => _part.Rows;

    public void Rewind(int epoch)
    {
        _readAhead.Drop();
        _epoch = (ulong)epoch;
        _buffers = 0;
        if (_loaded)
        {
            // Blocks stay where they are; the permutation of all rows is the whole order.
            HandOut();
            return;
        }

        _nextBlock = 0;
        _position = 0;
        _rows.Count = 0;
        for (var i = 0; i < _blocks.Length; i++) _blocks[i] = i;
        if (_shuffle is not null && !_fits) new RandomStream(_shuffle.Seed, _epoch, BlockStream).Shuffle(_blocks);
    }

    public bool Next(Batch batch, int size)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, batch.Capacity);
        var filled = 0;
        while (filled < size)
        {
            if (_position == _rows.Count && !Fill()) break;
            var take = Math.Min(size - filled, _rows.Count - _position);
            RowCopy.Range(_rows, _position, batch, filled, take);
            _position += take;
            filled += take;
        }

        batch.Count = filled;
        return filled > 0;
    }

    bool Fill()
    {
        if (_readAhead.Started) _readAhead.Finish();
        else if (_nextBlock < _blocks.Length) Read();
        else return false;
        _loaded = _fits;
        HandOut();
        if (_nextBlock < _blocks.Length) _readAhead.Start();
        return true;
    }

    /// <summary>Fills the buffer with the next blocks. Where it throws, the next call begins with the same block.</summary>
    void Read()
    {
        var next = _nextBlock;
        _read.Count = 0;
        try
        {
            for (; next < _blocks.Length && _read.Count + Blocks.Rows <= _read.Capacity; next++)
            {
                var from = _read.Count;
                Blocks.Append(_file, _part.Offsets[_blocks[next]], _read, ref _scratch);
                _limits.Check(_read, from, _blocks[next]);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw ColumnFile.Unreadable(_path, e);
        }

        _nextBlock = next;
    }

    /// <summary>Makes the rows that were read the ones that are handed out.</summary>
    void HandOut()
    {
        _position = 0;
        _buffers++;
        if (_shuffle is null)
        {
            (_read, _rows) = (_rows, _read);
            return;
        }

        var order = _order.AsSpan(0, _read.Count);
        for (var i = 0; i < order.Length; i++) order[i] = i;
        new RandomStream(_shuffle.Seed, _epoch, _buffers).Shuffle(order);
        _rows.Gather(_read, order);
    }

    /// <summary>Ends reading ahead. Buffers are managed, and the file belongs to the dataset.</summary>
    public void Dispose() => _readAhead.Dispose();
}
