using System.Collections.Immutable;
using MathNet.Numerics.Statistics;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>What a training came to, as its file keeps it.</summary>
/// <param name="Key">Digest of all that the result depends on.</param>
/// <param name="Value">Monitor on the validation rows, of the best weights; null where it is undefined.</param>
/// <param name="Failure">Why there is no model; null where there is one.</param>
/// <param name="Weights">Trained weights.</param>
/// <param name="Epochs">Epochs begun.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="BestEpoch">Epoch of the best weights.</param>
/// <param name="BestStep">Step of the best weights.</param>
/// <param name="StoppedEarly">True where patience ran out.</param>
/// <param name="RowsPerSecond">Training rows per second.</param>
sealed record TrialOutcome(
    string Key, double? Value, string? Failure, long Weights, int Epochs, long Steps, int BestEpoch, long BestStep, bool StoppedEarly, double RowsPerSecond);

/// <summary>A trial with the results of its seeds, in their order.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Rung">Halving: the rung it came to, from 0; otherwise 0.</param>
/// <param name="Epochs">Epochs it had at most.</param>
/// <param name="Results">One a seed.</param>
sealed record TrialScore(TuneTrial Trial, int Rung, int Epochs, ImmutableArray<TrialOutcome> Results)
{
    /// <summary>Mean over the seeds; null where one of them has no value.</summary>
    public double? Mean { get; } = Results.All(r => r.Value is not null) ? Results.Average(r => r.Value!.Value) : null;

    /// <summary>Standard deviation over the seeds; null for one seed or no mean.</summary>
    public double? Deviation => Mean is null || Results.Length < 2 ? null : Results.Select(r => r.Value!.Value).StandardDeviation();

    /// <summary>
    /// The furthest score of every trial: those that went further come first, of these the best; one without a value last; of equals
    /// the one that was drawn first.
    /// </summary>
    public static ImmutableArray<TrialScore> Ranked(IEnumerable<TrialScore> scores, string monitor)
    {
        var sign = EvaluationReport.HigherIsBetter(monitor) ? -1 : 1;
        return [.. scores.GroupBy(s => s.Trial.Number, (_, rungs) => rungs.MaxBy(s => s.Rung)!).OrderByDescending(s => s.Rung).ThenBy(s => s.Mean is { } mean ? sign * mean : double.PositiveInfinity).ThenBy(s => s.Trial.Number)];
    }
}
