using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>A tune run for people: the trials, how far they can be told apart, and what each range did.</summary>
static class TuneText
{
    const int MostValueCharacters = 40;

    public static string Write(TuneReport report)
    {
        var text = new StringBuilder();
        Trials(text, report);
        text.Append('\n').Append(Noise(report)).Append('\n');
        Ranges(text, report);
        return text.ToString().TrimEnd('\n');
    }

    static void Trials(StringBuilder text, TuneReport report)
    {
        string[] keys = [.. report.Trials.SelectMany(t => t.Settings.Keys).Distinct()];
        var rungs = report.Trials.Select(t => t.PlannedEpochs).Distinct().Count() > 1;
        text.Append(CultureInfo.InvariantCulture, $"{report.Name}: {CountText.Of(report.Trials.Length, "trial")}, {CountText.Of(report.Seeds.Length, "seed")}, {report.Monitor} on the validation rows\n\n");
        string[] heads =
        [
            "trial", .. keys, report.Monitor, .. rungs ? ["epochs"] : Array.Empty<string>(), "behind the best", "weights", "best epoch", "best step", "rows/s", "note",
        ];
        MarkdownTable.Append(text, heads, 1 + keys.Length, [.. report.Trials.Select(Line)]);

        string[] Line(TrialReport trial) =>
        [
            trial.Name ?? trial.Number.ToString(CultureInfo.InvariantCulture),
            .. keys.Select(k => trial.Settings.TryGetValue(k, out var value) ? Short(value) : ""),
            WithError(trial.Mean, trial.Deviation),
            .. rungs ? [trial.PlannedEpochs.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            WithError(trial.Behind, trial.StandardError),
            trial.Weights.ToString("N0", CultureInfo.InvariantCulture),
            Joined(trial.BestEpochs),
            Joined(trial.BestSteps),
            trial.RowsPerSecond.ToString("N0", CultureInfo.InvariantCulture),
            trial.Failure ?? (trial.Mean is null ? "the monitor has no value" : trial.Tied ? "tied with the best" : ""),
        ];
    }

    static string Noise(TuneReport report)
    {
        if (report.Best is null) return "No trial has a value: each diverged, or too few validation rows have a label (evaluation.min_positives, min_negatives).";
        var best = report.Trials[0];
        if (report.Seeds.Length < 2)
            return "The noise is not known: every trial was trained with one seed. Name two or more under 'seeds' to learn which trials cannot be told apart.";
        if (report.StandardError is not { } error) return "There is no other trial to compare the best one with.";
        string[] tied = [.. report.Trials.Where(t => t.Tied).Select(Label)];
        var line = string.Create(CultureInfo.InvariantCulture, $"Standard error of the difference of two good trials: about {error:0.0000} (paired over {report.Seeds.Length} seeds).");
        return tied.Length == 0
            ? $"{line}\nEvery other trial is behind the best, {Label(best)}, by more than one standard error."
            : $"{line}\nCannot be told apart from the best, {Label(best)}, within one standard error: {string.Join(", ", tied)}.";
    }

    static void Ranges(StringBuilder text, TuneReport report)
    {
        if (report.Ranges.IsEmpty) return;
        var lines = report.Ranges.OrderByDescending(r => r.Spread ?? -1)
            .SelectMany(r => r.Bands.Select((b, i) => new[]
            {
                i == 0 ? r.Key : "", Short(b.Value), b.Trials.ToString(CultureInfo.InvariantCulture), Number(b.Mean), i == 0 ? Number(r.Spread) : "",
            }));
        text.Append("\nMean by value, whatever else a trial had").Append(report.Method == TuneMethod.Halving ? ", after the first rung" : "").Append(":\n\n");
        MarkdownTable.Append(text, ["range", "value", "trials", report.Monitor, "spread"], 2, [.. lines]);
    }

    static string Label(TrialReport trial) => trial.Name is null ? $"trial {trial.Number}" : trial.Name;

    static string Short(string value) => value.Length > MostValueCharacters ? $"{value[..MostValueCharacters]}…" : value;

    static string WithError(double? value, double? error) => error is null ? Number(value) : $"{Number(value)} ± {Number(error)}";

    static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";

    static string Joined<T>(ImmutableArray<T> values)
        where T : IFormattable => string.Join(", ", values.Select(v => v.ToString(null, CultureInfo.InvariantCulture)));
}
