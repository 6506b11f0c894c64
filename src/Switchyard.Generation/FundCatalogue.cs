using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Generation;

/// <summary>A fund as the log shows it; numbers are rounded as they are written.</summary>
/// <param name="Id">Number of the fund.</param>
/// <param name="Type">Index into <see cref="FundCatalogue.Types"/>.</param>
/// <param name="Risk">1 to 5.</param>
/// <param name="Fee">Percent a year.</param>
/// <param name="Return">Percent over the last year.</param>
/// <param name="Size">Millions.</param>
/// <param name="Age">Years; no preference depends on it.</param>
sealed record Fund(int Id, int Type, int Risk, double Fee, double Return, double Size, int Age);

/// <summary>The funds of a world.</summary>
sealed class FundCatalogue
{
    public const int Count = 2000;

    /// <summary>What kinds of funds there are, and how risky a typical one is.</summary>
    public static readonly ImmutableArray<(string Name, int Risk)> Types =
    [
        ("money", 1), ("bond", 2), ("mixed", 3), ("stock", 4), ("index", 3), ("sector", 5), ("overseas", 4), ("gold", 3),
    ];

    readonly Fund[][] _ofType;

    public FundCatalogue(ulong seed)
    {
        All = new Fund[Count];
        for (var id = 0; id < Count; id++) All[id] = Draw(id, new RandomStream(seed, (ulong)Purpose.Fund, (ulong)id));
        _ofType = [.. Enumerable.Range(0, Types.Length).Select(type => All.Where(f => f.Type == type).ToArray())];
    }

    public Fund[] All { get; }

    public Fund[] OfType(int type) => _ofType[type];

    static Fund Draw(int id, RandomStream random)
    {
        var type = id % Types.Length;
        var risk = Math.Clamp(Types[type].Risk + (int)random.Below(3) - 1, 1, 5);
        return new Fund(
            id,
            type,
            risk,
            Math.Round(0.1 + 1.4 * random.NextDouble(), 2),
            Math.Round(3 * risk - 1 + (2 + 2 * risk) * random.NextNormal(), 1),
            Math.Round(Math.Exp(6 + 1.3 * random.NextNormal())) + 1,
            1 + (int)random.Below(20));
    }
}

/// <summary>What a stream of random numbers is for: every purpose has numbers of its own.</summary>
enum Purpose
{
    Fund = 1,
    User,
    List,
    Outcome,
    Preference,
    Families,
    Rates,
    Probe,
    Survey,
}
