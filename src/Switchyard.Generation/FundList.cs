using Switchyard.Data;

namespace Switchyard.Generation;

/// <summary>A search: its user, what was asked for and the funds shown, from the first position to the last. Reused from search to search.</summary>
sealed class FundList(FundCatalogue catalogue, ulong seed)
{
    public const int MinLength = 5;
    public const int MaxLength = 10;

    /// <summary>Value of <see cref="Query"/> for a search that names no type.</summary>
    public const int AnyType = -1;

    const double NamesNoType = 0.35;
    const double AsksForTaste = 0.6;
    const double ShowsAskedType = 0.5;

    readonly Fund[] _funds = new Fund[MaxLength];
    readonly double[] _places = new double[MaxLength];

    public FundUser User { get; } = new();

    /// <summary>Type of funds asked for, or <see cref="AnyType"/>.</summary>
    public int Query { get; private set; }

    public int Length { get; private set; }

    /// <summary>What was left to chance: uniform in [0, 1), for the caller.</summary>
    public double Remainder { get; private set; }

    /// <summary>The fund at a position from 0.</summary>
    public Fund this[int position] => _funds[position];

    /// <summary>Draws search number <paramref name="index"/> of a purpose.</summary>
    public void Draw(Purpose purpose, long index)
    {
        var random = new RandomStream(seed, (ulong)purpose, (ulong)index);
        Remainder = random.NextDouble();
        // A few users search much, most of them rarely.
        var rank = random.NextDouble();
        User.Draw(seed, (int)(rank * rank * FundUser.Count));
        Query = random.NextDouble() < NamesNoType ? AnyType : User.AnyOf(ref random, AsksForTaste);
        Length = MinLength + (int)random.Below(MaxLength - MinLength + 1);
        for (var i = 0; i < Length; i++)
        {
            _funds[i] = Candidate(ref random, i);
            // The product ranks too: what is asked for and did well tends to stand above.
            _places[i] = -(0.8 * (_funds[i].Type == Query ? 1 : 0) + 0.03 * _funds[i].Return + random.NextNormal());
        }

        Array.Sort(_places, _funds, 0, Length);
    }

    Fund Candidate(ref RandomStream random, int chosen)
    {
        while (true)
        {
            var from = Query != AnyType && random.NextDouble() < ShowsAskedType ? catalogue.OfType(Query) : catalogue.All;
            var fund = from[random.Below((ulong)from.Length)];
            if (!_funds.AsSpan(0, chosen).Contains(fund)) return fund;
        }
    }
}
