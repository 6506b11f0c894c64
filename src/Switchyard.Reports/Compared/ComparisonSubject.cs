using System.Collections.Immutable;
using Switchyard.Evaluation;

namespace Switchyard.Reports;

/// <summary>A comparison with all that a report says of it.</summary>
sealed record ComparisonSubject
{
    public required ComparisonFile File { get; init; }

    /// <summary>Its output folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The measured rows; null where they cannot be opened.</summary>
    public MeasuredRows? Rows { get; init; }

    /// <summary>Why not.</summary>
    public string? NoRows { get; init; }

    /// <summary>Scores [task][row] of every variant's first seed, as far as they were found.</summary>
    public ImmutableArray<(string Variant, float[][] Scores)> Scores { get; init; } = [];

    /// <summary>The log of every variant's first seed, as far as there are any.</summary>
    public ImmutableArray<(string Variant, TrainingLog Log)> Logs { get; init; } = [];

    /// <summary>Which differences are shown.</summary>
    public Decisions Decisions => field ??= new Decisions(File);

    /// <summary>Configuration of the baseline's first run as YAML; null where it was not found.</summary>
    public string? Configuration { get; init; }

    /// <summary>Rows of a figure of all models and cells, so that the page stays small.</summary>
    const int MostRows = 5000;

    /// <summary>Scenarios that are drawn whatever the number of models.</summary>
    const int LeastScenarios = 10;

    /// <summary>The variant with the highest measured mean AUC over the judged cells: a fact of these rows, no choice.</summary>
    public FileVariant Best => File.Variants.MaxBy(v => v.Mean(File.Level)?.Mean ?? double.NegativeInfinity)!;

    /// <summary>
    /// The model whose gains are told: of those that are no control, the best on the validation rows, so that it is not chosen by what is measured; the
    /// baseline where validations cannot be compared. Null where there are only controls.
    /// </summary>
    public FileVariant? Told
    {
        get
        {
            var models = Models;
            if (models.Count == 0) return null;
            if (!HasOneMonitor(models)) return models.Find(v => v.Variant == File.Baseline) ?? models[0];
            return EvaluationReport.HigherIsBetter(models[0].Monitor!) ? models.MaxBy(v => v.Validation!.Mean) : models.MinBy(v => v.Validation!.Mean);
        }
    }

    /// <summary>Whether validation chose it.</summary>
    public bool IsToldByValidation => HasOneMonitor(Models);

    /// <summary>The models that are no control.</summary>
    public List<FileVariant> Models => [.. File.Variants.Where(v => !File.Controls.Contains(v.Variant))];

    /// <summary>The same with its models in one order everywhere: the highest mean AUC first.</summary>
    public ComparisonSubject InOrder()
    {
        ImmutableArray<FileVariant> variants = [.. File.Variants.OrderByDescending(v => v.Mean(File.Level)?.Mean ?? double.NegativeInfinity)];
        var places = variants.Index().ToDictionary(v => v.Item.Variant, v => v.Index, StringComparer.Ordinal);
        return this with
        {
            File = File with { Variants = variants },
            Scores = [.. Scores.OrderBy(s => places.GetValueOrDefault(s.Variant))],
            Logs = [.. Logs.OrderBy(l => places.GetValueOrDefault(l.Variant))],
        };
    }

    /// <summary>The scenarios of the pictures of all models: all, or of many those with the most rows.</summary>
    public ImmutableHashSet<string> Drawn => [.. Scenarios.Take(Math.Max(LeastScenarios, MostRows / Math.Max(1, RowsOfAScenario)))];

    /// <summary>What to say where scenarios are left out of the pictures; null where all are drawn.</summary>
    public string? LeftOut => Scenarios.Length <= Drawn.Count
        ? null
        : $"Pictures and tables show the {Drawn.Count} of {Words.Number(Scenarios.Length)} scenarios with the most rows; report.json has all, and the sentences count all.";

    ImmutableArray<string> Scenarios => [.. File.Variants[0].Cells.Where(c => c.Level == File.Level).GroupBy(c => c.Scenario).OrderByDescending(s => s.Max(c => c.Rows)).Select(s => s.Key)];

    int RowsOfAScenario => File.Variants.Length * File.References.Count() * File.Variants[0].Cells.Select(c => c.Task).Distinct().Count();

    static bool HasOneMonitor(List<FileVariant> models) => models.TrueForAll(v => v is { Monitor: not null, Validation: not null }) && models.Select(v => v.Monitor).Distinct().Count() == 1;
}
