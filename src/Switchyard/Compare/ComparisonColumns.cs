using System.Globalization;
using MathNet.Numerics.Statistics;
using Switchyard.Data;

namespace Switchyard;

/// <summary>The wording of a comparison's numbers, the same in Markdown and on a terminal. Empty where there is no value.</summary>
public static class ComparisonColumns
{
    /// <summary>Mean ± standard deviation.</summary>
    public static string Text(Spread? spread) => spread switch
    {
        null => "",
        { Deviation: { } deviation } => string.Create(CultureInfo.InvariantCulture, $"{spread.Mean:0.0000} ± {deviation:0.0000}"),
        _ => spread.Mean.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    /// <summary>With its sign.</summary>
    public static string Signed(double? value) => value is { } number ? (Math.Round(number, 4) + 0.0).ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture) : "";

    /// <summary>Both ends.</summary>
    public static string Range(Interval? interval) => interval is null ? "" : $"[{Signed(interval.Low)}, {Signed(interval.High)}]";

    /// <summary>A p value.</summary>
    public static string P(double? p) => p switch
    {
        null => "",
        < 0.0001 => "<0.0001",
        { } value => value.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    /// <summary>A whole number with separators.</summary>
    public static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A size in memory.</summary>
    public static string Bytes(long bytes) => ByteText.Of(bytes);

    /// <summary>equal or own.</summary>
    public static string Size(VariantReport variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return variant.Size is { } size ? Names.Snake(size.ToString()) : "";
    }

    /// <summary>Epochs of the weights that were kept, one a seed.</summary>
    public static string Epochs(VariantReport variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return string.Join(" ", variant.Runs.Select(r => r.BestEpoch));
    }

    /// <summary>A difference with what it comes to: ▲ gain, ▼ loss, · undecided.</summary>
    public static string Entry(ValueDifference? difference, ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (difference?.Bootstrap is not { } interval) return "";
        var decided = difference.HolmP < 1 - report.Comparison.Options.Confidence;
        return $"{Signed(interval.Value)} {(!decided ? "·" : interval.Value > 0 ? "▲" : "▼")}";
    }

    /// <summary>Training rows per second: the median of the seeds, and their range.</summary>
    public static string Speed(VariantReport variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        var speeds = variant.Runs.Select(r => r.RowsPerSecond).ToArray();
        return Number(speeds.Median()) + (speeds.Length > 1 ? $" [{Number(speeds.Min())}, {Number(speeds.Max())}]" : "");
    }

    /// <summary>Mean seconds of training; at least so many where a run was resumed.</summary>
    public static string Seconds(VariantReport variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return (variant.Runs.Any(r => r.Resumed) ? "≥ " : "") + Number(variant.Runs.Average(r => r.Seconds));
    }

    /// <summary>How many threads the runs had: 1 or 2 threads.</summary>
    public static string Threads(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        int[] threads = [.. report.Variants.SelectMany(v => v.Runs).Select(r => r.Threads).Distinct().Order()];
        return string.Concat(threads[..^1].Select(t => $"{t} or ")) + CountText.Of(threads[^1], "thread");
    }

    /// <summary>What intervals lack with one seed.</summary>
    public const string OneSeed = "One seed: intervals and p values cover rows only, not the spread between seeds.";

    /// <summary>Name of what decided the best weights; per variant where they differ.</summary>
    public static string Monitors(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var monitors = report.Variants.Select(v => v.Runs[0].Monitor).Distinct().ToArray();
        return monitors.Length == 1 ? monitors[0] : string.Join(", ", report.Variants.Select(v => $"{v.Name} {v.Runs[0].Monitor}")) + "; values of different monitors cannot be compared";
    }

    /// <summary>Why there is no difference from the baseline.</summary>
    public static string NoDifferences(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var baseline = report.Comparison.Baseline;
        if (report.Variants.All(v => v.Name != baseline)) return $"There are no differences: the baseline {baseline} has no finished run; train it with --only {baseline}.";
        return report.Variants.Length == 1 ? "There are no differences: nothing but the baseline is finished." : "There are no differences: no cell has enough rows.";
    }

    /// <summary>Head of a column of intervals.</summary>
    public static string Coverage(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return string.Create(CultureInfo.InvariantCulture, $"{100 * report.Comparison.Options.Confidence:0.##} % interval");
    }

    /// <summary>Levels that have a mean AUC; in a tree of one level the first and the last are the same.</summary>
    public static IReadOnlyList<string> Levels(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var levels = report.Variants[0].Means.Select(m => m.Level).ToArray();
        return report.Level != "level1" && levels.Length == 2 && report.Variants[0].Cells.All(c => c.Level != "level1") ? ["leaf"] : levels;
    }

    /// <summary>Places of the cells that are shown: those of the report's level, then the totals.</summary>
    public static IReadOnlyList<int> Cells(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return [.. report.Variants[0].Cells.Index().Where(c => c.Item.Rows > 0 && (c.Item.Level == report.Level || c.Item.Level == "total")).Select(c => c.Index)];
    }
}
