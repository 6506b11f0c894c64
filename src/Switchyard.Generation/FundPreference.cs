using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Generation;

/// <summary>What a preference sees of a row: features of about zero mean and unit variance, and a cell of the table age × type.</summary>
struct FundFeatures
{
    public const int Count = 7;
    public static readonly ImmutableArray<string> Names = ["asked_for", "held", "risk_fit", "return_1y", "fee", "size", "activity"];

    [System.Runtime.CompilerServices.InlineArray(Count)]
    public struct Numbers
    {
        double _first;
    }

    public Numbers Values;
    public int Cell;

    public static FundFeatures Of(FundList list, int position)
    {
        var (user, fund) = (list.User, list[position]);
        var features = new FundFeatures { Cell = user.Age * FundCatalogue.Types.Length + fund.Type };
        var values = (Span<double>)features.Values;
        values[0] = ((fund.Type == list.Query ? 1 : 0) - 0.4) / 0.5;
        values[1] = ((user.Holdings.Contains(fund.Type) ? 1 : 0) - 0.2) / 0.4;
        values[2] = 1.5 - Math.Abs(user.Risk - fund.Risk);
        values[3] = (fund.Return - 8) / 9;
        values[4] = (fund.Fee - 0.8) / 0.4;
        values[5] = (Math.Log(fund.Size) - 6) / 1.3;
        values[6] = (Math.Log(1 + user.Activity) - 1.7) / 0.7;
        return features;
    }
}

/// <summary>
/// A function of a row: linear in <see cref="FundFeatures"/> plus a table age × type. Everything it reads stands in the log.
/// </summary>
sealed class FundPreference
{
    const int Cells = 48;
    const double TableShare = 0.25;

    // Coordinates in which the squared length of a function is about its variance over rows: features, then cells.
    readonly double[] _coordinates;

    FundPreference(double[] coordinates) => _coordinates = coordinates;

    /// <summary>The part all scenarios share: signs as people have them, a drawn table, standard deviation <paramref name="deviation"/>.</summary>
    public static FundPreference Shared(ulong seed, int task, double deviation)
    {
        double[] signs = [0.7, 0.3, 0.5, 0.3, -0.3, 0.1, 0.3];
        var random = new RandomStream(seed, (ulong)Purpose.Preference, (ulong)task);
        var drawn = Draw(ref random);
        var length = Math.Sqrt(signs.Sum(s => s * s) / (1 - TableShare));
        for (var i = 0; i < signs.Length; i++) drawn[i] = signs[i] / length;
        return new FundPreference(drawn).Scaled(deviation);
    }

    /// <summary>A part of its own for a family of scenarios: drawn, then made orthogonal to <paramref name="others"/>.</summary>
    public static FundPreference Own(ulong seed, int stream, IEnumerable<FundPreference> others, double deviation)
    {
        var random = new RandomStream(seed, (ulong)Purpose.Preference, (ulong)stream);
        var drawn = Draw(ref random);
        foreach (var other in others)
        {
            var share = Dot(drawn, other._coordinates) / Dot(other._coordinates, other._coordinates);
            for (var i = 0; i < drawn.Length; i++) drawn[i] -= share * other._coordinates[i];
        }

        return new FundPreference(drawn).Scaled(deviation);
    }

    public double Of(in FundFeatures features)
    {
        var sum = _coordinates[FundFeatures.Count + features.Cell] * Math.Sqrt(Cells);
        for (var i = 0; i < FundFeatures.Count; i++) sum += _coordinates[i] * features.Values[i];
        return sum;
    }

    /// <summary>Weights by name; those of the table as <c>age:type</c>.</summary>
    public ImmutableSortedDictionary<string, double> Weights()
    {
        var names = FundFeatures.Names.Concat(FundUser.Ages.SelectMany(age => FundCatalogue.Types.Select(type => $"{age}:{type.Name}")));
        return names.Select((name, i) => KeyValuePair.Create(name, i < FundFeatures.Count ? _coordinates[i] : _coordinates[i] * Math.Sqrt(Cells)))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>Cosine of two functions: about their correlation over rows.</summary>
    public double Cosine(FundPreference other) =>
        Dot(_coordinates, other._coordinates) / Math.Sqrt(Dot(_coordinates, _coordinates) * Dot(other._coordinates, other._coordinates));

    static double[] Draw(ref RandomStream random)
    {
        var drawn = new double[FundFeatures.Count + Cells];
        for (var i = 0; i < drawn.Length; i++) drawn[i] = random.NextNormal();
        Normalise(drawn.AsSpan(0, FundFeatures.Count), 1 - TableShare);
        Normalise(drawn.AsSpan(FundFeatures.Count), TableShare);
        return drawn;
    }

    static void Normalise(Span<double> values, double squaredLength)
    {
        var factor = Math.Sqrt(squaredLength / Dot(values, values));
        foreach (ref var value in values) value *= factor;
    }

    FundPreference Scaled(double deviation)
    {
        Normalise(_coordinates, deviation * deviation);
        return this;
    }

    static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
