using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>
/// Bump allocator over reused arrays. The first steps allocate; from then on a step takes its memory from here and
/// <see cref="Reset"/> gives all of it back at once.
/// </summary>
sealed class Arena<T>
    where T : unmanaged
{
    const int SmallestChunk = 1 << 14;

    // One cache line between blocks, so that two workers never write to the same line.
    static readonly int Alignment = 64 / System.Runtime.CompilerServices.Unsafe.SizeOf<T>();

    readonly List<T[]> _chunks = [];
    int _chunk = -1;
    int _used;
    long _total;

    /// <summary>A stretch with undefined content.</summary>
    public Block<T> Take(int length)
    {
        var size = (Math.Max(length, 1) + Alignment - 1) / Alignment * Alignment;
        if (_chunk < 0 || size > _chunks[_chunk].Length - _used) NextChunk(size);
        var block = new Block<T>(_chunks[_chunk], _used, length);
        _used += size;
        _total += size;
        return block;
    }

    public void Reset()
    {
        // Several chunks mean that the arena was too small: replace them by one with room to spare.
        if (_chunks.Count > 1 && _total + _total / 2 <= Array.MaxLength)
        {
            _chunks.Clear();
            _chunks.Add(New((int)(_total + _total / 2)));
        }

        _chunk = _chunks.Count > 0 ? 0 : -1;
        _used = 0;
        _total = 0;
    }

    static T[] New(int length) => LargeArray.Uninitialized<T>(length);

    void NextChunk(int size)
    {
        _chunk++;
        _used = 0;
        if (_chunk == _chunks.Count) _chunks.Add(New(Math.Max(size, Math.Max(SmallestChunk, (int)Math.Min(_total, 1 << 28)))));
        else if (_chunks[_chunk].Length < size) _chunks[_chunk] = New(size);
    }
}
