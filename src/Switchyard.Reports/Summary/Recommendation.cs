namespace Switchyard.Reports;

/// <summary>
/// Which model to take. What is preferred is chosen on validation rows; the measured rows only say what can be told apart from what. Models that cannot be told
/// apart are not called equal: how much a simpler one may lose is said with it.
/// </summary>
sealed class Recommendation(ComparisonSubject comparison)
{
    /// <summary>A loss of mean AUC up to which a simpler model is offered in place of one that it cannot be told apart from.</summary>
    const double Little = 0.005;

    const int MostSimpler = 2;

    readonly ComparisonFile _file = comparison.File;

    public SummaryLine Build()
    {
        if (comparison.Best.Mean(_file.Level) is null) return new SummaryLine("No cell (scenario × task) has enough positives and negatives for a mean AUC, so no model can be recommended.", Tone.Bad);
        var candidate = comparison.Told;
        if (_file.Yardstick is not { } yardstick) return new SummaryLine($"{Candidate(candidate)} There is neither a control nor the baseline {_file.Baseline} to hold it against, so nothing is recommended.");
        var means = _file.Variants.Select(v => _file.Mean(v.Variant, yardstick.Variant)).OfType<FileDifference>().ToLookup(comparison.Decisions.Verdict);
        var own = candidate is null ? null : _file.Mean(candidate.Variant, yardstick.Variant);
        var isBetter = own is not null && comparison.Decisions.Verdict(own) == FileDifference.Gain;
        return new SummaryLine(
            string.Join(' ', new[] { isBetter ? Take(own!, yardstick) : Advice(yardstick, means), Candidate(candidate), isBetter ? "" : Against(own, yardstick), Others(yardstick, means) }.Where(t => t.Length > 0)),
            isBetter ? Tone.Good : Tone.Neutral);
    }

    string Take(FileDifference own, FileVariant yardstick) =>
        $"Take {own.Variant}: its mean AUC over the cells (scenario × task) of the {_file.Part} rows is above that of {_file.Meaning(yardstick.Variant)}, by {TransferWords.Interval(own)}.";

    string Advice(FileVariant yardstick, ILookup<string, FileDifference> means)
    {
        if (means.Count == 0) return "";
        var better = means[FileDifference.Gain].Select(d => d.Variant).ToList();
        if (better.Count > 0)
            return $"No clear choice: {Words.All(better)} {(better.Count == 1 ? "has" : "have")} a higher mean AUC on the {_file.Part} rows than {_file.Meaning(yardstick.Variant)}, but validation does not prefer {(better.Count == 1 ? "it" : "them")}; compare with more seeds before taking {(better.Count == 1 ? "it" : "one")}.";
        List<FileDifference> simpler =
        [
            .. means[FileDifference.Undecided].Where(d => d.Bootstrap!.Low >= -Little && _file.Find(d.Variant)!.Parameters < yardstick.Parameters)
                .OrderBy(d => _file.Find(d.Variant)!.Parameters).Take(MostSimpler),
        ];
        var nobody = $"no model is shown to have a higher mean AUC over the cells (scenario × task) of the {_file.Part} rows than {yardstick.Variant}";
        return simpler.Count == 0
            ? $"Take {_file.Meaning(yardstick.Variant)}: {nobody}."
            : $"Take {_file.Meaning(yardstick.Variant)} or, with fewer weights, {string.Join(" or ", simpler.Select(s => s.Variant))}: {nobody}, and by {(simpler.Count == 1 ? "its interval that one loses" : "their intervals these lose")} at most {Words.Metric(Math.Max(0, -simpler.Min(s => s.Bootstrap!.Low)))}.";
    }

    string Candidate(FileVariant? candidate)
    {
        if (candidate is null) return "There are only controls, so no model is the candidate.";
        if (comparison.Models.Count == 1) return $"Candidate: {candidate.Variant}, the only model that is no control.";
        if (!comparison.IsToldByValidation) return $"Candidate: {candidate.Variant}{(candidate.Variant == _file.Baseline ? ", the baseline" : "")}; validation cannot choose one, for not all models have a value of the same monitor.";
        var value = Words.Metric(candidate.Validation!.Mean);
        var level = comparison.Models.Where(v => v.Variant != candidate.Variant && Words.Metric(v.Validation!.Mean) == value).Select(v => v.Variant).ToList();
        return $"Candidate: {candidate.Variant}, of the models that are no control the best on the validation rows ({candidate.Monitor} {value}{(level.Count == 0 ? "" : $", level with {Words.All(level)}")}).";
    }

    string Against(FileDifference? own, FileVariant yardstick)
    {
        if (own is null) return "";
        var verdict = comparison.Decisions.Verdict(own) == FileDifference.Loss ? "is lower than" : "cannot be told apart from";
        return $"Its mean AUC {verdict} that of {yardstick.Variant} ({TransferWords.Interval(own)}).";
    }

    string Others(FileVariant yardstick, ILookup<string, FileDifference> means)
    {
        List<string> parts = [];
        Add(FileDifference.Gain, "above it");
        Add(FileDifference.Undecided, "not told apart from it");
        Add(FileDifference.Loss, "below it");
        return parts.Count == 0 ? "" : $"Of all models against {yardstick.Variant}, {string.Join("; ", parts)}.";

        void Add(string verdict, string what)
        {
            if (means[verdict].Any()) parts.Add($"{what}: {Words.All([.. means[verdict].Select(d => d.Variant)])}");
        }
    }
}
