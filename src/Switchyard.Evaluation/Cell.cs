namespace Switchyard.Evaluation;

/// <summary>The metrics of some rows for one task. A value that does not exist is null, its reason is in <see cref="Reasons"/>.</summary>
public sealed record CellMetrics
{
    internal static readonly IReadOnlyDictionary<string, string> NoReasons = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Rows with an observed label.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows with label 1.</summary>
    public required long Positives { get; init; }

    /// <summary>Rows with label 0.</summary>
    public long Negatives => Rows - Positives;

    /// <summary>Probability that a positive's score is above a negative's; a tie counts 1/2.</summary>
    public double? Auc { get; init; }

    /// <summary>AUC inside each group that has both classes, weighted by the group's rows.</summary>
    public double? Gauc { get; init; }

    /// <summary>
    /// NDCG@k with gain 1 for a positive and discount 1/log2(rank + 1), mean over groups with a positive.
    /// Tied scores: the expected value over random orders of the ties.
    /// </summary>
    public double? Ndcg { get; init; }

    /// <summary>1 / rank of the first positive, mean over groups with a positive; ties as in <see cref="Ndcg"/>.</summary>
    public double? Mrr { get; init; }

    /// <summary>Mean binary cross-entropy in nats, scores clipped to [1e-7, 1 − 1e-7].</summary>
    public double? LogLoss { get; init; }

    /// <summary>Sum of scores / sum of labels: above 1 the model predicts too much.</summary>
    public double? Calibration { get; init; }

    /// <summary>Why a value is null, by its name in the JSON (auc, gauc, ndcg, mrr, logloss, calibration).</summary>
    public IReadOnlyDictionary<string, string> Reasons { get; init; } = NoReasons;
}

/// <summary>One scenario × task.</summary>
/// <param name="Level"><c>level1</c>, <c>level2</c>, … for inner nodes, <c>leaf</c>, or <c>total</c>.</param>
/// <param name="Scenario">Names of the nodes from the root, joined by /; <c>all</c> for the total.</param>
/// <param name="Task">The task's name.</param>
/// <param name="Metrics">Over all rows with an observed label; a conditional task's score is the product along its chain.</param>
/// <param name="GivenParent">
/// For a conditional task whose conditional scores were given: the same of p(task | parent) on rows whose parent label is 1.
/// Null otherwise.
/// </param>
public sealed record Cell(string Level, string Scenario, string Task, CellMetrics Metrics, CellMetrics? GivenParent);
