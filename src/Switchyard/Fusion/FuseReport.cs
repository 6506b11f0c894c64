using System.Collections.Immutable;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>A scenario in a <see cref="FuseReport"/>.</summary>
/// <param name="Scenario">Its path; <c>all</c> for the total.</param>
/// <param name="Groups">Groups with something of worth in it.</param>
/// <param name="Values">The objective of every one of <see cref="FuseReport.Ways"/>; null where it is not known.</param>
/// <param name="Gain">The last way less <see cref="FuseReport.Reference"/>, with its error over groups; null where nothing is known of it.</param>
/// <param name="Weights">Its weights, in the order of <see cref="FuseReport.Weights"/>; empty in a report without a search.</param>
/// <param name="IsOwn">Whether they are its own and not the common ones.</param>
public sealed record FuseScenario(string Scenario, int Groups, ImmutableArray<double?> Values, Difference? Gain, ImmutableArray<double> Weights, bool IsOwn)
{
    /// <summary><c>better</c>, <c>worse</c>, <c>undecided</c> where the 95 % interval of the gain has 0 in it, or <c>too few groups</c>.</summary>
    public string Verdict => Gain switch
    {
        null => "too few groups",
        _ when Gain.Value > Gain.HalfWidth() => "better",
        _ when Gain.Value < -Gain.HalfWidth() => "worse",
        _ => "undecided",
    };
}

/// <summary>What a fused score is worth beside the scores it is made of.</summary>
/// <param name="Objective">The objective: <c>NDCG@10 of click 1, book 5</c>.</param>
/// <param name="Formula">The formula.</param>
/// <param name="Weights">Names of the weights that were searched.</param>
/// <param name="Ways">Ways to order a list: the score of each task, perhaps equal weights, and last the fused score.</param>
/// <param name="Reference">The simple way that is best over all lists, which the last one is compared with.</param>
/// <param name="Scenarios">The scenarios that have groups, the total last.</param>
/// <param name="Groups">Groups of the rows, and how many of them were taken.</param>
/// <param name="Yaml">Text of the fusion.yaml; empty in a report without a search.</param>
public sealed record FuseReport(
    string Objective,
    string Formula,
    ImmutableArray<string> Weights,
    ImmutableArray<string> Ways,
    string Reference,
    ImmutableArray<FuseScenario> Scenarios,
    (int All, int Taken) Groups,
    string Yaml)
{
    /// <summary>The total.</summary>
    public FuseScenario Total => Scenarios[^1];

    /// <summary>The report for people, as Markdown.</summary>
    public string ToMarkdown() => FuseText.Write(this);

    /// <summary>The report for programs.</summary>
    public string ToJson() => FuseText.Json(this).ToJsonString(JsonReport.Options);
}
