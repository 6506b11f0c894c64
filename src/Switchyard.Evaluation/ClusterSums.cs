namespace Switchyard.Evaluation;

/// <summary>Rows of a node by class, and the sums of their differences.</summary>
struct ClassSums
{
    double _positive;
    double _negative;
    double _loss;

    public long Positives { get; private set; }

    public long Negatives { get; private set; }

    public readonly long Rows => Positives + Negatives;

    /// <summary>Drop of AUC: the mean over positives; over negatives it is the same.</summary>
    public readonly double Auc => _positive / Positives;

    public readonly double MeanLoss => _loss / Rows;

    public void Add(bool positive, double placementDrop, double lossRise)
    {
        if (positive)
        {
            Positives++;
            _positive += placementDrop;
        }
        else
        {
            Negatives++;
            _negative += placementDrop;
        }

        _loss += lossRise;
    }

    public void Add(in ClassSums others)
    {
        Positives += others.Positives;
        Negatives += others.Negatives;
        _positive += others._positive;
        _negative += others._negative;
        _loss += others._loss;
    }

    /// <summary>What a row adds to the drop of AUC beyond its mean, scaled so that squares add up to an unbiased variance.</summary>
    public readonly double Influence(bool positive, double placementDrop) => positive
        ? (placementDrop - (_positive / Positives)) / Unbiased(Positives)
        : (placementDrop - (_negative / Negatives)) / Unbiased(Negatives);

    public readonly double LossInfluence(double lossRise) => (lossRise - MeanLoss) / Unbiased(Rows);

    /// <summary>√(n (n − 1)).</summary>
    static double Unbiased(long n) => Math.Sqrt((double)n * Math.Max(1, n - 1));
}

/// <summary>Sums influences of the rows of a group and adds up their squares, for every node. Rows come group after group.</summary>
sealed class ClusterSums(int nodes)
{
    readonly NodeState[] _nodes = new NodeState[nodes];

    public void Clear() => Array.Clear(_nodes);

    public void Add(int node, int cluster, double influence)
    {
        ref var state = ref _nodes[node];
        if (state.Clusters == 0 || state.Cluster != cluster)
        {
            state.Settle();
            state.Cluster = cluster;
            state.Clusters++;
        }

        state.Held += influence;
    }

    /// <summary>Takes in sums over groups that are in none of its own.</summary>
    public void Add(ClusterSums others)
    {
        for (var node = 0; node < _nodes.Length; node++) _nodes[node].Add(ref others._nodes[node]);
    }

    /// <summary>A node's difference with its error; the node has rows of at least two groups.</summary>
    /// <param name="node">The node.</param>
    /// <param name="value">Its difference.</param>
    /// <param name="freedom">Degrees of freedom of the error; those of the groups where null.</param>
    public Difference Difference(int node, double value, double? freedom = null)
    {
        ref var state = ref _nodes[node];
        state.Settle();
        return new(value, Math.Sqrt(state.Squares * state.Clusters / (state.Clusters - 1)), freedom ?? state.Clusters - 1);
    }

    struct NodeState
    {
        public int Cluster;
        public long Clusters;
        public double Held;
        public double Squares;

        public void Settle()
        {
            Squares += Held * Held;
            Held = 0;
        }

        public void Add(ref NodeState others)
        {
            others.Settle();
            Settle();
            Squares += others.Squares;
            Clusters += others.Clusters;
            Cluster = others.Cluster;
        }
    }
}
