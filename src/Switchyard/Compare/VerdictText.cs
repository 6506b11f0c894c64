using System.Globalization;

namespace Switchyard;

/// <summary>A verdict in plain words.</summary>
public static class VerdictText
{
    const int MostNamed = 6;

    /// <summary>One line: cells gained, lost and undecided, and what that means.</summary>
    public static string Of(TransferVerdict verdict, ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(report);
        var cells = verdict.Gains.Length + verdict.Losses.Length + verdict.Undecided.Length;
        if (cells == 0) return $"{verdict.Variant} against {verdict.Reference}: no cell has enough rows to say anything.";
        List<string> parts = [];
        if (!verdict.Gains.IsEmpty) parts.Add($"gains in {Named(verdict.Gains)}");
        if (!verdict.Losses.IsEmpty) parts.Add($"loses in {Named(verdict.Losses)}");
        if (!verdict.Undecided.IsEmpty) parts.Add($"undecided in {verdict.Undecided.Length}");
        return $"{verdict.Variant} against {verdict.Reference}, {cells} cells: {string.Join("; ", parts)}. {Conclusion(verdict)}{OneSeed(verdict, report)}";
    }

    static string Conclusion(TransferVerdict verdict) => (verdict.Gains.IsEmpty, verdict.Losses.IsEmpty) switch
    {
        (_, true) when verdict.Undecided.IsEmpty => "It is better everywhere.",
        (false, true) => "No cell pays for the gain.",
        (true, true) => "No difference is shown.",
        (false, false) => "Some cells pay for the gain of others.",
        _ => "No cell gains.",
    };

    static string OneSeed(TransferVerdict verdict, ComparisonReport report) =>
        report.Variants.Any(v => v.Runs.Length < 2 && (v.Name == verdict.Variant || v.Name == verdict.Reference))
            ? " (One seed: the spread between seeds is not counted.)"
            : "";

    static string Named(IReadOnlyCollection<ValueDifference> cells)
    {
        var shown = cells.Take(MostNamed).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Of.Scenario} {c.Of.Task} ({c.Bootstrap!.Value:+0.0000;-0.0000})"));
        var more = cells.Count > MostNamed ? $" and {cells.Count - MostNamed} more" : "";
        return $"{cells.Count}: {string.Join(", ", shown)}{more}";
    }
}
