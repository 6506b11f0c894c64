namespace Switchyard.Evaluation;

/// <summary>A monitor's value and its direction.</summary>
/// <param name="Value">Null where undefined, as an AUC without a negative is.</param>
/// <param name="HigherIsBetter">False for losses.</param>
public readonly record struct MonitorValue(double? Value, bool HigherIsBetter);

/// <summary>The parts of a monitor's name: metric, then level and task as far as the metric has them.</summary>
readonly record struct MonitorName(string Metric, string? Level, string? Task)
{
    /// <summary>Metrics taken over all rows of one task.</summary>
    public static readonly string[] TaskMetrics = ["auc", "gauc", "ndcg", "mrr", "logloss"];

    /// <summary>False for losses.</summary>
    public bool HigherIsBetter => Metric != "logloss";

    /// <summary>Takes apart a name that <see cref="EvaluationLayout.MonitorProblem"/> passed. A task's name may hold colons.</summary>
    public static MonitorName Parse(string name)
    {
        var metricEnd = name.IndexOf(':', StringComparison.Ordinal);
        if (metricEnd < 0) return new(name, null, null);
        var metric = name[..metricEnd];
        var rest = name[(metricEnd + 1)..];
        if (metric != "mean_auc") return new(metric, null, rest);
        var levelEnd = rest.IndexOf(':', StringComparison.Ordinal);
        return levelEnd < 0 ? new(metric, rest, null) : new(metric, rest[..levelEnd], rest[(levelEnd + 1)..]);
    }
}
