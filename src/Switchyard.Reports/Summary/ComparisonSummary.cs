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
        var collapsed = experts.SelectMany(e => LayerView.Told(e.Layers).Where(l => !l.Collapsed.IsEmpty).Select(l => $"{e.Variant} {ExpertWords.Collapsed(l)}")).ToList();
        var dead = experts.SelectMany(e => LayerView.Told(e.Layers).Where(l => !l.Dead.IsEmpty).Select(l => $"{e.Variant} {ExpertWords.Dead(l)}")).ToList();
        List<string> parts =
        [
            collapsed.Count == 0 ? $"The gates of no model have collapsed ({Words.Count(experts.Length, "model")} with gates)." : $"Gates have collapsed: {Words.List(collapsed)}; nearly all rows choose the same experts.",
            .. dead.Count > 0 ? [$"Dead experts: {Words.List(dead)}."] : Array.Empty<string>(),
        ];
        var told = experts.FirstOrDefault(e => e.Variant == comparison.Told?.Variant);
        if (!told.Layers.IsDefaultOrEmpty) parts.AddRange(LayerView.Told(told.Layers).Where(ExpertWords.MayShare).Select(l => $"{told.Variant}, {l.Name}: {ExpertWords.Shared(l)}."));
        return new SummaryLine(string.Join(' ', parts), collapsed.Count + dead.Count == 0 ? Tone.Good : Tone.Bad);
    }
}
