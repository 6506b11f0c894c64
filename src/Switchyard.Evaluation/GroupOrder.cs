namespace Switchyard.Evaluation;

/// <summary>
/// The rows of every group, in row order; groups in ascending number. Where rows come group after group, as lists are logged, nothing is
/// stored but where a group starts.
/// </summary>
sealed class GroupOrder
{
    int[] _starts = [];
    int[] _rows = [];
    bool _inOrder;

    /// <summary>Groups that have rows.</summary>
    public int Count { get; private set; }

    /// <summary>Takes the groups of rows anew; −1 is none.</summary>
    /// <param name="groups">Group of every row.</param>
    /// <param name="keys">As long, to write in.</param>
    /// <param name="scratch">As long, to write in.</param>
    /// <param name="threads">Threads.</param>
    public void Build(ReadOnlySpan<int> groups, ulong[] keys, ulong[] scratch, Threads threads)
    {
        _inOrder = InOrder(groups);
        Count = 0;
        if (_inOrder) Starts(groups);
        else Sort(groups, keys, scratch, threads);
    }

    /// <summary>Where a group's rows are in <see cref="Row"/>.</summary>
    public Range this[int group] => _starts[group].._starts[group + 1];

    /// <summary>Rows that are in a group.</summary>
    public int Rows => Count == 0 ? 0 : _starts[Count] - _starts[0];

    /// <summary>The first group of which as many rows at least come before; <see cref="Count"/> where there is none.</summary>
    public int FirstFrom(long rows)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_starts[middle] - _starts[0] < rows) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    public int Row(int place) => _inOrder ? place : _rows[place];

    static bool InOrder(ReadOnlySpan<int> groups)
    {
        var last = 0;
        foreach (var group in groups)
        {
            if (group < last) return false;
            last = group;
        }

        return true;
    }

    void Starts(ReadOnlySpan<int> groups)
    {
        for (var row = 0; row < groups.Length; row++)
        {
            if (row == 0 || groups[row] != groups[row - 1]) Start(row);
        }

        End(groups.Length);
    }

    void Sort(ReadOnlySpan<int> groups, ulong[] keys, ulong[] scratch, Threads threads)
    {
        if (_rows.Length < groups.Length) _rows = new int[groups.Length];
        var grouped = 0;
        for (var row = 0; row < groups.Length; row++)
        {
            if (groups[row] >= 0) keys[grouped++] = (ulong)groups[row] << 32 | (uint)row;
        }

        RadixSort.ByUpperHalf(keys, grouped, scratch, threads);
        for (var i = 0; i < grouped; i++)
        {
            _rows[i] = (int)(uint)keys[i];
            if (i == 0 || keys[i] >> 32 != keys[i - 1] >> 32) Start(i);
        }

        End(grouped);
    }

    void Start(int place)
    {
        if (Count + 1 >= _starts.Length) Array.Resize(ref _starts, Math.Max(16, 2 * _starts.Length));
        _starts[Count++] = place;
    }

    void End(int places)
    {
        if (_starts.Length == 0) _starts = new int[1];
        _starts[Count] = places;
    }
}
