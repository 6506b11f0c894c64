using System.Collections.Immutable;

namespace Switchyard;

/// <summary>
/// When an expert counts as dead and a layer's choices as collapsed: one rule for inspect, for reports and for the live page (web/src/live/experts.ts has
/// the same; ExpertRuleTests holds them together). Where rows choose some of the experts their choices are judged, where they mix all of them the mean weights.
/// </summary>
public static class ExpertHealth
{
    /// <summary>
    /// An expert that is chosen, as specific or as shared, less often than this per row is dead; where rows mix all experts, one whose mean weight is less.
    /// </summary>
    public const double DeadBelow = 0.001;

    /// <summary>Choices have collapsed where their <see cref="Spread"/> is below this.</summary>
    public const double CollapsedBelow = 0.2;

    /// <summary>
    /// Layers whose "experts" belong to one scenario each: HiNet's own sub-experts and its attention over scenarios. Few rows use those of a small scenario,
    /// which says nothing of them.
    /// </summary>
    public static ImmutableArray<string> NotJudged { get; } = ["sei.own", "san"];

    /// <summary>How often each expert is used per row: choices in either way, or the mean weight.</summary>
    /// <param name="specific">Share of the rows that choose each expert as specific; empty where rows mix all.</param>
    /// <param name="shared">The same as shared.</param>
    /// <param name="weight">Mean weight of each expert.</param>
    public static ImmutableArray<double> Use(ImmutableArray<double> specific, ImmutableArray<double> shared, ImmutableArray<double> weight) =>
        specific.IsEmpty ? weight : shared.IsEmpty ? specific : [.. specific.Zip(shared, (s, h) => s + h)];

    /// <summary>The dead experts, numbered from 0.</summary>
    /// <param name="use">Of <see cref="Use"/>, over all rows.</param>
    /// <param name="below">Default <see cref="DeadBelow"/>.</param>
    public static ImmutableArray<int> Dead(ImmutableArray<double> use, double below = DeadBelow) => [.. Enumerable.Range(0, use.Length).Where(k => use[k] < below)];

    /// <summary>
    /// How far choices spread over the experts: their entropy from the least it can be (every row chooses the same k experts) to the most (all experts are
    /// chosen alike). 0 to 1; 1 also where there is nothing to choose because a row takes all of them.
    /// </summary>
    /// <param name="choices">How often a row chooses each expert in one way; sums to k. Or mean weights, which sum to 1.</param>
    public static double Spread(ImmutableArray<double> choices)
    {
        var k = choices.Sum();
        if (k <= 0) return 1;
        var (least, most) = (Math.Log(Math.Max(1, k)), Math.Log(choices.Length));
        if (most - least < 1e-9) return 1;
        var entropy = 0 - choices.Where(c => c > 0).Sum(c => c / k * Math.Log(c / k));
        return Math.Clamp((entropy - least) / (most - least), 0, 1);
    }

    /// <summary>
    /// The experts onto which a layer has collapsed, as many as a row chooses; empty where it has not. Of chosen experts the specific ones count: shared
    /// ones are meant to be the same for all rows.
    /// </summary>
    /// <param name="specific">Over all rows, as in <see cref="Use"/>.</param>
    /// <param name="shared">The same as shared.</param>
    /// <param name="weight">Mean weight of each expert.</param>
    public static ImmutableArray<int> Collapsed(ImmutableArray<double> specific, ImmutableArray<double> shared, ImmutableArray<double> weight)
    {
        var choices = Choices(specific, shared, weight);
        return Spread(choices) >= CollapsedBelow
            ? []
            : [.. Enumerable.Range(0, choices.Length).OrderByDescending(e => choices[e]).Take((int)Math.Max(1, Math.Round(choices.Sum()))).Order()];
    }

    /// <summary>What <see cref="Collapsed"/> judges.</summary>
    public static ImmutableArray<double> Choices(ImmutableArray<double> specific, ImmutableArray<double> shared, ImmutableArray<double> weight) =>
        specific.Any(s => s > 0) ? specific : shared.Any(s => s > 0) ? shared : weight;
}
