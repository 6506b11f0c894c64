using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>
/// Which differences are shown. There are two families of tests, each corrected as a whole (Holm), so that every sentence and picture of a report says the same:
/// the cells of all models against all references, and the mean AUC of all models against all references. Two models that are compared both ways are one test.
/// </summary>
sealed class Decisions
{
    readonly double _significance;
    readonly Dictionary<(string, string, string?, string?), double> _corrected = [];

    public Decisions(ComparisonFile file)
    {
        _significance = file.Significance;
        var judged = file.Differences.Where(d => d.Bootstrap is not null && d.Level == file.Level).ToList();
        Add(judged.Where(d => d.Metric == "auc"));
        Add(judged.Where(d => d.Metric == "mean_auc"));
    }

    /// <summary>How differences are judged, for people.</summary>
    public static string Method(ComparisonFile file) =>
        $"A difference is called shown (gain ▲, loss ▼, a filled point) where its p value is below {Words.Decimals(file.Significance)} after one correction (Holm) over all models and what they are compared with, and for cells over all cells too; otherwise it is undecided (·, a hollow point). " +
        $"Intervals ({Words.Percent(file.Confidence)}) are not corrected: of many, some miss 0 by chance.{(file.HasOneSeed ? "" : " They cover rows and seeds.")}";

    /// <summary>The corrected p value; null of what is not judged.</summary>
    public double? P(FileDifference difference) => _corrected.TryGetValue(Key(difference), out var p) ? p : null;

    /// <summary>gain, loss or undecided.</summary>
    public string Verdict(FileDifference difference) =>
        !(P(difference) < _significance) || difference.Bootstrap!.Difference == 0 ? FileDifference.Undecided : difference.Bootstrap.Difference > 0 ? FileDifference.Gain : FileDifference.Loss;

    void Add(IEnumerable<FileDifference> family)
    {
        var tests = family.DistinctBy(Key).ToList();
        foreach (var (test, p) in tests.Zip(Holm.Adjust([.. tests.Select(t => t.Bootstrap!.P)]))) _corrected[Key(test)] = p;
    }

    static (string, string, string?, string?) Key(FileDifference d) =>
        string.CompareOrdinal(d.Variant, d.Reference) < 0 ? (d.Variant, d.Reference, d.Scenario, d.Task) : (d.Reference, d.Variant, d.Scenario, d.Task);
}
