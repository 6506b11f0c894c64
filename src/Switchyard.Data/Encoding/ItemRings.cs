namespace Switchyard.Data;

/// <summary>Place and size of one ring within <see cref="ItemRings"/>; the default is an empty ring.</summary>
struct ItemRing
{
    public int Newest;
    public int Count;
}

/// <summary>
/// Many rings in one arena, each of the newest <paramref name="length"/> codes added to it. A ring is a circle of nodes in order of age
/// whose newest node points to the oldest; a full ring overwrites the oldest and moves on. Costs 8 bytes a code kept.
/// </summary>
sealed class ItemRings(int length)
{
    const int None = -1;

    int[] _codes = new int[1024];
    int[] _next = new int[1024];
    int _used;
    int _free = None;

    public void Add(ref ItemRing ring, int code)
    {
        if (ring.Count == length) ring.Newest = _next[ring.Newest];
        else Insert(ref ring, Node());
        _codes[ring.Newest] = code;
    }

    /// <summary>Adds the codes of one ring to another, oldest first, and empties it.</summary>
    public void Move(ref ItemRing from, ref ItemRing into)
    {
        if (from.Count == 0) return;
        var oldest = _next[from.Newest];
        for (int i = 0, node = oldest; i < from.Count; i++, node = _next[node]) Add(ref into, _codes[node]);
        _next[from.Newest] = _free;
        _free = oldest;
        from = default;
    }

    /// <summary>Copies a ring's codes, oldest first.</summary>
    public void CopyTo(ItemRing ring, Span<int> codes)
    {
        var node = ring.Newest;
        for (var i = 0; i < ring.Count; i++)
        {
            node = _next[node];
            codes[i] = _codes[node];
        }
    }

    void Insert(ref ItemRing ring, int node)
    {
        if (ring.Count++ == 0)
        {
            _next[node] = node;
        }
        else
        {
            _next[node] = _next[ring.Newest];
            _next[ring.Newest] = node;
        }

        ring.Newest = node;
    }

    int Node()
    {
        if (_free != None)
        {
            var node = _free;
            _free = _next[node];
            return node;
        }

        if (_used == _codes.Length)
        {
            Array.Resize(ref _codes, 2 * _used);
            Array.Resize(ref _next, 2 * _used);
        }

        return _used++;
    }
}
