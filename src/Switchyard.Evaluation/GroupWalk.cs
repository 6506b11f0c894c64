namespace Switchyard.Evaluation;

/// <summary>
/// GAUC, NDCG@k and MRR of every node. Groups are cut into parts of about as many rows, which threads take; sums of parts are added in their
/// order, so that the result does not depend on the threads.
/// </summary>
sealed class GroupWalk(ScenarioTree tree, int topK, Threads threads)
{
    /// <summary>Rows of a part; where the tree has more nodes, as many rows as nodes, or adding them would cost more than counting.</summary>
    const int RowsPerPart = 1 << 16;

    readonly GroupSums[] _nodes = new GroupSums[tree.Nodes];
    readonly Worker?[] _workers = new Worker[threads.Count];

    /// <summary>A node's sums after <see cref="Run"/>; of nothing after <see cref="Clear"/>.</summary>
    public ref readonly GroupSums this[int node] => ref _nodes[node];

    int Size => Math.Max(RowsPerPart, tree.Nodes);

    public void Clear() => Array.Clear(_nodes);

    /// <summary>Into how many parts the groups are cut; a group lies in that in which it begins.</summary>
    public int Parts(GroupOrder groups) => (int)(((long)groups.Rows + Size - 1) / Size);

    public void Run(GroupOrder groups, Series series, int[] leaves)
    {
        Clear();
        threads.InOrder(
            Parts(groups),
            (worker, part) => (_workers[worker] ??= new Worker(tree, topK)).Run(groups, First(part), First(part + 1), series, leaves),
            worker => _workers[worker]!.Counter.AddTo(_nodes));

        int First(int part) => groups.FirstFrom((long)part * Size);
    }

    sealed class Worker(ScenarioTree tree, int topK)
    {
        ulong[] _rows = [];

        public GroupCounter Counter { get; } = new(tree, topK);

        public void Run(GroupOrder groups, int from, int to, Series series, int[] leaves)
        {
            Counter.Clear();
            for (var group = from; group < to; group++)
            {
                var (start, end) = (groups[group].Start.Value, groups[group].End.Value);
                if (_rows.Length < end - start) _rows = new ulong[Math.Max(end - start, 2 * _rows.Length)];
                var count = 0;
                for (var place = start; place < end; place++)
                {
                    var row = groups.Row(place);

                    // The complement of the score's bits: ascending keys are descending scores.
                    if (series.Observed(row)) _rows[count++] = (ulong)~BitConverter.SingleToUInt32Bits(series.Scores[row]) << 32 | (uint)row;
                }

                if (count == 0) continue;
                var rows = _rows.AsSpan(0, count);
                rows.Sort();
                Counter.Add(rows, leaves, series.Scores, series.Labels);
            }
        }
    }
}
