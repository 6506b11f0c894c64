using System.Globalization;

namespace Switchyard.Samples.Tests;

/// <summary>Deterministic values for rows in a data set's layout.</summary>
sealed class Draw
{
    uint _state = 12345;

    /// <summary>A whole number in [from, to].</summary>
    public int Whole(int from, int to)
    {
        _state = (_state * 1664525u) + 1013904223u;
        return from + (int)((_state >> 8) % (uint)(to - from + 1));
    }

    public bool Chance(int percent) => Whole(0, 99) < percent;

    /// <summary>A number in [0, 1] with three decimals.</summary>
    public string Share() => (Whole(0, 1000) / 1000.0).ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>So many texts, joined by commas.</summary>
    public static string Join(int count, Func<int, string> value) => string.Join(',', Enumerable.Range(0, count).Select(value));
}
