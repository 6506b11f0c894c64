using MathNet.Numerics.Distributions;

namespace Switchyard.Evaluation;

/// <summary>A difference between two models' metrics on the same rows, with what is known of its error. Student's t throughout.</summary>
/// <param name="Value">The difference.</param>
/// <param name="StandardError">Its standard error over rows (over groups, where rows have them).</param>
/// <param name="Freedom">Degrees of freedom of the standard error.</param>
public sealed record Difference(double Value, double StandardError, double Freedom)
{
    /// <summary>Half the width of the interval that covers the true value with the given probability.</summary>
    public double HalfWidth(double confidence = 0.95) => StandardError == 0 ? 0 : StandardError * StudentT.InvCDF(0, 1, Freedom, (1 + confidence) / 2);

    /// <summary>Probability of a difference at least this large where there is none: one-sided.</summary>
    public double PValue => StandardError == 0 ? (Value > 0 ? 0 : 1) : StudentT.CDF(0, StandardError, Freedom, -Value);

    /// <summary>Probability of a difference at least this large, of either sign, where there is none.</summary>
    public double TwoSidedPValue => StandardError == 0 ? (Value != 0 ? 0 : 1) : 2 * StudentT.CDF(0, StandardError, Freedom, -Math.Abs(Value));

    /// <summary>This minus another that is independent of it (Welch).</summary>
    public Difference Minus(Difference other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (a, b) = (StandardError * StandardError, other.StandardError * other.StandardError);
        return new(Value - other.Value, Math.Sqrt(a + b), Welch([(a, Freedom), (b, other.Freedom)]));
    }

    /// <summary>Degrees of freedom of a sum of independent variances (Welch and Satterthwaite).</summary>
    internal static double Welch(IReadOnlyList<(double Variance, double Freedom)> terms)
    {
        var sum = terms.Sum(t => t.Variance);
        var squares = terms.Sum(t => t.Variance * t.Variance / t.Freedom);
        return squares > 0 ? sum * sum / squares : terms.Min(t => t.Freedom);
    }
}

/// <summary>How much worse other scores are than the first ones, in one scenario × task.</summary>
/// <param name="Node">Number of the node in the scenario tree, 0 for the total: two nodes may have one name.</param>
/// <param name="Level"><c>level1</c>, …, <c>leaf</c> or <c>total</c>, as in <see cref="Cell"/>.</param>
/// <param name="Scenario">Names of the nodes from the root, joined by /; <c>all</c> for the total.</param>
/// <param name="Task">The task's name.</param>
/// <param name="Rows">Rows with an observed label.</param>
/// <param name="Positives">Rows with label 1.</param>
/// <param name="Counted">Whether there are enough positives and negatives, either in two groups at least, to say anything; otherwise both differences are null.</param>
/// <param name="Auc">Drop of AUC.</param>
/// <param name="LogLoss">Rise of the log loss.</param>
public sealed record CellDifference(
    int Node, string Level, string Scenario, string Task, long Rows, long Positives, bool Counted, Difference? Auc, Difference? LogLoss);

/// <summary>How much worse other scores are than the first ones.</summary>
/// <param name="Cells">Every scenario × task where a scenario has rows, a node before its children, the totals last.</param>
/// <param name="MeanAuc">Drop of the mean AUC over counted leaf cells; null where none counts.</param>
public sealed record ScoreDifferences(IReadOnlyList<CellDifference> Cells, Difference? MeanAuc);
