using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Reports;

/// <summary>What the gates of layers come to, in words: the same in every sentence of every report.</summary>
static class ExpertWords
{
    /// <summary>When something is called by which word.</summary>
    public static ImmutableArray<string> Rule { get; } =
    [
        $"A gate uses an expert to which it gives at least half of an equal part of its mixture. An expert is shared by all that every gate of a scenario or task uses, and mainly one's that only one of them uses. " +
        $"It is dead where fewer than {Words.Percent(ExpertHealth.DeadBelow)} of all rows choose it (where rows mix all experts: where its mean weight is less), hardly used where its mean weight is below {Words.Percent(ExpertHealth.HardlyBelow)}; " +
        $"neither where {Words.Percent(ExpertHealth.ServesFrom)} of some gate's rows or weight is its.",
        $"A layer has collapsed where the entropy of all rows' choices is less than {Words.Percent(ExpertHealth.CollapsedBelow)} of the way from all rows choosing the same experts to all experts being chosen alike. " +
        $"A single gate rests on one expert that has {Words.Percent(ExpertHealth.RestsFrom)} of its weight or more: rows of that scenario or task then see no mixture. " +
        $"Gates with fewer than {ExpertHealth.LeastRows} counted rows are not judged.",
    ];

    /// <summary>Summary sentences of one model.</summary>
    public static IEnumerable<SummaryLine> Of(ImmutableArray<LayerView> layers)
    {
        var told = LayerView.Told(layers);
        if (told.IsEmpty) yield break;
        foreach (var line in Health([("", layers)])) yield return line;
        foreach (var line in SharedLines(layers)) yield return new SummaryLine(line);
    }

    /// <summary>Whether gates collapsed, and which experts do nothing, of one model or several.</summary>
    /// <param name="models">The name of every model, which is said where it is not empty, and its layers.</param>
    public static IEnumerable<SummaryLine> Health(ImmutableArray<(string Model, ImmutableArray<LayerView> Layers)> models)
    {
        var judged = (from model in models from layer in LayerView.Told(model.Layers) where layer.IsJudged select (Who: model.Model.Length == 0 ? layer.Title : $"{model.Model}, {layer.Title}", Layer: layer)).ToList();
        if (judged.Count == 0) yield break;
        var collapsed = judged.Where(j => !j.Layer.Collapsed.IsEmpty).Select(j => $"{j.Who} (onto {Named(j.Layer, j.Layer.Collapsed)})").ToList();
        var resting = judged.Where(j => j.Layer.Collapsed.IsEmpty && !j.Layer.Resting.IsEmpty).Select(j => $"{j.Who}: {Resting(j.Layer)}").ToList();
        if (collapsed.Count > 0) yield return new SummaryLine($"Gates have collapsed: {Words.List(collapsed)}; nearly all rows choose the same experts.", Tone.Bad);
        if (resting.Count > 0)
        {
            yield return new SummaryLine(
                $"{(collapsed.Count == 0 ? "No layer has collapsed as a whole, but single gates rest" : "Single gates of other layers rest")} on one expert ({Words.Percent(ExpertHealth.RestsFrom)} of the weight or more). {string.Join("; ", resting)}.", Tone.Bad);
        }

        if (collapsed.Count + resting.Count == 0)
        {
            // Where scenarios are many, or have few rows, their gates were not counted one by one.
            var unseen = judged.Where(j => j.Layer.Column is not null && j.Layer.Judged.IsEmpty).Select(j => j.Who).ToList();
            yield return new SummaryLine(
                "The gates have not collapsed: in no layer do nearly all rows choose the same experts" + (unseen.Count == 0
                    ? $", and no scenario's or task's gate rests on one expert ({Words.Percent(ExpertHealth.RestsFrom)} of the weight or more)."
                    : $"; the gates of single scenarios were not counted in {Words.List(unseen)}."), unseen.Count == 0 ? Tone.Good : Tone.Neutral);
        }

        var idle = judged.Where(j => !Idle(j.Layer).IsEmpty).Select(j => $"{j.Who}: {string.Join(", ", Idle(j.Layer))}").ToList();
        yield return idle.Count == 0
            ? new SummaryLine("No expert is dead or hardly used.", Tone.Good)
            : new SummaryLine($"Experts that do next to nothing: {string.Join("; ", idle)} (dead: used by fewer than {Words.Percent(ExpertHealth.DeadBelow)} of all rows; hardly used: less than {Words.Percent(ExpertHealth.HardlyBelow)} of the weight).", Tone.Bad);
    }

    /// <summary>Which experts all share and which are one's, a sentence a layer; of gates over the same shared experts, one sentence for all.</summary>
    public static IEnumerable<string> SharedLines(ImmutableArray<LayerView> layers)
    {
        var told = LayerView.Told(layers);
        foreach (var layer in told.Where(l => l.Group is null && l.Judged.Length > 1)) yield return $"{layer.Title}: {Shared(layer)}.";
        foreach (var group in told.Where(l => l.Group is not null).GroupBy(l => l.Group).Where(g => g.Count() > 1))
        {
            var all = SharedOf(group.First(), told)!.Value;
            yield return $"{group.Key}: shared by all: {(all.IsEmpty ? "none" : Names(group.First(), all))}.";
        }
    }

    /// <summary>The experts that all gates use, those of other tasks over the same shared experts among them; null where there is one gate.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="all">All layers of the model.</param>
    public static ImmutableArray<int>? SharedOf(LayerView layer, ImmutableArray<LayerView> all)
    {
        if (layer.Group is null) return layer.Judged.Length > 1 ? layer.SharedByAll : null;
        var group = all.Where(l => l.Group == layer.Group).ToList();
        if (group.Count < 2) return null;
        return [.. Enumerable.Range(0, layer.Experts).Where(k => ModelStructure.IsShared(layer.ExpertName(k)) && group.TrueForAll(l => l.Judged.Length > 0 && l.Judged.All(g => l.Uses(g, k))))];
    }

    /// <summary>Which experts all gates use, and which one alone.</summary>
    public static string Shared(LayerView layer)
    {
        var all = layer.SharedByAll;
        List<string> parts = [$"shared by all {Gates(layer)}: {(all.IsEmpty ? "none" : Names(layer, all))}"];
        if (!layer.Single.IsEmpty) parts.Add($"mainly one's: {Singles(layer)}");
        return string.Join("; ", parts);
    }

    /// <summary>5 → Private (76 %).</summary>
    public static string Singles(LayerView layer) => Words.List(layer.Single.Select(s => $"{layer.ExpertName(s.Expert)} → {s.Gate.Name} ({Words.Percent(s.Gate.Weight[s.Expert])})"));

    /// <summary>Private and Local on expert 4.</summary>
    public static string Resting(LayerView layer) => string.Join("; ", layer.Resting.GroupBy(r => r.Expert).Select(e => $"{Words.List(e.Select(r => r.Gate.Name))} on expert {layer.ExpertName(e.Key)}"));

    /// <summary>Experts that do nothing, by how much.</summary>
    public static ImmutableArray<string> Idle(LayerView layer) =>
    [
        .. layer.Dead.IsEmpty ? [] : new[] { $"{Named(layer, layer.Dead)} dead" },
        .. layer.HardlyUsed.IsEmpty ? [] : new[] { $"{Named(layer, layer.HardlyUsed)} hardly used" },
    ];

    /// <summary>What a layer's numbers say.</summary>
    public static string Sentence(LayerView layer)
    {
        if (layer.Fixed is { } why) return $"{layer.Title}: {why}";
        List<string> parts = [string.Create(CultureInfo.InvariantCulture, $"in effect {layer.EffectiveExperts:0.0} of {layer.Experts} experts are used")];
        if (!layer.Collapsed.IsEmpty) parts.Add($"the gates have collapsed onto {Named(layer, layer.Collapsed)}");
        else if (!layer.Resting.IsEmpty) parts.Add($"gates that rest on one expert: {Resting(layer)}");
        parts.AddRange(Idle(layer));
        if (layer.Judged.Length > 1) parts.Add(Shared(layer));
        return $"{layer.Title}: {string.Join("; ", parts)}.";
    }

    /// <summary>Whose the gates are: 7 scenarios of class_worker, 2 tasks.</summary>
    public static string Gates(LayerView layer) => layer.Group is not null ? "tasks" : $"{layer.Judged.Length} {(layer.Column is null ? "tasks" : $"scenarios of {layer.Column}")}";

    static string Names(LayerView layer, ImmutableArray<int> experts) => layer.ExpertNames.IsEmpty ? Words.Numbers(experts) : Words.List(experts.Select(layer.ExpertName));

    static string Named(LayerView layer, ImmutableArray<int> experts) => $"expert{(experts.Length == 1 ? "" : "s")} {Names(layer, experts)}";
}
