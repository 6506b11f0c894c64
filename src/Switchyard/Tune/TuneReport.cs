using System.Collections.Immutable;
using MathNet.Numerics.Statistics;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>What a tune run came to. All values are of the validation rows.</summary>
/// <param name="Name">Name of the run that was tuned.</param>
/// <param name="Method">How the trials were chosen.</param>
/// <param name="Monitor">What they are compared by.</param>
/// <param name="HigherIsBetter">False for losses.</param>
/// <param name="Seeds">Training seeds of every trial.</param>
/// <param name="Trials">The trials, best first; in halving those that went further come before the others, whose values are of fewer epochs.</param>
/// <param name="Ranges">What each range did to the value.</param>
/// <param name="Best">File of the best configuration; null where no trial has a value.</param>
public sealed record TuneReport(
    string Name,
    TuneMethod Method,
    string Monitor,
    bool HigherIsBetter,
    ImmutableArray<ulong> Seeds,
    ImmutableArray<TrialReport> Trials,
    ImmutableArray<RangeReport> Ranges,
    string? Best)
{
    /// <summary>
    /// Standard error of the difference of two trials: of the paired differences from the best one over the seeds, the mean of the better
    /// half of the trials, in halving of those of the last rung that has more than one; null for one seed, or one trial. The noise of choosing among few validation rows is not in it.
    /// </summary>
    public double? StandardError { get; init; }

    /// <summary>One JSON object, indented, snake case; undefined values are null.</summary>
    public string ToJson() => TuneJson.Write(this);

    /// <summary>Tables in Markdown, aligned for a terminal.</summary>
    public string ToMarkdown() => TuneText.Write(this);

    /// <param name="tune">The search.</param>
    /// <param name="ranked">The furthest score of every trial, best first.</param>
    /// <param name="all">The scores of every rung.</param>
    internal static TuneReport Of(TuneConfiguration tune, ImmutableArray<TrialScore> ranked, IReadOnlyList<TrialScore> all)
    {
        var monitor = ranked[0].Trial.Configuration.Training.Monitor;
        var best = ranked[0].Mean is null ? null : ranked[0];
        // The best trial went through every rung: wherever another one ended, the two can be compared.
        var rungs = all.Where(s => s.Trial == best?.Trial).ToDictionary(s => s.Rung);
        var noise = rungs.Values.ToDictionary(
            r => r.Rung, r => PairedDifference.Noise(all.Where(s => s.Rung == r.Rung && s.Trial != r.Trial).Select(s => PairedDifference.Of(r, s, monitor))));
        return new TuneReport(
            tune.Document.Read().Name,
            tune.Options.Method,
            monitor,
            EvaluationReport.HigherIsBetter(monitor),
            tune.Options.Seeds,
            [.. ranked.Select(s => TrialReport.Of(s, s == best || !rungs.TryGetValue(s.Rung, out var same) ? null : PairedDifference.Of(same, s, monitor), noise.GetValueOrDefault(s.Rung)))],
            [.. tune.Options.Ranges.Items.Select(r => RangeReport.Of(r, all.Where(s => s.Rung == 0))).Where(r => r.Bands.Length > 1)],
            best is null ? null : tune.BestFile)
        {
            StandardError = noise.OrderByDescending(n => n.Key).Select(n => n.Value).FirstOrDefault(n => n is not null),
        };
    }
}

/// <summary>A trial's place in the table.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name in start; null where it was drawn.</param>
/// <param name="Settings">What it changes in the run, as YAML by key.</param>
/// <param name="PlannedEpochs">Epochs it had at most: fewer than the best where it did not go on.</param>
/// <param name="Values">Monitor of every seed, of the best weights; null where undefined.</param>
/// <param name="Mean">Their mean; null where one is undefined.</param>
/// <param name="Deviation">Their standard deviation; null for one seed.</param>
/// <param name="Behind">How much worse than the best trial was after as many epochs, in the mean over the seeds; null for the best one and those without a value.</param>
/// <param name="StandardError">Standard error of Behind, from the paired differences over the seeds, and at least what is usual in its rung; null for one seed.</param>
/// <param name="Tied">True where it cannot be told apart from the best: Behind is not above its standard error.</param>
/// <param name="Weights">Trained weights.</param>
/// <param name="BestEpochs">Epoch of the best weights of every seed.</param>
/// <param name="BestSteps">Step of the best weights of every seed.</param>
/// <param name="RowsPerSecond">Training rows per second, mean over the seeds. Depends on the machine.</param>
/// <param name="Failure">Why a seed has no model; null where all have one.</param>
public sealed record TrialReport(
    int Number,
    string? Name,
    IReadOnlyDictionary<string, string> Settings,
    int PlannedEpochs,
    ImmutableArray<double?> Values,
    double? Mean,
    double? Deviation,
    double? Behind,
    double? StandardError,
    bool Tied,
    long Weights,
    ImmutableArray<int> BestEpochs,
    ImmutableArray<long> BestSteps,
    double RowsPerSecond,
    string? Failure)
{
    /// <param name="score">The furthest score of the trial.</param>
    /// <param name="difference">How far behind the best one; null for that one.</param>
    /// <param name="noise">What a standard error is like in its rung.</param>
    internal static TrialReport Of(TrialScore score, PairedDifference? difference, double? noise)
    {
        var error = difference?.StandardError is { } own ? Math.Max(own, noise ?? 0) : (double?)null;
        var settings = new OrderedDictionary<string, string>();
        foreach (var setting in score.Trial.Settings) settings[setting.Key] = setting.Text;
        return new TrialReport(
            score.Trial.Number,
            score.Trial.Name,
            settings,
            score.Epochs,
            [.. score.Results.Select(r => r.Value)],
            score.Mean,
            score.Deviation,
            difference?.Mean,
            error,
            difference?.Mean <= error,
            score.Results.Max(r => r.Weights),
            [.. score.Results.Select(r => r.BestEpoch)],
            [.. score.Results.Select(r => r.BestStep)],
            score.Results.Average(r => r.RowsPerSecond),
            score.Results.Select(r => r.Failure).FirstOrDefault(f => f is not null));
    }
}

/// <summary>How much worse a trial is than the best one, seed by seed: what a seed does to both of them falls out.</summary>
/// <param name="Mean">Mean over the seeds.</param>
/// <param name="StandardError">Its standard error; null for one seed.</param>
sealed record PairedDifference(double Mean, double? StandardError)
{
    /// <summary>Null where one of them has no value.</summary>
    public static PairedDifference? Of(TrialScore best, TrialScore other, string monitor)
    {
        if (best.Mean is null || other.Mean is null) return null;
        var sign = EvaluationReport.HigherIsBetter(monitor) ? 1 : -1;
        double[] behind = [.. best.Results.Zip(other.Results, (b, o) => sign * (b.Value!.Value - o.Value!.Value))];
        return new PairedDifference(behind.Average(), behind.Length < 2 ? null : behind.StandardDeviation() / Math.Sqrt(behind.Length));
    }

    /// <summary>
    /// What a standard error is like: two or three seeds alone say little of it, so that of many trials is taken. Poor trials, which a
    /// search always has, are noisier, and do not count.
    /// </summary>
    public static double? Noise(IEnumerable<PairedDifference?> differences)
    {
        double[] errors = [.. differences.Where(d => d?.StandardError is not null).OrderBy(d => d!.Mean).Select(d => d!.StandardError!.Value)];
        return errors.Length == 0 ? null : Math.Sqrt(errors.Take((errors.Length + 1) / 2).Average(e => e * e));
    }
}
