using Microsoft.Win32.SafeHandles;

namespace Switchyard.Data;

/// <summary>
/// Rows of one part from a column file. Blocks are read into a buffer of bounded size, whose rows are handed out in order or by a
/// permutation; both depend on seed and epoch alone. A part that fits the buffer is read once.
/// </summary>
sealed class ColumnBatchSource : IBatchSource
{
    // Streams of random numbers within an epoch: 0 orders blocks, 1 + n orders the rows of buffer n.
    const ulong BlockStream = 0;

    readonly string _path;
    readonly SafeFileHandle _file;
    readonly PartBlocks _part;
    readonly ShuffleOptions? _shuffle;
    readonly RowBuffer _read;
    readonly RowBuffer _rows;
    readonly int[] _blocks;
    readonly int[] _order;
    readonly bool _fits;
    byte[] _scratch = [];
    ulong _epoch;
    int _nextBlock;
    ulong _buffers;
    int _position;

    public ColumnBatchSource(Schema schema, string path, SafeFileHandle file, PartBlocks part, ShuffleOptions? shuffle)
    {
        if (shuffle is not null) ArgumentOutOfRangeException.ThrowIfLessThan(shuffle.BufferRows, 1, nameof(shuffle));
        Schema = schema;
        (_path, _file, _part, _shuffle) = (path, file, part, shuffle);
        var bufferBlocks = shuffle is null ? 1 : (int)Math.Min((shuffle.BufferRows + (long)Blocks.Rows - 1) / Blocks.Rows, part.Offsets.Length);
        // Read in one buffer, shuffled into the other, handed out from there in order.
        _read = new RowBuffer(RowLayout.Of(schema), Math.Max(bufferBlocks, 1) * Blocks.Rows);
        _rows = shuffle is null ? _read : new RowBuffer(RowLayout.Of(schema), _read.Capacity);
        _fits = bufferBlocks >= part.Offsets.Length;
        _blocks = [.. Enumerable.Range(0, part.Offsets.Length)];
        _order = shuffle is null ? [] : new int[_read.Capacity];
        Rewind(0);
    }

    public Schema Schema { get; }

    public long RowCount => _part.Rows;

    public void Rewind(int epoch)
    {
        _epoch = (ulong)epoch;
        _buffers = 0;
        _nextBlock = 0;
        _position = 0;
        if (_fits)
        {
            // Blocks stay where they are; the permutation of all rows is the whole order.
            if (_read.Count == 0) return;
            _nextBlock = _blocks.Length;
            Permute();
            return;
        }

        _rows.Count = 0;
        for (var i = 0; i < _blocks.Length; i++) _blocks[i] = i;
        if (_shuffle is not null) new RandomStream(_shuffle.Seed, _epoch, BlockStream).Shuffle(_blocks);
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
        if (_nextBlock == _blocks.Length) return false;
        _read.Count = 0;
        try
        {
            while (_nextBlock < _blocks.Length && _read.Count + Blocks.Rows <= _read.Capacity)
                Blocks.Append(_file, _part.Offsets[_blocks[_nextBlock++]], _read, ref _scratch);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new InputException($"The column file {_path} cannot be read: {e.Message.TrimEnd('.')}. Import the data again: delete the file and run once more.", e);
        }

        Permute();
        return true;
    }

    void Permute()
    {
        _position = 0;
        _buffers++;
        if (_shuffle is null) return;
        var order = _order.AsSpan(0, _read.Count);
        for (var i = 0; i < order.Length; i++) order[i] = i;
        new RandomStream(_shuffle.Seed, _epoch, _buffers).Shuffle(order);
        _rows.Gather(_read, order);
    }

    public void Dispose()
    {
        // Buffers are managed and the file belongs to the dataset.
    }
}
