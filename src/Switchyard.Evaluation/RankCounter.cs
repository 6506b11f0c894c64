namespace Switchyard.Evaluation;

/// <summary>
/// Exact AUC of every node of the tree from one walk over rows in ascending score (Mann–Whitney statistic, ties 1/2).
/// A node holds back the rows of its latest score until another score arrives, so ties are settled node by node.
/// </summary>
sealed class RankCounter(int nodes)
{
    readonly NodeState[] _nodes = new NodeState[nodes];

    public void Clear() => Array.Clear(_nodes);

    public void Add(ReadOnlySpan<int> path, uint key, bool positive)
    {
        foreach (var index in path)
        {
            ref var node = ref _nodes[index];
            if (node.Key != key)
            {
                node.Settle();
                node.Key = key;
            }

            if (positive) node.HeldPositives++;
            else node.HeldNegatives++;
        }
    }

    /// <summary>AUC of a node; null where it lacks a class.</summary>
    public double? Auc(int index)
    {
        ref var node = ref _nodes[index];
        node.Settle();
        return node.Positives > 0 && node.Negatives > 0 ? node.TwiceWins / (2.0 * node.Positives * node.Negatives) : null;
    }

    struct NodeState
    {
        public uint Key;
        public int HeldPositives;
        public int HeldNegatives;
        public long Positives;
        public long Negatives;

        /// <summary>Twice the pairs won by the positive: integers, so exact up to 2^62 pairs.</summary>
        public long TwiceWins;

        public void Settle()
        {
            TwiceWins += HeldPositives * (2 * Negatives + HeldNegatives);
            Positives += HeldPositives;
            Negatives += HeldNegatives;
            HeldPositives = 0;
            HeldNegatives = 0;
        }
    }
}
