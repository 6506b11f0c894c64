using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Reports;

/// <summary>
/// A comparison in few plain words: what to take, who gains, who pays, what the gates do, what it costs, and what to hold against all that. A difference is named
/// only where <see cref="Decisions"/> show it; whatever is left open is called undecided.
/// </summary>
sealed class ComparisonSummary(ComparisonSubject comparison, ImmutableArray<(string Variant, ImmutableArray<LayerView> Layers)> experts, bool hasLogs)
{
    readonly ComparisonFile _file = comparison.File;

    public ImmutableArray<SummaryLine> Build()
    {
        var transfer = new TransferWords(comparison);
        return [.. new[] { new Recommendation(comparison).Build(), transfer.Gains(), transfer.Losses(), Experts(), Cost(), new Caveats(comparison).Build() }.OfType<SummaryLine>()];
    }

    SummaryLine? Cost()
    {
        if (comparison.Told is not { } told || _file.Yardstick is not { } other || told.Variant == other.Variant) return null;
        List<string> parts = [];
        Add("operations", told.FlopsPerRow?.Mean, other.FlopsPerRow?.Mean);
        Add("weights", told.ActiveParameters?.Mean, other.ActiveParameters?.Mean);
        var row = parts.Count == 0 ? "" : $" a row takes {Words.All(parts)} of one of {other.Variant};";
        return new SummaryLine($"What the candidate {told.Variant} costs:{row} it has {Words.Number(told.Parameters)} trained values, {other.Variant} {Words.Number(other.Parameters)}.");

        void Add(string what, double? mine, double? theirs)
        {
            if (mine is { } a && theirs is > 0 and { } b) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{a / b:0.##} times the {what}"));
        }
    }

    SummaryLine? Experts()
    {
        if (experts.IsEmpty) return hasLogs ? null : new SummaryLine("Whether gates collapsed, and which experts are shared, cannot be said: the compared runs left no logs.");
        var health = ExpertWords.Health([.. experts.Select(e => (e.Variant, e.Layers))]).ToList();
        var told = experts.FirstOrDefault(e => e.Variant == comparison.Told?.Variant);
        IEnumerable<string> shared = told.Layers.IsDefaultOrEmpty
            ? ["Which experts are shared by all stands in the table of experts."]
            : ExpertWords.SharedLines(told.Layers).Select(line => $"{told.Variant}, {line}");
        return new SummaryLine(string.Join(' ', health.Select(h => h.Text).Concat(shared)), health.TrueForAll(h => h.Tone == Tone.Good) ? Tone.Good : Tone.Bad);
    }
}
