using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>What <see cref="Run.Fuse"/> searches, and how.</summary>
public sealed record FuseOptions
{
    /// <summary>Worth of a row with label 1, by task; a row is worth the sum. Tasks left out count nothing.</summary>
    public required ImmutableSortedDictionary<string, double> Gain { get; init; }

    /// <summary>The k of NDCG@k. Default 10.</summary>
    public int TopK { get; init; } = 10;

    /// <summary>Formula whose weights are searched: its names that are no tasks. Default: the product of all scores, each to the power of a weight.</summary>
    public string? Formula { get; init; }

    /// <summary>Smallest and largest value of weights, by name. Default: 0 to 1.</summary>
    public ImmutableSortedDictionary<string, (double Least, double Most)> Ranges { get; init; } = ImmutableSortedDictionary<string, (double Least, double Most)>.Empty;

    /// <summary>Scenario levels, from the coarsest on, whose nodes may have weights of their own; null for all of them, 0 for the same weights everywhere.</summary>
    public int? Levels { get; init; }

    /// <summary>
    /// Groups from which a scenario has weights of its own. With n groups they lie n / (n + this) of the way from the common weights to those
    /// found for the scenario. Default 200.
    /// </summary>
    public int MinGroups { get; init; } = 200;

    /// <summary>Weights that are drawn, besides simple ones, before the best of them is improved weight by weight. Default 64.</summary>
    public int Draws { get; init; } = 64;

    /// <summary>Folds of the groups: what is found without a fold is measured on it. Default 3.</summary>
    public int Folds { get; init; } = 3;

    /// <summary>Groups at most; of more, a sample. Default 50,000.</summary>
    public int Groups { get; init; } = 50_000;

    /// <summary>Resamples of the bootstrap. Default 1,000.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>Seed of draws, folds, sample and resamples. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Reads <see cref="Gain"/>: <c>click: 1, book: 5</c>.</summary>
    /// <exception cref="InputException">It is no mapping from names to numbers.</exception>
    public static ImmutableSortedDictionary<string, double> ParseGain(string text)
    {
        var weights = (FusionWeights)new FusionWeightsShape().Read(Mapping("--objective", text), "objective");
        return weights.Items.ToImmutableSortedDictionary(w => w.Name, w => w.Value, StringComparer.Ordinal);
    }

    /// <summary>Reads <see cref="Ranges"/>: <c>a: [0, 2], b: [-1, 1]</c>.</summary>
    /// <exception cref="InputException">It is no mapping from names to two numbers.</exception>
    public static ImmutableSortedDictionary<string, (double Least, double Most)> ParseRanges(string text)
    {
        var node = Mapping("--ranges", text);
        var map = node as MapNode ?? throw node.Place.Error($"expected a mapping from weights to two numbers, for example a: [0, 2]; found {node.Describe()}.");
        return map.Entries.ToImmutableSortedDictionary(e => e.Key.Text, Range, StringComparer.Ordinal);

        static (double Least, double Most) Range(MapEntry entry)
        {
            if (entry.Value is not ListNode { Items.Length: 2 } list) throw entry.Value.Place.Error($"{entry.Key.Text}: expected the smallest and the largest value, for example [0, 2]; found {entry.Value.Describe()}.");
            var number = new NumberShape(typeof(double), null);
            return ((double)number.Read(list.Items[0], entry.Key.Text), (double)number.Read(list.Items[1], entry.Key.Text));
        }
    }

    internal FusionObjective Objective => new() { Gain = new FusionWeights([.. Gain.Select(g => new FusionWeight(g.Key, g.Value, new Place("--objective", 0, 0)))]), TopK = TopK };

    internal void Check()
    {
        if (TopK < 1) throw new InputException($"--top {TopK}: give a rank of at least 1.");
        if (Levels < 0) throw new InputException($"--levels {Levels}: give a number of scenario levels, or 0 for the same weights everywhere.");
        if (MinGroups < 2) throw new InputException($"--min-groups {MinGroups}: give at least 2 groups.");
        if (Draws is < 0 or > 100_000) throw new InputException($"--draws {Draws}: give 0 to 100000 draws.");
        if (Folds is < 2 or > 100) throw new InputException($"--folds {Folds}: give 2 to 100 folds.");
        if (Groups < 2) throw new InputException($"--groups {Groups}: give at least 2 groups.");
        if (Samples is < 100 or > 1_000_000) throw new InputException($"--samples {Samples}: give 100 to 1000000 resamples.");
        foreach (var (name, (least, most)) in Ranges)
        {
            if (least >= most) throw new InputException($"--ranges {name}: the smallest value is not below the largest; for one value write the number into the formula.");
        }
    }

    static ConfigurationNode Mapping(string option, string text) =>
        YamlReader.Read(text.TrimStart().StartsWith('{') ? text : $"{{{text}}}", option, hasLines: false, Environment.GetEnvironmentVariable);
}
