using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Switchyard.Evaluation;

/// <summary>How metrics are taken.</summary>
public sealed record EvaluationOptions
{
    [Description("A mean AUC counts only cells (scenario, task) with at least this many positives; others are still printed.")]
    [Range(1, int.MaxValue)]
    public int MinPositives { get; init; } = 10;

    [Description("A mean AUC counts only cells (scenario, task) with at least this many negatives; others are still printed.")]
    [Range(1, int.MaxValue)]
    public int MinNegatives { get; init; } = 10;

    [Description("The k of NDCG@k: ranks counted within a group.")]
    [Range(1, int.MaxValue)]
    public int TopK { get; init; } = 10;

    [Description("Whether GAUC, NDCG@k and MRR are computed where rows have groups.")]
    public bool GroupMetrics { get; init; } = true;

    internal void Check()
    {
        if (MinPositives < 1) throw new ArgumentException($"MinPositives is {MinPositives}; it must be at least 1.");
        if (MinNegatives < 1) throw new ArgumentException($"MinNegatives is {MinNegatives}; it must be at least 1.");
        if (TopK < 1) throw new ArgumentException($"TopK is {TopK}; it must be at least 1.");
    }
}
