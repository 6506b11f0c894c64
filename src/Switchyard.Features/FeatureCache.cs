using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Switchyard.Features;

/// <summary>
/// Rows of one entity by key, bounded by entries and bytes. Readers take no lock. What makes room is a clock: a queue from whose front
/// a row goes, unless it was read since it was last there (of these, so many are spared at a time). Unlike a cache with one weight, it never holds more than either limit.
/// </summary>
sealed class FeatureCache
{
    /// <summary>Roughly what an entry takes besides its key and values.</summary>
    const int Overhead = 200;

    /// <summary>How many rows that were read may be spared for one that is added: the sweep holds a lock, and all of them may have been read.</summary>
    const int Spared = 64;

    readonly int _maxEntries;
    readonly long _maxBytes;
    readonly ConcurrentDictionary<byte[], Entry> _entries = new(Utf8Keys.Instance);
    readonly ConcurrentDictionary<byte[], Entry>.AlternateLookup<ReadOnlySpan<byte>> _byText;
    readonly Queue<Entry> _clock = new();
    readonly Lock _lock = new();
    long _bytes;
    int _count;

    public FeatureCache(int maxEntries, long maxBytes)
    {
        _maxEntries = maxEntries;
        _maxBytes = maxBytes;
        _byText = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => Volatile.Read(ref _count);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The row of a key, however old; null where there is none.</summary>
    public FeatureRow? Find(ReadOnlySpan<byte> key)
    {
        if (!_byText.TryGetValue(key, out var entry)) return null;
        if (!entry.WasRead) entry.WasRead = true;
        return entry.Row;
    }

    /// <summary>Keeps a row, in place of an older one.</summary>
    public void Add(ReadOnlySpan<byte> key, FeatureRow row)
    {
        if (_maxEntries == 0) return;
        lock (_lock)
        {
            if (_byText.TryGetValue(key, out var entry))
            {
                _bytes += row.Bytes - entry.Row.Bytes;
                entry.Row = row;
            }
            else
            {
                entry = new Entry(key.ToArray(), row);
                _entries[entry.Key] = entry;
                _clock.Enqueue(entry);
                _bytes += entry.Size;
                _count++;
            }

            for (var spared = 0; _count > _maxEntries || _bytes > _maxBytes;)
            {
                if (Advance(spare: spared < Spared)) spared++;
            }
        }
    }

    /// <returns>Whether the row was spared.</returns>
    bool Advance(bool spare)
    {
        var entry = _clock.Dequeue();
        if (entry.WasRead && spare)
        {
            entry.WasRead = false;
            _clock.Enqueue(entry);
            return true;
        }

        _entries.TryRemove(entry.Key, out _);
        _bytes -= entry.Size;
        _count--;
        return false;
    }

    sealed class Entry(byte[] key, FeatureRow row)
    {
        FeatureRow _row = row;
        bool _wasRead;

        public byte[] Key => key;

        public FeatureRow Row
        {
            get => Volatile.Read(ref _row);
            set => Volatile.Write(ref _row, value);
        }

        public bool WasRead
        {
            get => Volatile.Read(ref _wasRead);
            set => Volatile.Write(ref _wasRead, value);
        }

        public long Size => Overhead + key.Length + Row.Bytes;
    }
}

/// <summary>Compares keys by their bytes, as arrays or as spans.</summary>
sealed class Utf8Keys : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly Utf8Keys Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    // Seeded by the process, so that nobody can choose keys that fall together.
    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = new HashCode();
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
