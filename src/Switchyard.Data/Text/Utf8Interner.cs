using System.Runtime.InteropServices;
using System.Text;

namespace Switchyard.Data;

/// <summary>
/// Distinct UTF-8 texts numbered 0, 1, … in order of first appearance. Open addressing over one byte arena, so that looking up
/// allocates nothing and a million values cost their bytes and about 24 bytes each.
/// </summary>
sealed class Utf8Interner
{
    const int ChunkBytes = 1 << 16;

    readonly List<byte[]> _chunks = [];
    readonly List<(int Chunk, int Start, int Length)> _texts = [];
    readonly List<uint> _hashes = [];
    int[] _slots = new int[64];
    int _free;

    public int Count => _texts.Count;

    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var (chunk, start, length) = _texts[index];
            return _chunks[chunk].AsSpan(start, length);
        }
    }

    public string Text(int index) => Encoding.UTF8.GetString(this[index]);

    /// <summary>Number of a text, −1 when it was never added.</summary>
    public int Find(ReadOnlySpan<byte> text) => _slots[Slot(text, Hash(text))] - 1;

    /// <summary>Number of a text, added when new.</summary>
    public int Add(ReadOnlySpan<byte> text)
    {
        var hash = Hash(text);
        var slot = Slot(text, hash);
        if (_slots[slot] != 0) return _slots[slot] - 1;

        if (_chunks.Count == 0 || _free + text.Length > ChunkBytes)
        {
            _chunks.Add(new byte[Math.Max(ChunkBytes, text.Length)]);
            _free = 0;
        }

        text.CopyTo(_chunks[^1].AsSpan(_free));
        _texts.Add((_chunks.Count - 1, _free, text.Length));
        _hashes.Add(hash);
        _free += text.Length;
        _slots[slot] = _texts.Count;
        if (_texts.Count * 2 > _slots.Length) Grow();
        return _texts.Count - 1;
    }

    int Slot(ReadOnlySpan<byte> text, uint hash)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            var entry = _slots[slot];
            if (entry == 0 || (_hashes[entry - 1] == hash && this[entry - 1].SequenceEqual(text))) return slot;
        }
    }

    void Grow()
    {
        _slots = new int[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var i = 0; i < _hashes.Count; i++)
        {
            var slot = (int)_hashes[i] & mask;
            while (_slots[slot] != 0) slot = (slot + 1) & mask;
            _slots[slot] = i + 1;
        }
    }

    // Eight bytes at a time, each folded in by a multiplication; only spread matters here, numbers do not depend on it.
    static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = 0x9E3779B97F4A7C15UL ^ (ulong)text.Length;
        var words = MemoryMarshal.Cast<byte, ulong>(text);
        foreach (var word in words) hash = (hash ^ word) * 0xFF51AFD7ED558CCDUL ^ (hash >> 29);
        foreach (var b in text[(words.Length * 8)..]) hash = (hash ^ b) * 0xC4CEB9FE1A85EC53UL;
        hash ^= hash >> 32;
        hash *= 0xD6E8FEB86659FD93UL;
        return (uint)(hash >> 32);
    }
}
