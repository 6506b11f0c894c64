using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Reports;

/// <summary>What the gates of layers come to, in words: the same in every sentence of every report.</summary>
static class ExpertWords
{
    /// <summary>When something is called dead or collapsed.</summary>
    public static string Rule { get; } =
        $"An expert is called dead that fewer than {Words.Percent(ExpertHealth.DeadBelow)} of all rows choose (where rows mix all experts: whose mean weight is less). " +
        $"Choices have collapsed where their entropy is less than {Words.Percent(ExpertHealth.CollapsedBelow)} of the way from all rows choosing the same experts to all experts being chosen alike.";

    /// <summary>Summary sentences of one model.</summary>
    public static IEnumerable<SummaryLine> Of(ImmutableArray<LayerView> layers)
    {
        var told = LayerView.Told(layers);
        if (told.IsEmpty) yield break;
        var judged = told.Where(l => l.IsJudged).ToList();
        if (judged.Count > 0)
        {
            var collapsed = judged.Where(l => !l.Collapsed.IsEmpty).ToList();
            yield return collapsed.Count == 0
                ? new SummaryLine("The gates have not collapsed: in no layer do nearly all rows choose the same experts.", Tone.Good)
                : new SummaryLine($"Gates have collapsed in {Words.List(collapsed.Select(Collapsed))}: nearly all rows choose the same experts.", Tone.Bad);
            var dead = judged.Where(l => !l.Dead.IsEmpty).ToList();
            yield return dead.Count == 0 ? new SummaryLine("No expert is dead.", Tone.Good) : new SummaryLine($"Dead experts: {Words.List(dead.Select(Dead))}.", Tone.Bad);
        }

        foreach (var layer in told.Where(MayShare)) yield return new SummaryLine($"{layer.Name}: {Shared(layer)}.");
    }

    /// <summary>layer (onto expert 2).</summary>
    public static string Collapsed(LayerView layer) => $"{layer.Name} (onto {Named(layer.Collapsed)})";

    /// <summary>layer 1 and 4 (each used by fewer than …).</summary>
    public static string Dead(LayerView layer) =>
        $"{layer.Name} {Words.Numbers(layer.Dead)} ({(layer.Selects ? "chosen by fewer" : "mean weight less")} than {Words.Percent(ExpertHealth.DeadBelow)}{(layer.Selects ? " of the rows" : "")})";

    /// <summary>Whether an expert can be shared by all at all.</summary>
    public static bool MayShare(LayerView layer) => layer.Own.Length > 1 && (!layer.Selects || layer.SelectsShared);

    /// <summary>Which experts all gates share; where there are none, which are shared most widely.</summary>
    public static string Shared(LayerView layer)
    {
        var all = layer.SharedByAll;
        if (!all.IsEmpty) return $"{Named(all)} {(all.Length == 1 ? "is" : "are")} shared by all {Gates(layer)}";
        var widest = layer.SharedBy.Index().Where(s => s.Item > 0).OrderByDescending(s => s.Item).Take(2).ToList();
        return widest.Count == 0
            ? $"no expert is shared by any of {Gates(layer)}"
            : $"no expert is shared by all {Gates(layer)}; the most widely shared: {Words.List(widest.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Index} (by {s.Item})")))}";
    }

    /// <summary>What a layer's numbers say.</summary>
    public static string Sentence(LayerView layer)
    {
        List<string> parts = [string.Create(CultureInfo.InvariantCulture, $"in effect {layer.EffectiveExperts:0.0} of {layer.Experts} experts are used")];
        if (layer.IsJudged)
        {
            parts.Add(layer.Collapsed.IsEmpty ? "the gates have not collapsed" : $"the gates have collapsed onto {Named(layer.Collapsed)}");
            parts.Add(layer.Dead.IsEmpty ? "no expert is dead" : $"dead: {Named(layer.Dead)}");
        }

        if (MayShare(layer)) parts.Add(Shared(layer));
        return $"{layer.Name}: {string.Join("; ", parts)}.";
    }

    static string Gates(LayerView layer) => $"{layer.Own.Length} {(layer.Column is null ? "tasks" : $"nodes of {layer.Column}")}";

    static string Named(ImmutableArray<int> experts) => $"expert{(experts.Length == 1 ? "" : "s")} {Words.Numbers(experts)}";
}
