using System.Collections.Immutable;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Reports;

/// <summary>A comparison as its report.json has it (docs/comparing.md), as far as a report shows it.</summary>
sealed record ComparisonFile
{
    public required string Name { get; init; }

    /// <summary>The command that made the file; null where a program did, or an earlier version.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Text of the comparison's file as it was compared; null where an earlier version wrote the report.</summary>
    public string? Configuration { get; init; }

    /// <summary>What the models learned from; null in files of earlier versions.</summary>
    public FileData? Data { get; init; }

    public required string Part { get; init; }

    public required int Rows { get; init; }

    public required int Groups { get; init; }

    /// <summary>Level whose cells are judged.</summary>
    public required string Level { get; init; }

    public required string Baseline { get; init; }

    public string? Single { get; init; }

    public string? Pooled { get; init; }

    public required double Confidence { get; init; }

    public required ImmutableArray<FileVariant> Variants { get; init; }

    public required ImmutableArray<FileDifference> Differences { get; init; }

    public ImmutableArray<FileFailure> Failed { get; init; } = [];

    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>The controls there are: a model per scenario, one model for all.</summary>
    public IEnumerable<string> Controls => new[] { Single, Pooled }.OfType<string>().Distinct().Where(c => Variants.Any(v => v.Variant == c));

    /// <summary>The controls, then the baseline.</summary>
    public IEnumerable<string> References => Controls.Append(Baseline).Distinct().Where(c => Variants.Any(v => v.Variant == c));

    /// <summary>What the others are held against first: one model for all scenarios, a model per scenario, the baseline, whichever there is.</summary>
    public FileVariant? Yardstick => new[] { Pooled, Single, Baseline }.OfType<string>().Select(Find).FirstOrDefault(v => v is not null);

    /// <summary>Whether some model has one seed only, so that its spread between seeds is in no interval.</summary>
    public bool HasOneSeed => Variants.Any(v => v.Runs.Length < 2);

    /// <summary>Where a p value counts as significant.</summary>
    public double Significance => 1 - Confidence;

    /// <summary>The cells' differences of AUC at the level that is judged.</summary>
    public IEnumerable<FileDifference> Cells(string variant, string reference) =>
        Differences.Where(d => d is { Metric: "auc", Bootstrap: not null } && d.Level == Level && d.Variant == variant && d.Reference == reference);

    /// <summary>The difference of the mean AUC over the judged cells; null where none counts.</summary>
    public FileDifference? Mean(string variant, string reference) =>
        Differences.FirstOrDefault(d => d is { Metric: "mean_auc", Bootstrap: not null } && d.Level == Level && d.Variant == variant && d.Reference == reference);

    public FileVariant? Find(string variant) => Variants.FirstOrDefault(v => v.Variant == variant);

    /// <summary>A control with what it is.</summary>
    public string Meaning(string reference) => reference == Single ? $"{reference} (a model per scenario)" : reference == Pooled ? $"{reference} (one model for all scenarios)" : reference;

    /// <summary>The cells of the judged level in which nobody is compared, for they have too few positives or negatives; empty where that is not known.</summary>
    public ImmutableArray<(string Scenario, string Task)> LeftOut()
    {
        var judged = Differences.Where(d => d is { Metric: "auc", Bootstrap: not null } && d.Level == Level).Select(d => (d.Scenario!, d.Task!)).ToHashSet();
        return judged.Count == 0 ? [] : [.. Variants[0].Cells.Where(c => c.Level == Level && !judged.Contains((c.Scenario, c.Task))).Select(c => (c.Scenario, c.Task))];
    }

    /// <exception cref="InputException">The file is no comparison's report.</exception>
    public static ComparisonFile Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ComparisonFile>(File.ReadAllText(path), JsonReport.Options) is { Variants.IsDefaultOrEmpty: false } file
                ? file
                : throw new InputException($"{path} is no report of a comparison; name the report.json that switchyard compare wrote.");
        }
        catch (JsonException e)
        {
            throw new InputException($"{path} is no whole report of a comparison: {OneLine.Of(e.Message).TrimEnd('.')}; run switchyard compare again (--report-only writes it anew), or name its report.json.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }
}

/// <summary>Mean and standard deviation over seeds.</summary>
sealed record FileSpread(double Mean, double? Sd, int Seeds);

/// <summary>A difference with its interval and p value.</summary>
sealed record FileInterval(double Difference, double Low, double High, double P);

/// <summary>A run that failed.</summary>
sealed record FileFailure(string Variant, ulong Seed, string Failure);

/// <summary>A cell of a variant.</summary>
sealed record FileCell(
    string Scenario, string Level, string Task, long Rows, long Positives, FileSpread? Auc, FileSpread? Gauc, FileSpread? Logloss, FileSpread? Calibration);

/// <summary>A run of a variant.</summary>
sealed record FileRun(
    string Variant, ulong Seed, string Digest, int BestEpoch, long BestStep, double Seconds, double RowsPerSecond, int Threads, string RowsDigest)
{
    public long Steps { get; init; }

    /// <summary>Whether the last validation was the best, so that training may have stopped while it still improved.</summary>
    public bool IsBestAtEnd => Validation is not null && Steps > 0 && BestStep == Steps;

    /// <summary>Monitor at the weights that were kept.</summary>
    public double? Validation { get; init; }
}

/// <summary>A variant.</summary>
sealed record FileVariant
{
    public required string Variant { get; init; }

    public required string Model { get; init; }

    public required string Topology { get; init; }

    public string? Size { get; init; }

    public required long Parameters { get; init; }

    public required long DenseParameters { get; init; }

    public FileSpread? ActiveParameters { get; init; }

    public FileSpread? FlopsPerRow { get; init; }

    public FileSpread? RowsPerSecond { get; init; }

    public string? Monitor { get; init; }

    public FileSpread? Validation { get; init; }

    public required ImmutableDictionary<string, FileSpread?> MeanAuc { get; init; }

    public required ImmutableArray<FileRun> Runs { get; init; }

    public required ImmutableArray<FileCell> Cells { get; init; }

    /// <summary>Mean AUC over the cells of a level; of the totals where there is no scenario.</summary>
    public FileSpread? Mean(string level) => MeanAuc.GetValueOrDefault(level) ?? MeanAuc.GetValueOrDefault("leaf");
}

/// <summary>A difference of a variant from a reference.</summary>
sealed record FileDifference(
    string Variant, string Reference, string Metric, string Level, string? Scenario, string? Task, FileInterval? Bootstrap)
{
    public string Cell => $"{Scenario} · {Task}";

    public const string Gain = "gain";

    public const string Loss = "loss";

    public const string Undecided = "undecided";
}

/// <summary>What the models learned from.</summary>
sealed record FileData(
    ImmutableArray<string> Scenario,
    ImmutableArray<string> Tasks,
    string Fingerprint,
    long TrainingRows,
    long ValidationRows,
    int Epochs,
    int BatchSize,
    int MinPositives,
    int MinNegatives,
    ImmutableArray<FileTrainingCell> Training);

/// <summary>Training rows of a cell.</summary>
sealed record FileTrainingCell(string Scenario, string Task, long Rows, long Positives);
