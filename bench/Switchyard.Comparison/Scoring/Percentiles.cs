namespace Switchyard.Comparison;

/// <summary>Time of a call in milliseconds: the middle one, and the one that 99 of 100 stay below.</summary>
readonly record struct Percentiles(double Median, double P99)
{
    public static Percentiles Of(List<double> milliseconds)
    {
        milliseconds.Sort();
        return new(At(milliseconds, 0.5), At(milliseconds, 0.99));
    }

    /// <summary>The median over rounds of either.</summary>
    public static Percentiles OfRounds(IReadOnlyCollection<Percentiles> rounds) =>
        new(Rounds.Median([.. rounds.Select(r => r.Median)]), Rounds.Median([.. rounds.Select(r => r.P99)]));

    public override string ToString() => $"{Median:0.000} / {P99:0.000}";

    static double At(List<double> sorted, double share) => sorted[(int)(share * (sorted.Count - 1))];
}
