using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>Who gains by sharing and who pays for it, in words.</summary>
sealed class TransferWords(ComparisonSubject comparison)
{
    const int MostNamed = 3;

    readonly ComparisonFile _file = comparison.File;

    /// <summary>-0.0014 [-0.0044, +0.0015].</summary>
    public static string Interval(FileDifference difference) =>
        $"{Words.Signed(difference.Bootstrap!.Difference)} [{Words.Signed(difference.Bootstrap.Low)}, {Words.Signed(difference.Bootstrap.High)}]";

    /// <summary>Whose gains are told: the candidate; of controls alone, one model for all.</summary>
    public string? Who => comparison.Told?.Variant ?? (_file.Controls.Count() > 1 ? _file.Pooled : null);

    /// <summary>The cell that gains most against a model per scenario; null where none is shown to.</summary>
    public FileDifference? MostGained => _file.Single is { } single && Who is { } who ? Of(who, single, FileDifference.Gain).FirstOrDefault() : null;

    /// <summary>Which scenarios gain most by sharing.</summary>
    public SummaryLine Gains()
    {
        if (!_file.Controls.Any()) return new SummaryLine("Whether sharing helps cannot be said: there is no variant called single or pooled to compare with.");
        if (Who is not { } who) return new SummaryLine("Who gains by sharing cannot be said: nothing but a control is finished.");
        var against = _file.Controls.Where(c => c != who).Select(c => (Control: c, Cells: _file.Cells(who, c).Count(), Gains: Of(who, c, FileDifference.Gain))).Where(a => a.Cells > 0).ToList();
        if (against.Count == 0) return new SummaryLine($"Whether {Name(who)} gains or loses by sharing cannot be said: no cell (scenario × task) could be tested.");
        if (against.TrueForAll(a => a.Gains.IsEmpty))
            return new SummaryLine($"No gain of {Name(who)} is shown in any scenario, against {Words.All([.. _file.Controls.Where(c => c != who).Select(_file.Meaning)])}: none of {Words.Count(against.Sum(a => a.Cells), "difference")} of a cell{Open(who, against[0].Control, 1)}.");
        var parts = against.Select(a => a.Gains.IsEmpty
            ? $"against {_file.Meaning(a.Control)} in no cell of {Words.Number(a.Cells)}"
            : $"against {_file.Meaning(a.Control)} in {Words.Number(a.Gains.Length)} of {Words.Count(a.Cells, "cell")}, most in {Words.All([.. a.Gains.Take(MostNamed).Select(g => $"{g.Scenario}, {g.Task} ({Interval(g)})")])}{Open(who, a.Control, 1)}");
        // A model per scenario that had not learned to its end is no measure to be praised by.
        var isInDoubt = against.Exists(a => !a.Gains.IsEmpty && _file.Find(a.Control)!.Runs.Any(r => r.IsBestAtEnd));
        return new SummaryLine($"Gains of {Name(who)}: {string.Join("; ", parts)}.", isInDoubt ? Tone.Neutral : Tone.Good);
    }

    /// <summary>Which cells lose by sharing: of the candidate, and as negative transfer of all models.</summary>
    public SummaryLine? Losses()
    {
        if (!_file.Controls.Any(c => _file.Variants.Any(v => v.Variant != c && _file.Cells(v.Variant, c).Any()))) return null;
        List<string> parts = [];
        var own = Who is null ? [] : _file.Controls.Where(c => c != Who).Select(c => (Control: c, Cells: _file.Cells(Who, c).ToList(), Losses: Of(Who, c, FileDifference.Loss))).Where(a => a.Cells.Count > 0).ToList();
        var spared = own.Where(a => a.Losses.IsEmpty).Select(a => $"{a.Control} ({Words.Number(a.Cells.Count(c => comparison.Decisions.Verdict(c) == FileDifference.Undecided))} of {Words.Count(a.Cells.Count, "cell")} undecided{Open(Who!, a.Control, -1)})").ToList();
        parts.AddRange(own.Where(a => !a.Losses.IsEmpty).Select(a =>
            $"{Capital(Name(Who!))} loses against {a.Control} in {Words.Number(a.Losses.Length)} of {Words.Count(a.Cells.Count, "cell")}, most in {Words.All([.. a.Losses.Take(MostNamed).Select(l => $"{l.Scenario}, {l.Task} ({Interval(l)})")])}."));
        if (spared.Count > 0) parts.Add($"No loss of {Name(Who!)} is shown against {Words.All(spared)}.");

        if (_file.Single is { } single && _file.Controls.Contains(single))
        {
            var transfer = Losers(single).ToList();
            parts.Add(transfer.Count == 0
                ? $"Negative transfer (a cell worse than under {_file.Meaning(single)}) is shown for no model."
                : $"Negative transfer (a cell worse than under {_file.Meaning(single)}): {Words.All(transfer)}.");
        }
        else
        {
            parts.Add("Negative transfer cannot be said: there is no model per scenario (a variant called single).");
        }

        if (_file.Pooled is { } pooled && _file.Controls.Contains(pooled) && Losers(pooled).ToList() is { Count: > 0 } below) parts.Add($"Worse than {_file.Meaning(pooled)}: {Words.All(below)}.");
        return new SummaryLine(string.Join(' ', parts), own.Exists(a => !a.Losses.IsEmpty) ? Tone.Bad : Tone.Neutral);
    }

    /// <summary>Every model that is no control and loses a cell against one: in how many, and the largest.</summary>
    IEnumerable<string> Losers(string control) =>
        from model in comparison.Models
        let losses = Of(model.Variant, control, FileDifference.Loss)
        where !losses.IsEmpty
        let most = $"{losses[0].Scenario}, {losses[0].Task} ({Words.Signed(losses[0].Bootstrap!.Difference)})"
        select losses.Length == 1 ? $"{model.Variant} in {most}" : $"{model.Variant} in {Words.Count(losses.Length, "cell")}, most in {most}";

    /// <summary>Names the undecided cell that differs more than all that are shown to: small scenarios hide large differences.</summary>
    /// <param name="variant">Whose.</param>
    /// <param name="reference">Against which.</param>
    /// <param name="sign">1 for gains, -1 for losses.</param>
    string Open(string variant, string reference, int sign)
    {
        var largest = _file.Cells(variant, reference).Where(c => c.Bootstrap is { } b && sign * b.Difference > 0).MaxBy(c => sign * c.Bootstrap!.Difference);
        return largest is null || comparison.Decisions.Verdict(largest) != FileDifference.Undecided
            ? ""
            : $"; the largest that is undecided: {largest.Scenario}, {largest.Task} ({Interval(largest)})";
    }

    /// <summary>The cells of a verdict, the largest difference first.</summary>
    ImmutableArray<FileDifference> Of(string variant, string reference, string verdict) =>
        [.. _file.Cells(variant, reference).Where(c => comparison.Decisions.Verdict(c) == verdict).OrderByDescending(c => Math.Abs(c.Bootstrap!.Difference))];

    string Name(string who) => who == comparison.Told?.Variant ? $"the candidate {who}" : who;

    static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
