using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Generation;

/// <summary>
/// A user: visible features, and a taste (two favourite types of funds) that nobody sees but that decides what the user holds and
/// searches for. Users are computed from their number, so that no list of them is kept.
/// </summary>
sealed class FundUser
{
    public const int Count = 50_000;
    public const int MaxHoldings = 3;
    const double TasteHolds = 0.7;

    public static readonly ImmutableArray<string> Ages = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"];
    public static readonly ImmutableArray<string> Platforms = ["android", "ios"];
    static readonly double[] RiskCumulative = [0.1, 0.3, 0.6, 0.85, 1];

    readonly int[] _favourites = new int[2];
    readonly int[] _holdings = new int[MaxHoldings];

    public int Id { get; private set; }

    public int Age { get; private set; }

    /// <summary>Risk the user says to bear: 1 to 5.</summary>
    public int Risk { get; private set; }

    /// <summary>No preference depends on it.</summary>
    public int Platform { get; private set; }

    /// <summary>Visits in the last thirty days.</summary>
    public int Activity { get; private set; }

    /// <summary>Types held, ascending.</summary>
    public ReadOnlySpan<int> Holdings => _holdings.AsSpan(0, HoldingCount);

    int HoldingCount { get; set; }

    public void Draw(ulong seed, int id)
    {
        var random = new RandomStream(seed, (ulong)Purpose.User, (ulong)id);
        Id = id;
        Age = (int)random.Below((ulong)Ages.Length);
        Risk = 1 + RiskOf(random.NextDouble());
        Platform = (int)random.Below((ulong)Platforms.Length);
        Activity = (int)Math.Exp(1.6 + 0.8 * random.NextNormal());
        for (var i = 0; i < _favourites.Length; i++) _favourites[i] = (int)random.Below((ulong)FundCatalogue.Types.Length);
        HoldingCount = 0;
        for (var wanted = (int)random.Below(MaxHoldings + 1); wanted > 0; wanted--)
        {
            var type = AnyOf(ref random, TasteHolds);
            if (!Holdings.Contains(type)) _holdings[HoldingCount++] = type;
        }

        _holdings.AsSpan(0, HoldingCount).Sort();
    }

    /// <summary>A type of funds: a favourite with this probability, any otherwise.</summary>
    public int AnyOf(ref RandomStream random, double favourite) =>
        random.NextDouble() < favourite ? _favourites[random.Below((ulong)_favourites.Length)] : (int)random.Below((ulong)FundCatalogue.Types.Length);

    static int RiskOf(double uniform)
    {
        var risk = 0;
        while (uniform >= RiskCumulative[risk]) risk++;
        return risk;
    }
}
