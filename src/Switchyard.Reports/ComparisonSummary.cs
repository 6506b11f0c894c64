using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Reports;

/// <summary>
/// A comparison in plain words. A difference is named only where its p value, corrected as compare corrects it (Holm over a model's cells; over the models
/// for the mean AUC), says that rows and seeds do not explain it; whatever is left open is called open.
/// </summary>
sealed class ComparisonSummary(ComparisonSubject comparison, ImmutableArray<(string Variant, ImmutableArray<LayerView> Layers)> experts, bool hasLogs)
{
    readonly ComparisonFile _file = comparison.File;

    public ImmutableArray<SummaryLine> Build() => [.. Ranking(), .. comparison.BestModel is { } best ? Transfer(best) : [], .. Losses(), .. Cost(), .. Experts(), .. Caveats()];

    IEnumerable<SummaryLine> Ranking()
    {
        var best = comparison.Best;
        if (best.Mean(_file.Level) is not { } mean)
        {
            yield return new SummaryLine("No cell has enough positives and negatives for a mean AUC, so no model can be called the best.", Tone.Bad);
            yield break;
        }

        var deviation = mean.Sd is { } sd ? $" ± {Words.Metric(sd)} over {Words.Count(mean.Seeds, "seed")}" : "";
        yield return new SummaryLine($"{best.Variant} has the highest mean AUC over the cells (scenario × task): {Words.Metric(mean.Mean)}{deviation}.");
        var corrected = RankingSection.Corrected(_file);
        if (best.Variant != _file.Baseline && _file.Mean(best.Variant, _file.Baseline)?.Bootstrap is { } lead)
        {
            yield return new SummaryLine(corrected[best.Variant] < _file.Significance
                ? $"That is {Words.Signed(lead.Difference)} [{Words.Signed(lead.Low)}, {Words.Signed(lead.High)}] against the baseline {_file.Baseline}: more than rows and seeds explain, also after correction over the models (Holm)."
                : $"That is {Words.Signed(lead.Difference)} [{Words.Signed(lead.Low)}, {Words.Signed(lead.High)}] against the baseline {_file.Baseline}: after correction over the models (Holm) rows and seeds may explain it, so the order is open.");
        }

        var differing = _file.Variants.Where(v => corrected.TryGetValue(v.Variant, out var p) && p < _file.Significance && v.Variant != best.Variant).ToList();
        var (better, worse) = (differing.Where(v => _file.Mean(v.Variant, _file.Baseline)!.Bootstrap!.Difference > 0).ToList(), differing.Where(v => _file.Mean(v.Variant, _file.Baseline)!.Bootstrap!.Difference < 0).ToList());
        if (better.Count > 0) yield return new SummaryLine($"Also significantly better than {_file.Baseline}: {Words.List(better.Select(v => v.Variant))}.");
        if (worse.Count > 0) yield return new SummaryLine($"Significantly worse than {_file.Baseline}: {Words.List(worse.Select(v => v.Variant))}.");
    }

    /// <summary>Which cells gain and lose most by sharing, with the best model that is no control.</summary>
    IEnumerable<SummaryLine> Transfer(FileVariant best)
    {
        foreach (var control in _file.Controls)
        {
            var cells = _file.Cells(best.Variant, control).ToList();
            if (cells.Count == 0) continue;
            var name = control == _file.Single ? $"a model per scenario ({control})" : $"one model for all scenarios ({control})";
            var gains = cells.Where(c => c.PHolm < _file.Significance && c.Bootstrap!.Difference > 0).OrderByDescending(c => c.Bootstrap!.Difference).ToList();
            var losses = cells.Where(c => c.PHolm < _file.Significance && c.Bootstrap!.Difference < 0).OrderBy(c => c.Bootstrap!.Difference).ToList();
            var open = cells.Count - gains.Count - losses.Count;
            var who = _file.Controls.Contains(comparison.Best.Variant) ? $"{best.Variant} (the best model that is no control)" : best.Variant;
            yield return gains.Count == 0
                ? new SummaryLine($"Against {name}, {who} gains significantly in no cell.")
                : new SummaryLine($"Against {name}, {who} gains most in {Words.List(gains.Take(3).Select(Cell))}; in all it gains significantly in {gains.Count} of {Words.Count(cells.Count, "cell")} (Holm).", Tone.Good);
            yield return losses.Count == 0
                ? new SummaryLine($"Against {name}, {best.Variant} loses significantly in no cell{(open > 0 ? $"; {open} of {Words.Count(cells.Count, "cell")} are open" : "")}.", Tone.Good)
                : new SummaryLine($"Against {name}, {best.Variant} loses most in {Words.List(losses.Take(3).Select(Cell))}; in all it loses significantly in {losses.Count} of {Words.Count(cells.Count, "cell")} (Holm): negative transfer.", Tone.Bad);
        }
    }

    static string Cell(FileDifference cell) => $"{cell.Scenario}, {cell.Task} ({Words.Signed(cell.Bootstrap!.Difference)} [{Words.Signed(cell.Bootstrap.Low)}, {Words.Signed(cell.Bootstrap.High)}])";

    IEnumerable<SummaryLine> Losses()
    {
        if (!_file.Controls.Any())
        {
            yield return new SummaryLine("Whether sharing helps cannot be said: there is no variant called single or pooled to compare with.");
            yield break;
        }

        var losers = _file.Losses.Select(l => l.Variant).Distinct().ToList();
        yield return losers.Count == 0
            ? new SummaryLine("Over the cells of all models together (Holm), no model significantly loses a cell against the controls.", Tone.Good)
            : new SummaryLine($"Over the cells of all models together (Holm), significant losses against the controls: {Words.List(losers.Select(Most))}.", Tone.Bad);

        string Most(string loser)
        {
            var own = _file.Losses.Where(l => l.Variant == loser && l.Bootstrap is not null).OrderBy(l => l.Bootstrap!.Difference).ToList();
            return own.Count == 0 ? loser : $"{loser} in {Words.Count(own.Count, "cell")}, most in {own[0].Scenario}, {own[0].Task} against {own[0].Reference} ({Words.Signed(own[0].Bootstrap!.Difference)})";
        }
    }

    IEnumerable<SummaryLine> Cost()
    {
        var (best, baseline) = (comparison.Best, _file.Variants.FirstOrDefault(v => v.Variant == _file.Baseline));
        if (baseline is null || best.Variant == baseline.Variant || best.ActiveParameters is not { } own || baseline.ActiveParameters is not { Mean: > 0 } its) yield break;
        var work = best.FlopsPerRow is { } mine && baseline.FlopsPerRow is { Mean: > 0 } theirs ? string.Create(CultureInfo.InvariantCulture, $" and {mine.Mean / theirs.Mean:0.0#} times the operations") : "";
        yield return new SummaryLine(string.Create(CultureInfo.InvariantCulture, $"A row of {best.Variant} uses {own.Mean / its.Mean:0.0#} times the weights{work} of one of {baseline.Variant}."));
    }

    IEnumerable<SummaryLine> Experts()
    {
        if (experts.IsEmpty)
        {
            if (!hasLogs) yield return new SummaryLine("Whether gates collapsed, and which experts are shared, cannot be said: the compared runs left no logs.");
            yield break;
        }

        var collapsed = experts.SelectMany(e => Shown(e.Layers).Where(l => l.Collapsed is not null).Select(l => $"{e.Variant} {l.Name} (onto expert {l.Collapsed})")).ToList();
        yield return collapsed.Count == 0
            ? new SummaryLine($"The gates of no model have collapsed ({Words.Count(experts.Length, "model")} with gates; last batches of training that were logged).", Tone.Good)
            : new SummaryLine($"Gates have collapsed: {Words.List(collapsed)}; one expert carries 90 % of the weight or more (last batches of training that were logged).", Tone.Bad);
        var dead = experts.SelectMany(e => Shown(e.Layers).Where(l => !l.Dead.IsEmpty).Select(l => $"{e.Variant} {l.Name} {Words.Numbers(l.Dead)}")).ToList();
        if (dead.Count > 0) yield return new SummaryLine($"Dead experts, used by fewer than 0.1 % of the rows: {Words.List(dead)}.", Tone.Bad);
        var best = experts.FirstOrDefault(e => e.Variant == comparison.BestModel?.Variant);
        if (best.Layers.IsDefaultOrEmpty) yield break;
        foreach (var layer in Shown(best.Layers).Where(l => l.Own.Length > 1 && (!l.Selects || l.SelectsShared)))
        {
            var all = layer.SharedByAll;
            var gates = layer.Column is { } column ? $"all {layer.Own.Length} nodes of {column}" : $"all {layer.Own.Length} tasks";
            yield return new SummaryLine($"{best.Variant}, {layer.Name}: {(all.IsEmpty ? "no expert is" : all.Length == 1 ? $"expert {all[0]} is" : $"experts {Words.Numbers(all)} are")} shared by {gates}.");
        }
    }

    static IEnumerable<LayerView> Shown(ImmutableArray<LayerView> layers) => layers.Where(l => !l.IsScenarioAttention && !l.IsBeforeSelection(layers) && l.Experts > 1);

    IEnumerable<SummaryLine> Caveats()
    {
        if (_file.Variants.Any(v => v.Runs.Length < 2)) yield return new SummaryLine(ComparisonColumns.OneSeed, Tone.Bad);
        if (!_file.Failed.IsEmpty) yield return new SummaryLine($"Failed, and in no mean: {Words.List(_file.Failed.Select(f => $"{f.Variant}, seed {f.Seed}"))}.", Tone.Bad);
        if (!_file.Missing.IsEmpty) yield return new SummaryLine($"Not run yet: {Words.List(_file.Missing)}.");
    }
}
