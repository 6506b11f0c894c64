using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>A metric with the interval that covers its true value with probability 95 %.</summary>
/// <param name="Value">The metric on the rows.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="StandardError">Its standard error over groups (rows where they have none).</param>
/// <param name="Freedom">Degrees of freedom of that.</param>
sealed record Estimate(double Value, double Low, double High, double StandardError, double Freedom)
{
    public const double Confidence = 0.95;

    /// <summary>Student's t; no end leaves the values that the metric can have, 0 to <paramref name="most"/>.</summary>
    public static Estimate? Of(double value, double error, double freedom, double most)
    {
        if (!double.IsFinite(value) || !double.IsFinite(error) || freedom < 1) return null;
        var half = new Difference(value, error, freedom).HalfWidth(Confidence);
        return new Estimate(value, Math.Max(0, value - half), Math.Min(most, value + half), error, freedom);
    }

    /// <summary>Two-sided p value of the true value being <paramref name="expected"/>.</summary>
    public double PValue(double expected) =>
        StandardError == 0 ? (Value == expected ? 1 : 0) : 2 * StudentT.CDF(0, StandardError, Freedom, -Math.Abs(Value - expected));

    /// <summary>Two-sided p value of another metric, of other rows, having the same true value (Welch).</summary>
    public double PValue(Estimate other) => new Difference(Value, StandardError, Freedom).Minus(new Difference(other.Value, other.StandardError, other.Freedom)).TwoSidedPValue;
}

/// <summary>
/// Errors of one model's metrics in every cell that counts: AUC, GAUC and log loss by the bootstrap over groups that compare uses, calibration by
/// the error of a ratio of group sums. Only what the measured rows say: another training would differ too.
/// </summary>
sealed class CellEstimates
{
    /// <summary>Resamples: the error of a standard error is 4 % then.</summary>
    const int Samples = 300;

    const int Seed = 1;

    readonly Dictionary<(string Level, string Scenario, string Task, ComparedMetric Metric), Estimate> _bootstrap = [];
    readonly Dictionary<(string Level, string Scenario, string Task), Estimate> _calibration = [];

    public CellEstimates(MeasuredRows rows, float[][] scores, EvaluationOptions options, int threads, CancellationToken cancellation)
    {
        var bootstrap = new PairedBootstrap(rows.Layout, options, rows.Leaves, rows.Groups, rows.Labels, Samples, Seed, threads);
        var model = bootstrap.Resample([scores], cancellation);
        for (var v = 0; v < bootstrap.Values.Count; v++)
        {
            var of = bootstrap.Values[v];
            var finite = model.Means[v].Where(double.IsFinite).ToArray();
            if (of.IsMean || of.Groups < 2 || finite.Length < 2) continue;
            if (Estimate.Of(model.Draws[v][0], finite.StandardDeviation(), of.Groups - 1, of.Metric == ComparedMetric.LogLoss ? double.PositiveInfinity : 1) is { } estimate) _bootstrap.TryAdd((of.Level, of.Scenario, of.Task, of.Metric), estimate);
        }

        foreach (var node in NodeRows.Of(rows.Layout, rows.Leaves))
        {
            for (var task = 0; task < scores.Length; task++)
            {
                if (Ratio(node.Rows, scores[task], rows.Labels[task], rows.Groups, options) is { } estimate) _calibration.TryAdd((node.Level, node.Scenario, rows.Layout.Tasks[task]), estimate);
            }
        }
    }

    public Estimate? Auc(Cell cell) => Find(cell, ComparedMetric.Auc);

    public Estimate? Gauc(Cell cell) => Find(cell, ComparedMetric.Gauc);

    public Estimate? LogLoss(Cell cell) => Find(cell, ComparedMetric.LogLoss);

    public Estimate? Calibration(Cell cell) => _calibration.GetValueOrDefault((cell.Level, cell.Scenario, cell.Task));

    Estimate? Find(Cell cell, ComparedMetric metric) => _bootstrap.GetValueOrDefault((cell.Level, cell.Scenario, cell.Task, metric));

    /// <summary>Σ scores / Σ labels with the error of a ratio of sums over groups (linearised; a row without a group is one).</summary>
    static Estimate? Ratio(int[] rows, float[] scores, float[] labels, int[] groups, EvaluationOptions options)
    {
        var (predicted, observed, count) = (0.0, 0.0, 0L);
        foreach (var row in rows)
        {
            if (float.IsNaN(labels[row])) continue;
            (predicted, observed, count) = (predicted + scores[row], observed + labels[row], count + 1);
        }

        if (observed < options.MinPositives || count - observed < options.MinNegatives) return null;
        var ratio = predicted / observed;
        var grouped = new Dictionary<int, double>();
        var (squares, alone) = (0.0, 0L);
        foreach (var row in rows)
        {
            if (float.IsNaN(labels[row])) continue;
            var rest = scores[row] - (ratio * labels[row]);
            if (groups[row] >= 0)
            {
                grouped[groups[row]] = grouped.GetValueOrDefault(groups[row]) + rest;
                continue;
            }

            squares += rest * rest;
            alone++;
        }

        var sets = alone + grouped.Count;
        if (sets < 2) return null;
        squares += grouped.Values.Sum(rest => rest * rest);
        return Estimate.Of(ratio, Math.Sqrt(squares * sets / (sets - 1)) / observed, sets - 1, double.PositiveInfinity);
    }
}
