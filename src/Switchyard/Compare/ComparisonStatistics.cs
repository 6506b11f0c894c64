using System.Collections.Immutable;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Differences between variants with their intervals.</summary>
sealed class ComparisonStatistics
{
    readonly ComparisonConfiguration _comparison;
    readonly MeasuredRows _rows;
    readonly IRunReporter _reporter;
    readonly CancellationToken _cancellation;
    readonly PairedBootstrap _bootstrap;
    readonly ScoreComparison _deLong;

    public ComparisonStatistics(ComparisonConfiguration comparison, MeasuredRows rows, IRunReporter reporter, CancellationToken cancellation)
    {
        (_comparison, _rows, _reporter, _cancellation) = (comparison, rows, reporter, cancellation);
        var (options, evaluation) = (comparison.Options.Bootstrap, comparison.Base.Evaluation);
        int[] groups = options.By == ResampleBy.Group ? rows.Groups : [];
        _bootstrap = new PairedBootstrap(rows.Layout, evaluation, rows.Leaves, groups, rows.Labels, options.Samples, options.Seed, comparison.Base.Training.Threads);

        // DeLong's error takes rows as independent: every row is a group.
        _deLong = new ScoreComparison(rows.Layout, evaluation, rows.Leaves, [.. rows.Leaves.Select(_ => -1)], rows.Labels, comparison.Base.Training.Threads);
    }

    public int Groups => _bootstrap.Groups;

    /// <summary>Every variant against the baseline and the controls, without itself.</summary>
    public ImmutableArray<ValueDifference> Differences(IReadOnlyList<(string Name, List<float[][]> Scores)> variants)
    {
        var resampled = new Dictionary<string, ResampledModel>(StringComparer.Ordinal);
        foreach (var (name, scores) in variants)
        {
            _cancellation.ThrowIfCancellationRequested();
            _reporter.Message($"comparing: {_comparison.Options.Bootstrap.Samples} resamples of {name} ({resampled.Count + 1} of {variants.Count})");
            resampled[name] = _bootstrap.Resample(scores, _cancellation);
        }

        var differences = ImmutableArray.CreateBuilder<ValueDifference>();
        foreach (var reference in _comparison.References)
        {
            var its = variants.FirstOrDefault(v => v.Name == reference).Scores;
            if (its is null) continue;
            SetReference(its);
            foreach (var (name, scores) in variants.Where(v => v.Name != reference))
            {
                _cancellation.ThrowIfCancellationRequested();
                differences.AddRange(Between(name, reference, resampled[name], resampled[reference], DeLong(scores)));
            }
        }

        return differences.ToImmutable();
    }

    void SetReference(List<float[][]> scores)
    {
        _deLong.SetFirst(scores[0]);
        foreach (var draw in scores.Skip(1)) _deLong.AddFirst(draw);
    }

    Dictionary<(int Node, string Task), Difference> DeLong(List<float[][]> scores)
    {
        _deLong.Clear();
        foreach (var draw in scores) _deLong.Add(draw);
        return _deLong.Differences().Cells.Where(c => c.Auc is not null).ToDictionary(c => (c.Node, c.Task), c => c.Auc!);
    }

    IEnumerable<ValueDifference> Between(
        string variant, string reference, ResampledModel ours, ResampledModel theirs, Dictionary<(int Node, string Task), Difference> deLong)
    {
        var values = _bootstrap.Values;
        var differences = values.Select((_, v) => _bootstrap.Difference(v, ours, theirs)).ToArray();
        var corrected = new double?[values.Count];
        var cells = Enumerable.Range(0, values.Count).Where(v => values[v].IsCellAuc && differences[v] is not null);
        foreach (var level in cells.GroupBy(v => values[v].Level))
        {
            foreach (var (v, p) in level.Zip(Holm.Adjust([.. level.Select(v => differences[v]!.TwoSidedPValue)]))) corrected[v] = p;
        }

        for (var v = 0; v < values.Count; v++)
        {
            Difference? rows = null;
            if (values[v].IsCellAuc && deLong.TryGetValue((values[v].Node, values[v].Task), out var drop))
                rows = PairedBootstrap.WithSeeds(-drop.Value, drop.StandardError * drop.StandardError, drop.Freedom, ours.Draws[v], theirs.Draws[v]);
            yield return new ValueDifference(variant, reference, values[v], IntervalOf(differences[v]), IntervalOf(rows), corrected[v]);
        }
    }

    Interval? IntervalOf(Difference? difference)
    {
        if (difference is null) return null;
        var half = difference.HalfWidth(_comparison.Options.Confidence);
        return new Interval(difference.Value, difference.Value - half, difference.Value + half, difference.TwoSidedPValue);
    }
}
