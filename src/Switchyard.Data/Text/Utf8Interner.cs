using System.Runtime.InteropServices;
using System.Text;

namespace Switchyard.Data;

/// <summary>
/// Distinct UTF-8 texts numbered 0, 1, … in order of first appearance. Open addressing over one byte arena, so that looking up
/// allocates nothing and a million values cost their bytes and about 36 bytes each.
/// </summary>
sealed class Utf8Interner
{
    const int ChunkBytes = 1 << 16;

    readonly List<byte[]> _chunks = [];
    readonly List<(int Chunk, int Start, int Length)> _texts = [];
    // The hash stands beside the number, so that a slot tells without a second look that it holds another text. Number 0 is free.
    (uint Hash, int Number)[] _slots = new (uint, int)[64];
    int _free;
    int _last = -1;

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
    public int Find(ReadOnlySpan<byte> text) => _slots[Slot(text, Hash(text))].Number - 1;

    /// <summary>Number of a text, added when new.</summary>
    public int Add(ReadOnlySpan<byte> text)
    {
        // In a log, a row mostly repeats the user, the search and the place of the one before.
        if (_last >= 0 && this[_last].SequenceEqual(text)) return _last;
        var hash = Hash(text);
        var slot = Slot(text, hash);
        if (_slots[slot].Number != 0) return _last = _slots[slot].Number - 1;

        if (_chunks.Count == 0 || _free + text.Length > ChunkBytes)
        {
            _chunks.Add(new byte[Math.Max(ChunkBytes, text.Length)]);
            _free = 0;
        }

        text.CopyTo(_chunks[^1].AsSpan(_free));
        _texts.Add((_chunks.Count - 1, _free, text.Length));
        _free += text.Length;
        _slots[slot] = (hash, _texts.Count);
        if (_texts.Count * 2 > _slots.Length) Grow();
        return _last = _texts.Count - 1;
    }

    int Slot(ReadOnlySpan<byte> text, uint hash)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            var entry = _slots[slot];
            if (entry.Number == 0 || (entry.Hash == hash && this[entry.Number - 1].SequenceEqual(text))) return slot;
        }
    }

    void Grow()
    {
        var old = _slots;
        _slots = new (uint, int)[old.Length * 2];
        var mask = _slots.Length - 1;
        foreach (var entry in old)
        {
            if (entry.Number == 0) continue;
            var slot = (int)entry.Hash & mask;
            while (_slots[slot].Number != 0) slot = (slot + 1) & mask;
            _slots[slot] = entry;
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
