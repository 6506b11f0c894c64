using MathNet.Numerics.Statistics;

namespace Switchyard.Evaluation;

/// <summary>A metric that models are compared by.</summary>
public enum ComparedMetric
{
    /// <summary>Area under the ROC curve.</summary>
    Auc,

    /// <summary>AUC inside groups, see <see cref="CellMetrics.Gauc"/>; only where rows have groups and groups are drawn.</summary>
    Gauc,

    /// <summary>Mean binary cross-entropy.</summary>
    LogLoss,
}

/// <summary>A number that is compared: a metric of a cell, or a mean AUC of a level.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Node">Number of the node in the scenario tree, 0 for the total; −1 for a mean over cells.</param>
/// <param name="Level"><c>level1</c>, …, <c>leaf</c> or <c>total</c>, as in <see cref="Cell"/>.</param>
/// <param name="Scenario">Names of the nodes from the root; <c>all</c> for the total; empty for a mean.</param>
/// <param name="Task">The task's name; empty for a mean.</param>
/// <param name="Rows">Observed rows.</param>
/// <param name="Positives">Rows with label 1.</param>
/// <param name="Groups">Groups of the class that is in fewer of them; below 2 nothing is known of the error.</param>
public sealed record ComparedValue(ComparedMetric Metric, int Node, string Level, string Scenario, string Task, long Rows, long Positives, long Groups)
{
    /// <summary>Whether this is a mean over the counted cells of its level.</summary>
    public bool IsMean => Node < 0;

    /// <summary>Whether this is the AUC of one cell.</summary>
    public bool IsCellAuc => Metric == ComparedMetric.Auc && !IsMean;
}

/// <summary>A model's values.</summary>
/// <param name="Draws">[value][seed]: on the rows themselves.</param>
/// <param name="Means">[value][sample]: the mean over seeds on every resample.</param>
public sealed record ResampledModel(double[][] Draws, double[][] Means);

/// <summary>
/// The paired bootstrap over groups (Efron and Tibshirani 1993): whole groups are drawn with replacement, the same ones for every model,
/// so that what two models have in common cancels. The result does not depend on the number of threads.
/// </summary>
public sealed class PairedBootstrap
{
    readonly ComparedRows _rows;
    readonly GroupResamples _resamples;
    readonly int _samples;
    readonly ParallelOptions _parallel;

    /// <param name="layout">Scenario tree and tasks.</param>
    /// <param name="options">Positives and negatives from which a cell counts.</param>
    /// <param name="leaves">Leaf scenario of every row, −1 where unknown.</param>
    /// <param name="groups">Group of every row, −1 for none: such a row is a group by itself. Empty to draw rows.</param>
    /// <param name="labels">For every task 0, 1 or NaN (not observed).</param>
    /// <param name="samples">Resamples.</param>
    /// <param name="seed">Their seed.</param>
    /// <param name="threads">Threads at most; 0 = all cores.</param>
    public PairedBootstrap(EvaluationLayout layout, EvaluationOptions options, int[] leaves, int[] groups, float[][] labels, int samples, int seed, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(leaves);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 2);
        _rows = new ComparedRows(layout, options, leaves, groups, labels, new Threads(threads));
        _resamples = new GroupResamples(_rows.Clusters, samples, seed);
        _samples = samples;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
    }

    /// <summary>What is compared: per metric and task the counted nodes, a node before its children, the total last; then the mean AUC of every level.</summary>
    public IReadOnlyList<ComparedValue> Values => _rows.Values;

    /// <summary>Groups that are drawn from.</summary>
    public int Groups => _rows.Clusters;

    /// <summary>A model's values on the rows and on every resample.</summary>
    /// <param name="draws">One entry a seed: scores in [0, 1] by task and row.</param>
    /// <param name="cancellation">Ends it between two blocks of resamples.</param>
    public ResampledModel Resample(IReadOnlyList<float[][]> draws, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(draws);
        var values = Values.Select(_ => new double[draws.Count]).ToArray();
        var means = Values.Select(_ => new double[_samples]).ToArray();
        for (var draw = 0; draw < draws.Count; draw++)
        {
            var columns = _rows.Of(draws[draw]);
            var lanes = new double[columns.Length][];
            for (var c = 0; c < columns.Length; c++) columns[c].Run(_resamples.Rows, lanes[c] = new double[GroupResamples.Lanes]);
            _rows.AddMeans(lanes, (value, from) => values[value][draw] = from[0]);
            _parallel.CancellationToken = cancellation;
            Parallel.For(0, _resamples.Blocks, _parallel, block => Run(block, columns, means, draws.Count));
        }

        return new ResampledModel(values, means);
    }

    /// <summary>
    /// Model minus reference, of the means over seeds. Variance = bootstrap variance of that difference + s²/S of either model's seeds,
    /// for the rows and the seeds vary independently; degrees of freedom by Welch and Satterthwaite. With one seed its term is missing.
    /// </summary>
    /// <returns>null where a value does not exist, or nothing is known of its error.</returns>
    public Difference? Difference(int value, ResampledModel model, ResampledModel reference)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(reference);
        var (ours, theirs) = (model.Draws[value], reference.Draws[value]);
        var mean = ours.Mean() - theirs.Mean();
        var groups = Values[value].Groups;
        if (!double.IsFinite(mean) || groups < 2) return null;
        double[] differences = [.. model.Means[value].Zip(reference.Means[value], (m, r) => m - r).Where(double.IsFinite)];
        return differences.Length < 2 ? null : WithSeeds(mean, differences.Variance(), groups - 1, ours, theirs);
    }

    /// <summary>A difference whose variance over rows is known, with that of the seeds added.</summary>
    /// <param name="value">The difference.</param>
    /// <param name="variance">Its variance over rows or groups.</param>
    /// <param name="freedom">Degrees of freedom of the variance.</param>
    /// <param name="model">The model's values, one a seed.</param>
    /// <param name="reference">The reference's values.</param>
    public static Difference WithSeeds(double value, double variance, double freedom, double[] model, double[] reference)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(reference);
        List<(double Variance, double Freedom)> terms = [(variance, freedom)];
        foreach (var seeds in new[] { model, reference })
        {
            if (seeds.Length >= 2) terms.Add((seeds.Variance() / seeds.Length, seeds.Length - 1));
        }

        return new Difference(value, Math.Sqrt(terms.Sum(t => t.Variance)), Evaluation.Difference.Welch(terms));
    }

    /// <summary>Eight resamples. Blocks write to places of their own, so any order gives the same numbers.</summary>
    void Run(int block, ResampledValue[] columns, double[][] means, int draws)
    {
        var weights = _resamples.Block(block);
        var lanes = new double[columns.Length][];
        for (var c = 0; c < columns.Length; c++) columns[c].Run(weights, lanes[c] = new double[GroupResamples.Lanes]);
        var first = block * GroupResamples.Lanes;
        var count = Math.Min(GroupResamples.Lanes, _samples - first);
        _rows.AddMeans(lanes, (value, from) =>
        {
            for (var lane = 0; lane < count; lane++) means[value][first + lane] += from[lane] / draws;
        });
    }
}
