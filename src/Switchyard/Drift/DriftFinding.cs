using System.Collections.Immutable;

namespace Switchyard;

/// <summary>What an index says.</summary>
public enum DriftVerdict
{
    /// <summary>No drift to speak of: at most 0.1.</summary>
    Stable,

    /// <summary>Above 0.1, and more than chance explains.</summary>
    Moderate,

    /// <summary>Above 0.25, and more than chance explains.</summary>
    Large,

    /// <summary>Chance alone may be above 0.1 with so few rows, and no more than that was seen.</summary>
    TooFewRows,
}

/// <summary>How far a score, a field or a layer's experts are from the baseline.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Task, field or layer.</param>
/// <param name="Psi">Population stability index.</param>
/// <param name="Noise">What it stays below by chance alone, 9,999 times in 10,000, with as many rows.</param>
/// <param name="Distance">Total variation distance of the two distributions, 0 to 1.</param>
/// <param name="Unknown">Share of the field's values that training has not seen; null where there are no such.</param>
/// <param name="BaselineUnknown">The same in the baseline.</param>
/// <param name="MostChanged">The bin whose share has changed most; empty where none has.</param>
public sealed record DriftFinding(DriftKind Kind, string Name, double Psi, double Noise, double Distance, double? Unknown, double? BaselineUnknown, string MostChanged)
{
    const double ModerateAbove = 0.1;
    const double LargeAbove = 0.25;

    /// <summary>What the index says.</summary>
    public DriftVerdict Verdict =>
        Psi > Noise ? Psi > LargeAbove ? DriftVerdict.Large : Psi > ModerateAbove ? DriftVerdict.Moderate : DriftVerdict.Stable
        : Noise > ModerateAbove ? DriftVerdict.TooFewRows
        : DriftVerdict.Stable;
}

/// <summary>A scenario node's rows against those of the baseline.</summary>
/// <param name="Scenario">Node of the top level, or one of <see cref="DriftTally"/>'s names.</param>
/// <param name="Rows">Rows counted.</param>
/// <param name="BaselineRows">Rows of the baseline.</param>
/// <param name="Findings">Scores, fields, experts.</param>
public sealed record ScenarioDrift(string Scenario, long Rows, long BaselineRows, ImmutableArray<DriftFinding> Findings)
{
    /// <summary>The worst of the findings; <see cref="DriftVerdict.TooFewRows"/> where none says anything.</summary>
    public DriftVerdict Verdict =>
        Has(DriftVerdict.Large) ? DriftVerdict.Large
        : Has(DriftVerdict.Moderate) ? DriftVerdict.Moderate
        : Has(DriftVerdict.Stable) ? DriftVerdict.Stable
        : DriftVerdict.TooFewRows;

    bool Has(DriftVerdict verdict) => Findings.Any(f => f.Verdict == verdict);
}
