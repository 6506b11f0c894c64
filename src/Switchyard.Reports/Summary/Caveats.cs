using System.Globalization;

namespace Switchyard.Reports;

/// <summary>What to hold against a comparison's sentences: in one line, for all of them.</summary>
sealed class Caveats(ComparisonSubject comparison)
{
    readonly ComparisonFile _file = comparison.File;

    public SummaryLine? Build()
    {
        List<string> parts = [.. new[] { OneSeed(), Undertrained(), LeftOut(_file), Failed(_file) }.OfType<string>()];
        return parts.Count == 0 ? null : new SummaryLine(string.Join(' ', parts), Tone.Bad);
    }

    /// <summary>Cells in no mean and no test; null where there are none.</summary>
    public static string? LeftOut(ComparisonFile file)
    {
        var left = file.LeftOut();
        if (left.IsEmpty) return null;
        var tasks = file.Variants[0].Cells.Where(c => c.Level == file.Level).Select(c => c.Task).Distinct().Count();
        var few = file.Data is { } data ? $"fewer than {(data.MinPositives == data.MinNegatives ? $"{data.MinPositives} positives or negatives" : $"{data.MinPositives} positives or {data.MinNegatives} negatives")}" : "too few positives or negatives";
        return $"Left out of means and tests ({few} among the {file.Part} rows): {Words.List(left.GroupBy(c => c.Scenario).Select(s => s.Count() == tasks ? s.Key : $"{s.Key} ({Words.All([.. s.Select(c => c.Task)])})"))}.";
    }

    /// <summary>Runs that are in no number; null where there are none.</summary>
    public static string? Failed(ComparisonFile file) =>
        file.Failed.IsEmpty ? null : $"Failed, and in no mean: {Words.All([.. file.Failed.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Variant}, seed {f.Seed}"))])}.";

    string? OneSeed() => _file.HasOneSeed
        ? _file.Variants.All(v => v.Runs.Length < 2) ? "One seed: intervals cover the rows only; another training may change what is said here." : "Some models have one seed only: their intervals cover the rows only, not another training."
        : null;

    /// <summary>A model whose last validation was its best may not have learned to the end; where that is the model per scenario, gains against it are in doubt.</summary>
    string? Undertrained()
    {
        var early = _file.Variants.Where(v => v.Runs.Any(r => r.IsBestAtEnd)).ToList();
        if (early.Count == 0) return null;
        var who = early.Count == _file.Variants.Length ? "All models were" : $"{Words.List(early.Select(v => v.Variant))} {(early.Count == 1 ? "was" : "were")}";
        var text = $"{who} best at the last validation{(early.Exists(v => !v.Runs.All(r => r.IsBestAtEnd)) ? " in one seed at least" : "")}{(_file.Data is { } data ? $" ({Words.Count(data.Epochs, "epoch")} at most)" : "")}: longer training may change the order";
        return early.Exists(v => v.Variant == _file.Single) && new TransferWords(comparison).MostGained is not null ? $"{text}, and part of the gain against {_file.Single} may be that it is undertrained{Few()}." : $"{text}.";
    }

    string Few()
    {
        if (_file.Data is not { } data || new TransferWords(comparison).MostGained is not { } most || data.Training.FirstOrDefault(c => c.Scenario == most.Scenario && c.Task == most.Task) is not { } cell) return "";
        var step = (double)data.BatchSize * cell.Rows / Math.Max(1, data.TrainingRows);
        return string.Create(CultureInfo.InvariantCulture, $" ({most.Scenario} has {cell.Rows:N0} training rows: about {(step < 10 ? Math.Round(step, 1) : Math.Round(step))} of the {data.BatchSize:N0} of a step)");
    }
}
