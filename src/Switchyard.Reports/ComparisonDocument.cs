using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Reports;

/// <summary>The document of a comparison.</summary>
static class ComparisonDocument
{
    public static ReportDocument Build(ComparisonSubject comparison, ReportOptions options)
    {
        comparison = comparison.InOrder();
        var logs = new LogSections(comparison.Logs, [.. comparison.File.Variants.Select(v => v.Variant).Except(comparison.Logs.Select(l => l.Variant))]);
        var subject = new SubjectSection(comparison);
        Section?[] sections =
        [
            subject.Build(),
            new RankingSection(comparison).Build(),
            new SeesawSection(comparison).Build(),
            new CellSection(comparison).Build(),
            new CostSection(comparison).Build(),
            logs.Experts(),
            new ComparedCurves(comparison).Build(),
            logs.Training(),
        ];
        return new ReportDocument
        {
            Kind = ReportKind.Comparison,
            Title = $"{comparison.File.Name}: {Words.Count(comparison.File.Variants.Length, "model")} compared",
            Created = options.Clock.GetUtcNow(),
            Product = RunReport.Product,
            Opening = subject.Opening(),
            Summary = new ComparisonSummary(comparison, logs.Layers(), hasLogs: !comparison.Logs.IsEmpty).Build(),
            Sections = [.. sections.OfType<Section>()],
            Provenance = new Provenance { Command = options.Command, Configuration = comparison.Configuration, Comparison = comparison.File.Configuration, Facts = Facts(comparison) },
        };
    }

    /// <summary>What trained the compared runs, where that was another command: a later one reports what an earlier one trained.</summary>
    static IEnumerable<string> TrainedBy(ComparisonSubject comparison) =>
        comparison.Logs.Select(l => l.Log.Run.Command).OfType<IReadOnlyList<string>>().Select(CommandText.Of).Distinct().Where(c => comparison.File.Command is null || c != CommandText.Of(comparison.File.Command));

    /// <summary>When and how the runs were trained, as their logs have it.</summary>
    static IEnumerable<ImmutableArray<string>> Trained(ComparisonSubject comparison)
    {
        var days = comparison.Logs.Select(l => l.Log.Run.Started).Order().Select(s => s.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)).ToList();
        if (days.Count > 0) yield return ["first seeds trained", days[0] == days[^1] ? days[0] : $"{days[0]} to {days[^1]} (begin of the first and of the last)"];
        var threads = comparison.File.Variants.SelectMany(v => v.Runs).Select(r => r.Threads).Distinct().Order().ToList();
        yield return ["threads", Words.Numbers(threads)];
        yield return ["seconds of training, all runs", Words.Number(comparison.File.Variants.SelectMany(v => v.Runs).Sum(r => r.Seconds))];
    }

    static ImmutableArray<ImmutableArray<string>> Facts(ComparisonSubject comparison) =>
    [
        ["folder", comparison.Folder],
        .. comparison.File.Command is { } command ? [["compared by", CommandText.Of(command)]] : ImmutableArray<ImmutableArray<string>>.Empty,
        .. TrainedBy(comparison).Select(c => ImmutableArray.Create("trained by", c)),
        ["baseline", comparison.File.Baseline],
        ["model per scenario", comparison.File.Single ?? "none"],
        ["one model for all", comparison.File.Pooled ?? "none"],
        ["measured rows", Words.Count(comparison.File.Rows, $"{comparison.File.Part} row")],
        .. comparison.File.Data is { } data
            ? [["training and validation rows", $"{Words.Number(data.TrainingRows)} and {Words.Number(data.ValidationRows)}"], ["epochs", $"{Words.Number(data.Epochs)} at most, in steps of {Words.Count(data.BatchSize, "row")}"], ["data (hash of the sources)", data.Fingerprint]]
            : ImmutableArray<ImmutableArray<string>>.Empty,
        ["measured rows (SHA-256)", comparison.File.Variants[0].Runs[0].RowsDigest],
        .. Trained(comparison),
        .. comparison.NoRows is { } none ? [["curves", none]] : ImmutableArray<ImmutableArray<string>>.Empty,
        ["seeds", Words.List(comparison.File.Variants.SelectMany(v => v.Runs).Select(r => r.Seed).Distinct().Order().Select(s => s.ToString(CultureInfo.InvariantCulture)))],
        ["configuration below", $"that of {comparison.File.Baseline}, the baseline"],
    ];
}
