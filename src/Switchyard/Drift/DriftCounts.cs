namespace Switchyard;

/// <summary>Counts of the rows of one scenario node.</summary>
sealed class DriftCounts
{
    /// <param name="features">Scores and fields.</param>
    public DriftCounts(DriftFeature[] features) => Features = [.. features.Select(f => new double[f.Bins])];

    public long Rows { get; set; }

    /// <summary>By feature, the rows in every bin.</summary>
    public double[][] Features { get; }

    /// <summary>By layer, the rows' choices of every expert, or its mixing weights, over all gates.</summary>
    public SortedDictionary<string, double[]> Layers { get; } = new(StringComparer.Ordinal);

    /// <summary>The experts of a layer.</summary>
    public double[] Layer(string name, int experts)
    {
        if (!Layers.TryGetValue(name, out var counts)) Layers.Add(name, counts = new double[experts]);
        return counts;
    }

    public void Add(DriftCounts other)
    {
        Rows += other.Rows;
        for (var f = 0; f < Features.Length; f++) Add(Features[f], other.Features[f]);
        foreach (var (name, counts) in other.Layers) Add(Layer(name, counts.Length), counts);
    }

    static void Add(double[] into, double[] other)
    {
        for (var i = 0; i < into.Length; i++) into[i] += other[i];
    }
}
