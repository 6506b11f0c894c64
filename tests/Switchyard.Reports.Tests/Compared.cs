using System.Collections.Immutable;

namespace Switchyard.Reports.Tests;

/// <summary>Comparisons with results that a test chooses.</summary>
static class Compared
{
    /// <summary>A control called single, which is the baseline, and a model whose cells differ from it as said; every interval reaches 0.01 to both sides.</summary>
    /// <param name="cells">Scenario, difference, corrected p value.</param>
    /// <param name="meanP">p value of the difference of mean AUC.</param>
    public static ComparisonFile File((string Scenario, double Difference, double P)[] cells, double meanP) => New(
        [Variant("single", 0.7, cells.Select(c => (c.Scenario, "click", 100L))), Variant("model", 0.71, cells.Select(c => (c.Scenario, "click", 100L)))],
        [
            .. cells.Select(c => Difference("model", "single", c.Scenario, "click", c.Difference, c.P)),
            new FileDifference("model", "single", "mean_auc", "leaf", null, null, new FileInterval(0.01, 0.001, 0.019, meanP)),
        ]);

    /// <summary>Many models and scenarios, of which the last have the most rows.</summary>
    public static ComparisonFile Many(int models, int scenarios, int tasks)
    {
        string[] names = ["single", "pooled", .. Enumerable.Range(0, models - 2).Select(m => $"model {m}")];
        var cells = (from s in Enumerable.Range(0, scenarios) from t in Enumerable.Range(0, tasks) select ($"scenario {s}", $"task {t}", 100L + s)).ToList();
        var differences = from reference in new[] { "single", "pooled", "model 0" }
                          from name in names
                          where name != reference
                          from cell in cells
                          select Difference(name, reference, cell.Item1, cell.Item2, 1 / (7.0 + cell.Item3), cell.Item3 % 2 == 0 ? 0.01 : 1);
        var file = New([.. names.Select((n, i) => Variant(n, 0.7 + (i / 300.0), cells))], [.. differences]);
        return file with { Pooled = "pooled", Baseline = "model 0" };
    }

    public static ComparisonSubject Subject(ComparisonFile file) => new() { File = file, Folder = "compared" };

    public static ReportDocument Document(ComparisonFile file) => ComparisonDocument.Build(Subject(file), new ReportOptions { Output = "report.html" });

    static ComparisonFile New(ImmutableArray<FileVariant> variants, ImmutableArray<FileDifference> differences) => new()
    {
        Name = "made",
        Part = "test",
        Rows = 1000,
        Groups = 100,
        Level = "leaf",
        Baseline = "single",
        Single = "single",
        Confidence = 0.95,
        Variants = variants,
        Differences = differences,
    };

    static FileDifference Difference(string variant, string reference, string scenario, string task, double value, double p) =>
        new(variant, reference, "auc", "leaf", scenario, task, new FileInterval(value, value - 0.01, value + 0.01, p));

    static FileVariant Variant(string name, double auc, IEnumerable<(string Scenario, string Task, long Rows)> cells) => new()
    {
        Variant = name,
        Model = "mmoe",
        Topology = "mmoe",
        Parameters = 1000,
        DenseParameters = 500,
        ActiveParameters = Spread(400),
        FlopsPerRow = Spread(800),
        RowsPerSecond = Spread(1000),
        Monitor = "auc",
        Validation = new FileSpread(auc, 0.001, 2),
        MeanAuc = ImmutableDictionary<string, FileSpread?>.Empty.Add("leaf", new FileSpread(auc, null, 2)),
        Runs = [new FileRun(name, 1, "d", 1, 10, 1, 100, 1, "r"), new FileRun(name, 2, "e", 1, 10, 1, 100, 1, "r")],
        Cells = [.. cells.Select(c => new FileCell(c.Scenario, "leaf", c.Task, c.Rows, c.Rows / 3, Spread(auc), Spread(auc), Spread(0.4), Spread(1.01)))],
    };

    static FileSpread Spread(double mean) => new(mean, 0.00123, 2);
}
