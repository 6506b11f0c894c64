using System.Collections.Immutable;
using System.Text.Json;

namespace Switchyard.Generation;

/// <summary>What a world planted.</summary>
/// <param name="Families">Family of every leaf scenario: scenarios of one family have the same preferences, given the same row.</param>
/// <param name="ImpressionShares">Share of the impressions of every leaf scenario.</param>
/// <param name="Rates">Label rate of every leaf scenario × task, as planted: purchases per impression, not per click.</param>
/// <param name="Preferences">The functions themselves: name → weight, by function.</param>
public sealed record Planting(
    ImmutableArray<int> Families,
    ImmutableArray<double> ImpressionShares,
    ImmutableArray<ImmutableArray<double>> Rates,
    ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, double>> Preferences);

/// <summary>The best AUC of a scenario and task.</summary>
/// <param name="Scenario">Leaf scenario.</param>
/// <param name="Task">Task.</param>
/// <param name="TestRows">Test rows of the log.</param>
/// <param name="TestPositives">Positives among them.</param>
/// <param name="BestAuc">AUC of the true probability, positions fixed, on exactly these rows and labels; null where a class is missing.</param>
/// <param name="BestAucLogged">The same with the logged positions.</param>
/// <param name="Population">AUC of the true probability, positions fixed, over rows without end (Monte Carlo).</param>
public sealed record BestCell(
    string Scenario, string Task, long TestRows, long TestPositives, double? BestAuc, double? BestAucLogged, double? Population);

/// <summary>Two scenarios.</summary>
public sealed record ScenarioPair(string First, string Second);

/// <summary>The truth file: what was planted in a log and the best a model can reach on its test rows.</summary>
/// <param name="World">Name of the world.</param>
/// <param name="Rows">Rows of the log.</param>
/// <param name="Scenarios">Leaf scenarios.</param>
/// <param name="Planted">What was planted, scenario by scenario in this order.</param>
/// <param name="Alike">Pairs of scenarios of one family.</param>
/// <param name="Apart">Pairs of scenarios of two families.</param>
/// <param name="Best">Best AUC of every cell.</param>
public sealed record Truth(
    string World,
    long Rows,
    ImmutableArray<string> Scenarios,
    Planting Planted,
    ImmutableArray<ScenarioPair> Alike,
    ImmutableArray<ScenarioPair> Apart,
    ImmutableArray<BestCell> Best)
{
    static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
    };

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    /// <exception cref="JsonException">Not a truth file.</exception>
    public static Truth Parse(string json) => JsonSerializer.Deserialize<Truth>(json, Format) ?? throw new JsonException("The file holds null.");

    internal static Truth Of(World world, long rows, AucCounter test, AucCounter logged)
    {
        var planted = world.Planted;
        var population = new AucCounter(world.Scenarios.Length, world.Tasks.Length);
        world.Survey(population);
        var pairs =
            (from a in Enumerable.Range(0, world.Scenarios.Length)
             from b in Enumerable.Range(a + 1, world.Scenarios.Length - a - 1)
             select (Alike: planted.Families[a] == planted.Families[b], Pair: new ScenarioPair(world.Scenarios[a], world.Scenarios[b]))).ToList();
        var best =
            from scenario in Enumerable.Range(0, world.Scenarios.Length)
            from task in Enumerable.Range(0, world.Tasks.Length)
            let count = test.Count(scenario, task)
            select new BestCell(
                world.Scenarios[scenario],
                world.Tasks[task],
                (long)count.Rows,
                (long)count.Positives,
                test.Auc(scenario, task),
                logged.Auc(scenario, task),
                population.Auc(scenario, task));
        return new Truth(
            world.Name,
            rows,
            world.Scenarios,
            planted,
            [.. pairs.Where(p => p.Alike).Select(p => p.Pair)],
            [.. pairs.Where(p => !p.Alike).Select(p => p.Pair)],
            [.. best]);
    }
}
