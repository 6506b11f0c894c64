using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>
/// A comparison in plain words. A difference is named only where its p value, corrected as compare corrects it (Holm over a model's cells; over the models
/// for the mean AUC), says that rows and seeds do not explain it; whatever is left open is called open.
/// </summary>
sealed class ComparisonSummary(ComparisonSubject comparison, ImmutableArray<(string Variant, ImmutableArray<LayerView> Layers)> experts, bool hasLogs)
{
    readonly ComparisonFile _file = comparison.File;

    public ImmutableArray<SummaryLine> Build() => [.. Ranking(), .. comparison.Told is { } told ? Transfer(told) : [], .. Losses(), .. Cost(), .. Experts(), .. Caveats()];

    IEnumerable<SummaryLine> Ranking()
    {
        var best = comparison.Best;
        if (best.Mean(_file.Level) is not { } mean)
        {
            yield return new SummaryLine("No cell has enough positives and negatives for a mean AUC, so no model can be called the best.", Tone.Bad);
            yield break;
        }

        var deviation = mean.Sd is { } sd ? $" ± {Words.Metric(sd)} over {Words.Count(mean.Seeds, "seed")}" : "";
        yield return new SummaryLine($"The highest mean AUC over the cells (scenario × task) was measured for {best.Variant}: {Words.Metric(mean.Mean)}{deviation}. The highest of {Words.Count(_file.Variants.Length, "model")} on the same rows is flattered by chance.");
        var corrected = RankingSection.Corrected(_file);
        if (best.Variant != _file.Baseline && _file.Mean(best.Variant, _file.Baseline)?.Bootstrap is { } lead)
        {
            yield return new SummaryLine(corrected[best.Variant] < _file.Significance
                ? $"That is {Words.Signed(lead.Difference)} [{Words.Signed(lead.Low)}, {Words.Signed(lead.High)}] against the baseline {_file.Baseline}: more than rows and seeds explain, also after correction over the models (Holm)."
                : $"That is {Words.Signed(lead.Difference)} [{Words.Signed(lead.Low)}, {Words.Signed(lead.High)}] against the baseline {_file.Baseline}: after correction over the models (Holm) rows and seeds may explain it, so the order is open.");
        }

        var differing = _file.Variants.Where(v => corrected.TryGetValue(v.Variant, out var p) && p < _file.Significance).ToList();
        var (better, worse) = (differing.Where(v => _file.Mean(v.Variant, _file.Baseline)!.Bootstrap!.Difference > 0).ToList(), differing.Where(v => _file.Mean(v.Variant, _file.Baseline)!.Bootstrap!.Difference < 0).ToList());
        if (better.Count > 0) yield return new SummaryLine($"Significantly better than {_file.Baseline}: {Words.List(better.Select(v => v.Variant))}.");
        if (differing.Count == 0 && corrected.Count > 0) yield return new SummaryLine($"No model's mean AUC differs significantly from that of the baseline {_file.Baseline}, after correction over the models (Holm).");
        if (worse.Count > 0) yield return new SummaryLine($"Significantly worse than {_file.Baseline}: {Words.List(worse.Select(v => v.Variant))}.");
    }

    /// <summary>Which cells gain and lose most by sharing, with the model that validation prefers.</summary>
    IEnumerable<SummaryLine> Transfer(FileVariant told)
    {
        var who = $"{told.Variant} ({comparison.ToldBecause} of the models that are no control)";
        var means = Means(told);
        foreach (var control in _file.Controls)
        {
            var name = control == _file.Single ? $"a model per scenario ({control})" : $"one model for all scenarios ({control})";
            if (means.TryGetValue(control, out var mean)) yield return Mean(mean.Difference, mean.P, name, who);
            var cells = _file.Cells(told.Variant, control).ToList();
            if (cells.Count == 0) continue;
            var gains = cells.Where(c => c.Verdict(_file.Significance) == FileDifference.Gain).OrderByDescending(c => c.Bootstrap!.Difference).ToList();
            var losses = cells.Where(c => c.Verdict(_file.Significance) == FileDifference.Loss).OrderBy(c => c.Bootstrap!.Difference).ToList();
            var open = cells.Count - gains.Count - losses.Count;
            if (gains.Count + losses.Count == 0)
            {
                yield return new SummaryLine($"Against {name}, no difference of {who} is shown either way: all of {Words.Count(cells.Count, "cell")} are undecided (Holm).");
                continue;
            }

            yield return gains.Count == 0
                ? new SummaryLine($"Against {name}, {who} gains significantly in no cell.")
                : new SummaryLine($"Against {name}, {who} gains most in {Words.List(gains.Take(3).Select(Cell))}; in all it gains significantly in {Words.Number(gains.Count)} of {Words.Count(cells.Count, "cell")} (Holm).", Tone.Good);
            yield return losses.Count == 0
                ? new SummaryLine($"Against {name}, no significant loss of {told.Variant} is shown{(open > 0 ? $"; {Words.Number(open)} of {Words.Count(cells.Count, "cell")} {(open == 1 ? "is" : "are")} undecided" : "")}.")
                : new SummaryLine($"Against {name}, {told.Variant} loses most in {Words.List(losses.Take(3).Select(Cell))}; in all it loses significantly in {Words.Number(losses.Count)} of {Words.Count(cells.Count, "cell")} (Holm): negative transfer.", Tone.Bad);
        }
    }

    /// <summary>A model's difference in the mean AUC from every control, with its p value corrected over the controls.</summary>
    Dictionary<string, (FileInterval Difference, double P)> Means(FileVariant told)
    {
        var means = _file.Controls.Select(c => _file.Mean(told.Variant, c)).OfType<FileDifference>().ToList();
        var corrected = Holm.Adjust([.. means.Select(m => m.Bootstrap!.P)]);
        return means.Select((m, i) => (m.Reference, Of: (m.Bootstrap!, corrected[i]))).ToDictionary(m => m.Reference, m => m.Of, StringComparer.Ordinal);
    }

    SummaryLine Mean(FileInterval mean, double corrected, string name, string who)
    {
        var text = $"Against {name}, the mean AUC of {who} differs by {Words.Signed(mean.Difference)} [{Words.Signed(mean.Low)}, {Words.Signed(mean.High)}]: ";
        return corrected < _file.Significance
            ? new SummaryLine($"{text}more than rows and seeds explain, also after correction over the controls (Holm).", mean.Difference > 0 ? Tone.Good : Tone.Bad)
            : new SummaryLine($"{text}rows and seeds may explain it, after correction over the controls (Holm).");
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
        var cells = (from control in _file.Controls from variant in _file.Variants where !_file.Controls.Contains(variant.Variant) from cell in _file.Cells(variant.Variant, control) select cell).ToList();
        var alone = cells.Count(c => c.Verdict(_file.Significance) == FileDifference.Loss);
        yield return losers.Count > 0
            ? new SummaryLine($"Over the cells of all models together (Holm), significant losses against the controls: {Words.List(losers.Select(Most))}.", Tone.Bad)
            : alone > 0
                ? new SummaryLine($"Of {Words.Count(alone, "loss", "losses")} against the controls that {(alone == 1 ? "is" : "are")} significant among a model's own cells, none stays so when the cells of all models are corrected together (Holm).")
                : cells.TrueForAll(c => c.Verdict(_file.Significance) == FileDifference.Undecided)
                    ? new SummaryLine($"Against the controls nothing is shown either way, for any model: all of {Words.Count(cells.Count, "difference")} are undecided (Holm).")
                    : new SummaryLine("Over the cells of all models together (Holm), no significant loss against the controls is shown.");

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
        var work = best.FlopsPerRow is { } mine && baseline.FlopsPerRow is { Mean: > 0 } theirs ? string.Create(CultureInfo.InvariantCulture, $" and {mine.Mean / theirs.Mean:0.0##} times the operations") : "";
        yield return new SummaryLine(string.Create(CultureInfo.InvariantCulture, $"A row of {best.Variant} uses {own.Mean / its.Mean:0.0##} times the weights{work} of one of {baseline.Variant}."));
    }

    IEnumerable<SummaryLine> Experts()
    {
        if (experts.IsEmpty)
        {
            if (!hasLogs) yield return new SummaryLine("Whether gates collapsed, and which experts are shared, cannot be said: the compared runs left no logs.");
            yield break;
        }

        var collapsed = experts.SelectMany(e => LayerView.Told(e.Layers).Where(l => !l.Collapsed.IsEmpty).Select(l => $"{e.Variant} {ExpertWords.Collapsed(l)}")).ToList();
        yield return collapsed.Count == 0
            ? new SummaryLine($"The gates of no model have collapsed ({Words.Count(experts.Length, "model")} with gates; last batches of training that were logged).", Tone.Good)
            : new SummaryLine($"Gates have collapsed: {Words.List(collapsed)}; nearly all rows choose the same experts (last batches of training that were logged).", Tone.Bad);
        var dead = experts.SelectMany(e => LayerView.Told(e.Layers).Where(l => !l.Dead.IsEmpty).Select(l => $"{e.Variant} {ExpertWords.Dead(l)}")).ToList();
        if (dead.Count > 0) yield return new SummaryLine($"Dead experts: {Words.List(dead)}.", Tone.Bad);
        var told = experts.FirstOrDefault(e => e.Variant == comparison.Told?.Variant);
        if (told.Layers.IsDefaultOrEmpty) yield break;
        foreach (var layer in LayerView.Told(told.Layers).Where(ExpertWords.MayShare)) yield return new SummaryLine($"{told.Variant}, {layer.Name}: {ExpertWords.Shared(layer)}.");
    }

    IEnumerable<SummaryLine> Caveats()
    {
        if (_file.Variants.Any(v => v.Runs.Length < 2)) yield return new SummaryLine(ComparisonColumns.OneSeed, Tone.Bad);
        if (!_file.Failed.IsEmpty) yield return new SummaryLine($"Failed, and in no mean: {Words.List(_file.Failed.Select(f => $"{f.Variant}, seed {f.Seed}"))}.", Tone.Bad);
        if (!_file.Missing.IsEmpty) yield return new SummaryLine($"Not run yet: {Words.List(_file.Missing)}.");
    }
}
