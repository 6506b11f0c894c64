using System.Globalization;

namespace Switchyard.Generation;

/// <summary>Which scenarios have the same preferences.</summary>
public enum AlikeBy
{
    /// <summary>Those whose domains are of one family.</summary>
    Domain,

    /// <summary>Those whose channels are of one family.</summary>
    Channel,

    /// <summary>All of them: nothing is specific to a scenario.</summary>
    All,
}

/// <summary>Options of <see cref="FundSearchWorld"/>.</summary>
public sealed record FundSearchOptions
{
    /// <summary>Most nodes of a level.</summary>
    public const int MaxNodes = 16;

    /// <summary>Largest <see cref="Skew"/>: beyond it, all but the first scenarios have next to no rows.</summary>
    public const double MaxSkew = 8;

    /// <summary>The same seed gives the same world and log, bit for bit.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Nodes of the first level.</summary>
    public int Channels { get; init; } = 2;

    /// <summary>Nodes of the second level.</summary>
    public int Domains { get; init; } = 2;

    /// <summary>
    /// The level whose nodes fall into two families with preferences of their own. Of two nodes each is a family; of more, the seed
    /// draws one half.
    /// </summary>
    public AlikeBy Alike { get; init; } = AlikeBy.Domain;

    /// <summary>
    /// How unequal the scenarios' shares of the impressions are: that of leaf r, counted from 0, is proportional to (r + 1)^−skew.
    /// 0 = equal. The world of 2 × 2 nodes has planted shares, and no other skew than 0.
    /// </summary>
    public double Skew { get; init; }

    /// <summary>Whether this is the world of the paper's four scenarios, whose shares and rates are planted exactly.</summary>
    internal bool IsPaper => this is { Channels: 2, Domains: 2 };

    /// <summary>A log of fewer rows has less than a search a day: a part of its split may be empty.</summary>
    public const long FewestRows = FundSearchRows.Days * FundList.MaxLength;

    /// <summary>Why the options cannot be used; null where they can.</summary>
    public string? Problem =>
        Channels is < 1 or > MaxNodes ? OutOfRange("channels", Channels)
        : Domains is < 1 or > MaxNodes ? OutOfRange("domains", Domains)
        : !Enum.IsDefined(Alike) ? string.Create(CultureInfo.InvariantCulture, $"alike {Alike}: give {string.Join(", ", Enum.GetNames<AlikeBy>().Select(n => n.ToLowerInvariant()))}.")
        : Skew is not (>= 0 and <= MaxSkew) ? string.Create(CultureInfo.InvariantCulture, $"skew {Skew}: give a number from 0 (equal shares) to {MaxSkew}.")
        : Skew > 0 && IsPaper ? string.Create(CultureInfo.InvariantCulture, $"skew {Skew}: the shares of 2 × 2 scenarios are planted; give other numbers of channels or domains.")
        : null;

    static string OutOfRange(string what, int value) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} {value}: give a number from 1 to {MaxNodes}.");
}
