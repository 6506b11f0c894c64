using System.Globalization;

namespace Switchyard.Comparison;

/// <summary>Figures that are measured round after round, ours and what they are compared with in turn: their medians, and how far rounds differ.</summary>
static class Rounds
{
    const string Option = "--rounds";

    /// <summary>Takes "--rounds N" out of a command's words.</summary>
    /// <param name="words">What follows the command.</param>
    /// <param name="usual">Rounds where the option is not given.</param>
    /// <exception cref="ArgumentException">N is no number above 0.</exception>
    public static (int Count, string[] Words) Take(string[] words, int usual)
    {
        var at = Array.IndexOf(words, Option);
        if (at < 0) return (usual, words);
        if (at + 1 == words.Length || !int.TryParse(words[at + 1], CultureInfo.InvariantCulture, out var count) || count < 1)
            throw new ArgumentException($"{Option} needs a number of rounds above 0.", nameof(words));
        return (count, [.. words[..at], .. words[(at + 2)..]]);
    }

    /// <summary>The middle round; of an even number the upper one of the two.</summary>
    public static double Median(IReadOnlyCollection<double> rounds) => rounds.Order().ElementAt(rounds.Count / 2);

    /// <summary>The ratio of the medians, and the lowest and the highest ratio within a round; empty where either was not measured.</summary>
    /// <param name="over">Of every round.</param>
    /// <param name="under">Of the same rounds.</param>
    public static string Ratio(IReadOnlyCollection<double> over, IReadOnlyCollection<double> under)
    {
        if (over.Count == 0 || under.Count == 0) return "";
        var ratios = over.Zip(under, (a, b) => a / b).ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{Median(over) / Median(under):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00})");
    }
}
