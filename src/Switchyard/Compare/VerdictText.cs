using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>A verdict in plain words.</summary>
public static class VerdictText
{
    /// <summary>One line: cells gained, lost and undecided, and what that means.</summary>
    public static string Of(TransferVerdict verdict, ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(report);
        var cells = verdict.Gains.Length + verdict.Losses.Length + verdict.Undecided.Length;
        if (cells == 0) return $"{verdict.Variant} against {verdict.Reference}: no cell has enough rows to say anything.";
        List<string> parts = [];
        if (!verdict.Gains.IsEmpty) parts.Add($"gains in {Most(verdict.Gains)}");
        if (!verdict.Losses.IsEmpty) parts.Add($"loses in {Most(verdict.Losses)}");
        if (!verdict.Undecided.IsEmpty) parts.Add($"undecided in {verdict.Undecided.Length}");
        return $"{verdict.Variant} against {verdict.Reference}, {CountText.Of(cells, "cell")} (Holm over these): {string.Join("; ", parts)}. {Conclusion(verdict)}{OneSeed(verdict, report)}";
    }

    static string Conclusion(TransferVerdict verdict) => (verdict.Gains.IsEmpty, verdict.Losses.IsEmpty) switch
    {
        (_, true) when verdict.Undecided.IsEmpty => "It is better everywhere.",
        (false, true) => $"No loss is shown ({verdict.Undecided.Length} undecided).",
        (true, true) => "No difference is shown.",
        (false, false) => "Some cells pay for the gain of others.",
        (true, false) when verdict.Undecided.IsEmpty => "It is worse everywhere.",
        _ => $"No gain is shown ({verdict.Undecided.Length} undecided).",
    };

    static string OneSeed(TransferVerdict verdict, ComparisonReport report) =>
        report.Variants.Any(v => v.Runs.Length < 2 && (v.Name == verdict.Variant || v.Name == verdict.Reference))
            ? " (One seed: rows only, the spread between seeds is not counted.)"
            : "";

    /// <summary>How many, and the largest.</summary>
    static string Most(IReadOnlyCollection<ValueDifference> cells)
    {
        var most = cells.MaxBy(c => Math.Abs(c.Bootstrap!.Value))!;
        return string.Create(CultureInfo.InvariantCulture, $"{cells.Count}, most in {most.Of.Scenario} {most.Of.Task} ({most.Bootstrap!.Value:+0.0000;-0.0000})");
    }
}
