using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Generation;

namespace Switchyard.Comparison;

/// <summary>A point of the grid: scenarios, imbalance, rows.</summary>
/// <param name="Domains">Domains, times two channels.</param>
/// <param name="Skew">Imbalance of the shares.</param>
/// <param name="Rows">Rows of the log.</param>
sealed record SelectionWorld(int Domains, double Skew, long Rows)
{
    const int Many = 12;
    const double Skewed = 1.5;

    /// <summary>Passes over the rows: fewer of more rows, as their steps are more.</summary>
    const long RowsSeen = 1_600_000;
    const int FewestEpochs = 4;
    const int MostEpochs = 12;

    public int Epochs => (int)Math.Clamp(RowsSeen / Rows, FewestEpochs, MostEpochs);

    public string Name => string.Create(CultureInfo.InvariantCulture, $"2 × {Domains}{(Skew > 0 ? $", skew {Skew}" : "")}, {Rows:N0} rows");

    /// <summary>Part of a path.</summary>
    public string Folder => string.Create(CultureInfo.InvariantCulture, $"{Domains}-{Skew}-{Rows}");

    /// <summary>
    /// Numbers of scenarios and imbalance at the middle number of rows; numbers of rows at the most scenarios. Small logs first.
    /// </summary>
    public static ImmutableArray<SelectionWorld> Grid(IReadOnlyList<long> rows)
    {
        var middle = rows.Order().ElementAt(rows.Count / 2);
        SelectionWorld[] varied = [new(2, 0, middle), new(6, 0, middle), new(Many, Skewed, middle)];
        return [.. varied.Concat(rows.Select(r => new SelectionWorld(Many, 0, r))).OrderBy(w => w.Rows).ThenBy(w => w.Domains).ThenBy(w => w.Skew)];
    }

    public FundSearchOptions Options(ulong seed) => new() { Seed = seed, Domains = Domains, Skew = Skew };
}
