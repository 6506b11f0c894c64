using System.Collections.Immutable;

namespace Switchyard;

/// <summary>What a range did to the value: the mean of the trials with each of its values, whatever else they had.</summary>
/// <param name="Key">The key.</param>
/// <param name="Spread">Largest mean less smallest mean; null where fewer than two bands have a value.</param>
/// <param name="Bands">Its values, or bands of a third of the range where there are many.</param>
public sealed record RangeReport(string Key, double? Spread, ImmutableArray<RangeBand> Bands)
{
    internal static RangeReport Of(TuneRange range, IEnumerable<TrialScore> scores)
    {
        var bands = scores
            .SelectMany(s => s.Trial.Settings.Where(t => t.Key == range.Key && s.Trial.Name is null).Select(t => (Band: range.Band(t.Value), s.Mean)))
            .GroupBy(s => s.Band, s => s.Mean, StringComparer.Ordinal)
            .Select(g => new RangeBand(g.Key, g.Count(), g.Any(m => m is not null) ? g.Average() : null))
            .OrderBy(b => range.Order(b.Value))
            .ToImmutableArray();
        var means = bands.Where(b => b.Mean is not null).Select(b => b.Mean!.Value).ToArray();
        return new RangeReport(range.Key, means.Length < 2 ? null : means.Max() - means.Min(), bands);
    }
}

/// <summary>The trials with a value, or with one of a band.</summary>
/// <param name="Value">The value as YAML, or the ends of the band.</param>
/// <param name="Trials">How many.</param>
/// <param name="Mean">Mean of their values; null where none has one.</param>
public sealed record RangeBand(string Value, int Trials, double? Mean);
