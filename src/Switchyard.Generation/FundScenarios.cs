using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Generation;

/// <summary>The scenario tree of a fund-search world: names, families, shares of the impressions and planted rates.</summary>
sealed class FundScenarios
{
    /// <summary>Clicks per impression, over all scenarios.</summary>
    public const double ClickRate = 0.25;

    /// <summary>Purchases per click, in every scenario.</summary>
    public const double PurchaseRate = 0.3;

    /// <summary>Share of the impressions of the rarest of the four scenarios, vertical/hot.</summary>
    public const double RareShare = 0.06;

    /// <summary>Share of the clicks of the busiest of the four scenarios, vertical/products.</summary>
    public const double BusyClicks = 0.82;

    static readonly double[] PaperShares = [0.22, 0.12, RareShare, 0.60];

    public FundScenarios(FundSearchOptions options)
    {
        Channels = [.. Names(["main", "vertical"], "channel", options.Channels)];
        Domains = [.. Names(["hot", "products"], "domain", options.Domains)];
        Leaves = [.. Channels.SelectMany(channel => Domains.Select(domain => $"{channel}/{domain}"))];
        var nodes = options.Alike switch
        {
            AlikeBy.Domain => NodeFamilies(options.Seed, options.Domains),
            AlikeBy.Channel => NodeFamilies(options.Seed, options.Channels),
            _ => [],
        };
        Families = [.. Enumerable.Range(0, Leaves.Length).Select(leaf => options.Alike switch
        {
            AlikeBy.Domain => nodes[leaf % options.Domains],
            AlikeBy.Channel => nodes[leaf / options.Domains],
            _ => 0,
        })];

        Shares = options.IsPaper ? [.. PaperShares] : SkewedShares(options.Skew, Leaves.Length);
        var random = new RandomStream(options.Seed, (ulong)Purpose.Rates, 0);
        ClickRates = options.IsPaper ? [.. PaperRates()] : [.. Leaves.Select(_ => ClickRate * (0.5 + random.NextDouble()))];
    }

    public ImmutableArray<string> Channels { get; }

    public ImmutableArray<string> Domains { get; }

    public ImmutableArray<string> Leaves { get; }

    public ImmutableArray<int> Families { get; }

    public ImmutableArray<double> Shares { get; }

    /// <summary>Clicks per impression of every leaf.</summary>
    public ImmutableArray<double> ClickRates { get; }

    /// <summary>The leaf below which <paramref name="uniform"/> falls.</summary>
    public int Leaf(double uniform)
    {
        var leaf = 0;
        for (var sum = Shares[0]; leaf < Shares.Length - 1 && uniform >= sum; sum += Shares[leaf]) leaf++;
        return leaf;
    }

    static ImmutableArray<double> SkewedShares(double skew, int leaves)
    {
        var weights = Enumerable.Range(1, leaves).Select(rank => Math.Pow(rank, -skew)).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    // Vertical/products has its share of the clicks, the other three one rate.
    static IEnumerable<double> PaperRates()
    {
        var busy = PaperShares.Length - 1;
        var others = ClickRate * (1 - BusyClicks) / (1 - PaperShares[busy]);
        return PaperShares.Select((share, leaf) => leaf == busy ? ClickRate * BusyClicks / share : others);
    }

    static IEnumerable<string> Names(string[] first, string other, int count) =>
        Enumerable.Range(0, count).Select(i => i < first.Length ? first[i] : FormattableString.Invariant($"{other}{i + 1}"));

    /// <summary>Two halves: of two nodes each is a family, of more the seed draws them.</summary>
    static int[] NodeFamilies(ulong seed, int nodes)
    {
        var order = Enumerable.Range(0, nodes).ToArray();
        if (nodes > 2) new RandomStream(seed, (ulong)Purpose.Families, 0).Shuffle(order);
        var families = new int[nodes];
        for (var i = 0; i < nodes; i++) families[order[i]] = 2 * i < nodes ? 0 : 1;
        return families;
    }
}
