namespace Switchyard.Generation;

/// <summary>
/// AUC of known probabilities for every scenario × task, in memory that does not grow with rows: scores are counted in fine bins of
/// their log-odds. Two scores in one bin count as a tie; bins are 1/400 wide, which moves an AUC by chance: by about 0.0001 in a cell of
/// some hundred rows, by 0.00001 in one of some thousand.
/// </summary>
/// <param name="scenarios">Leaf scenarios.</param>
/// <param name="tasks">Tasks.</param>
public sealed class AucCounter(int scenarios, int tasks)
{
    const int Bins = 9_600;
    const double Width = 1.0 / 400;
    const double Lowest = -14;

    readonly double[] _positives = new double[scenarios * tasks * Bins];
    readonly double[] _negatives = new double[scenarios * tasks * Bins];

    /// <summary>Adds a row, or a share of one.</summary>
    /// <param name="scenario">Leaf scenario.</param>
    /// <param name="task">Task.</param>
    /// <param name="score">The probability that ranks the row.</param>
    /// <param name="positive">Weight as a positive: the label, or its probability.</param>
    public void Add(int scenario, int task, double score, double positive)
    {
        var bin = Math.Clamp((int)((Math.Log(score / (1 - score)) - Lowest) / Width), 0, Bins - 1);
        var index = (scenario * tasks + task) * Bins + bin;
        _positives[index] += positive;
        _negatives[index] += 1 - positive;
    }

    /// <summary>Weight of the rows of a cell, and of its positives.</summary>
    /// <param name="scenario">Leaf scenario.</param>
    /// <param name="task">Task.</param>
    public (double Rows, double Positives) Count(int scenario, int task)
    {
        var (positives, negatives) = (0.0, 0.0);
        foreach (var count in Cell(_positives, scenario, task)) positives += count;
        foreach (var count in Cell(_negatives, scenario, task)) negatives += count;
        return (positives + negatives, positives);
    }

    /// <summary>AUC of a cell, ties ½; null where it lacks a class.</summary>
    /// <param name="scenario">Leaf scenario.</param>
    /// <param name="task">Task.</param>
    public double? Auc(int scenario, int task)
    {
        var positives = Cell(_positives, scenario, task);
        var negatives = Cell(_negatives, scenario, task);
        var (below, wins, all) = (0.0, 0.0, 0.0);
        for (var bin = 0; bin < Bins; bin++)
        {
            wins += positives[bin] * (below + negatives[bin] / 2);
            below += negatives[bin];
            all += positives[bin];
        }

        return all > 0 && below > 0 ? wins / (all * below) : null;
    }

    Span<double> Cell(double[] counts, int scenario, int task) => counts.AsSpan((scenario * tasks + task) * Bins, Bins);
}
