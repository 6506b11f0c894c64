using System.Text;

namespace Switchyard.Features;

/// <summary>
/// Keys of one entity to look up, and what was found: made once and used again for request after request. Not safe for use by
/// several threads at a time. After a lookup that was cancelled or failed, call <see cref="Clear"/> before the next.
/// </summary>
public sealed class FeatureRows
{
    /// <summary>Room that is kept for other requests, in bytes and in keys.</summary>
    const int KeptBytes = 1 << 16, KeptKeys = 1 << 13;

    byte[] _bytes = new byte[256];
    int[] _ends = new int[16];
    FeatureRow?[] _found = new FeatureRow?[16];
    FeatureEntity? _entity;

    /// <summary>Whose keys these are.</summary>
    public FeatureEntity Entity => _entity ?? throw new InvalidOperationException("Clear says whose keys follow.");

    /// <summary>Keys added.</summary>
    public int Count { get; private set; }

    /// <summary>What was found for a key; null before the lookup, and where the store does not know it.</summary>
    public FeatureRow? this[int index] => Held(index) is { IsKnown: true } row ? row : null;

    /// <summary>Forgets all keys and begins with those of an entity.</summary>
    public void Clear(FeatureEntity entity)
    {
        _entity = entity;
        Array.Clear(_found, 0, Count);
        Count = 0;
    }

    /// <summary>Lets go of what was found, and of more room than other requests are likely to take. <see cref="Clear"/> comes next.</summary>
    public void Trim()
    {
        Array.Clear(_found, 0, Count);
        Count = 0;
        if (_bytes.Length > KeptBytes) _bytes = new byte[256];
        if (_ends.Length <= KeptKeys) return;
        _ends = new int[16];
        _found = new FeatureRow?[16];
    }

    /// <summary>Adds a key; one may stand there several times. An empty one stands for none: it is neither looked up nor counted.</summary>
    /// <param name="key">The key's text, UTF-8.</param>
    /// <returns>Its index.</returns>
    public int Add(ReadOnlySpan<byte> key)
    {
        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, 2 * Count);
            Array.Resize(ref _found, 2 * Count);
        }

        var start = Start(Count);
        if (_bytes.Length - start < key.Length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, start + key.Length));
        key.CopyTo(_bytes.AsSpan(start));
        _ends[Count] = start + key.Length;
        return Count++;
    }

    /// <summary>Adds a key.</summary>
    public int Add(string key) => Add(Encoding.UTF8.GetBytes(key));

    /// <summary>A key's text.</summary>
    public ReadOnlySpan<byte> Key(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _bytes.AsSpan(Start(index).._ends[index]);
    }

    /// <summary>Value of a key's column; empty where it, or the key, is missing.</summary>
    public ReadOnlySpan<byte> Value(int index, int column) => Held(index) is { } row ? row[column] : default;

    /// <summary>For a store: sets what it has for a key.</summary>
    public void Set(int index, FeatureRow? row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        _found[index] = row;
    }

    /// <summary>As the indexer, but also the row that says that a key is unknown.</summary>
    internal FeatureRow? Held(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _found[index];
    }

    int Start(int index) => index == 0 ? 0 : _ends[index - 1];
}
