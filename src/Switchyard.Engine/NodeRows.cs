namespace Switchyard.Engine;

/// <summary>Rows of a batch by node, so that what belongs to a node need not be sought among all rows. Its memory is used again.</summary>
sealed class NodeRows
{
    int[] _starts = [];
    int[] _rows = [];

    /// <summary>Sorts the first rows by node.</summary>
    /// <param name="nodes">Node of every row, −1 where it is unknown.</param>
    /// <param name="rows">Rows to sort.</param>
    /// <param name="count">Nodes there are.</param>
    public void Sort(int[] nodes, int rows, int count)
    {
        // Group 0 is that of unknown nodes. While the rows are placed, the start of group g stands at g + 1.
        if (_starts.Length != count + 3) _starts = new int[count + 3];
        if (_rows.Length < rows) _rows = new int[nodes.Length];
        Array.Clear(_starts);
        foreach (var node in nodes.AsSpan(0, rows)) _starts[node + 3]++;
        for (var group = 1; group < _starts.Length; group++) _starts[group] += _starts[group - 1];
        for (var row = 0; row < rows; row++) _rows[_starts[nodes[row] + 2]++] = row;
    }

    /// <summary>The rows of a node and those of unknown nodes, ascending.</summary>
    public Merged Of(int node) => new(_rows.AsSpan(_starts[node + 1].._starts[node + 2]), _rows.AsSpan(0, _starts[1]));

    /// <summary>Two ascending lists as one.</summary>
    public ref struct Merged(ReadOnlySpan<int> own, ReadOnlySpan<int> unknown)
    {
        readonly ReadOnlySpan<int> _own = own;
        readonly ReadOnlySpan<int> _unknown = unknown;
        int _ownRead;
        int _unknownRead;

        public int Current { get; private set; }

        public readonly Merged GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_ownRead == _own.Length && _unknownRead == _unknown.Length) return false;
            var takeOwn = _unknownRead == _unknown.Length || (_ownRead < _own.Length && _own[_ownRead] < _unknown[_unknownRead]);
            Current = takeOwn ? _own[_ownRead++] : _unknown[_unknownRead++];
            return true;
        }
    }
}
