namespace Switchyard.Evaluation;

/// <summary>Correction for several tests at once (Holm 1979): the chance of even one false finding stays below the level.</summary>
public static class Holm
{
    /// <summary>Adjusted p values, in the order given: the k-th smallest of m times m − k + 1, at most 1, and never below a smaller one.</summary>
    public static double[] Adjust(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var adjusted = new double[values.Count];
        var largest = 0.0;
        foreach (var (rank, index) in Enumerable.Range(0, values.Count).OrderBy(i => values[i]).Index())
        {
            largest = Math.Max(largest, Math.Min(1, (values.Count - rank) * values[index]));
            adjusted[index] = largest;
        }

        return adjusted;
    }
}
