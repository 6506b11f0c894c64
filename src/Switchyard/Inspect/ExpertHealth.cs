using System.Collections.Immutable;

namespace Switchyard;

/// <summary>
/// When an expert counts as dead or hardly used, a layer's choices as collapsed, and a gate as resting on one expert: one rule for inspect, for reports and
/// for the live page (web/src/live/experts.ts has the same; ExpertRuleTests holds them together). Of dead experts and of collapsed layers, where rows choose
/// some of the experts their choices are judged, where they mix all of them the mean weights; of what is hardly used and what rests, the mean weights. The
/// gates of scenarios and tasks are judged beside the average of all rows, which a large scenario makes nearly alone.
/// </summary>
public static class ExpertHealth
{
    /// <summary>
    /// An expert that is chosen, as specific or as shared, less often than this per row is dead; where rows mix all experts, one whose mean weight is less.
    /// Not so one that <see cref="ServesFrom"/> of the rows of a gate use: it serves a small scenario.
    /// </summary>
    public const double DeadBelow = 0.001;

    /// <summary>An expert whose mean weight over all rows is less is hardly used, unless it serves a gate.</summary>
    public const double HardlyBelow = 0.01;

    /// <summary>An expert serves a gate whose rows use it as much as this.</summary>
    public const double ServesFrom = 0.05;

    /// <summary>A gate rests on one expert that has this mean weight.</summary>
    public const double RestsFrom = 0.95;

    /// <summary>A gate with fewer rows is not judged.</summary>
    public const int LeastRows = 10;

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
    /// <param name="gates">The same of every gate that is judged.</param>
    /// <param name="below">Default <see cref="DeadBelow"/>.</param>
    public static ImmutableArray<int> Dead(ImmutableArray<double> use, IEnumerable<ImmutableArray<double>> gates, double below = DeadBelow) => Idle(use, gates, below);

    /// <summary>The experts that hardly count in the mixture, numbered from 0, dead ones among them.</summary>
    /// <param name="weight">Mean weights over all rows.</param>
    /// <param name="gates">The same of every gate that is judged.</param>
    public static ImmutableArray<int> HardlyUsed(ImmutableArray<double> weight, IEnumerable<ImmutableArray<double>> gates) => Idle(weight, gates, HardlyBelow);

    /// <summary>The expert on which a gate rests; null where it mixes several.</summary>
    /// <param name="weight">Mean weights of the gate.</param>
    public static int? RestsOn(ImmutableArray<double> weight)
    {
        for (var k = 0; k < weight.Length; k++)
        {
            if (weight[k] >= RestsFrom) return k;
        }

        return null;
    }

    static ImmutableArray<int> Idle(ImmutableArray<double> use, IEnumerable<ImmutableArray<double>> gates, double below)
    {
        var served = gates.ToList();
        return [.. Enumerable.Range(0, use.Length).Where(k => use[k] < below && !served.Exists(g => g[k] >= ServesFrom))];
    }

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
