using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>The document of a comparison.</summary>
static class ComparisonDocument
{
    public static ReportDocument Build(ComparisonSubject comparison, ReportOptions options)
    {
        var logs = new LogSections(comparison.Logs, [.. comparison.File.Variants.Select(v => v.Variant).Except(comparison.Logs.Select(l => l.Variant))]);
        Section?[] sections =
        [
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
            Summary = new ComparisonSummary(comparison, logs.Layers(), hasLogs: !comparison.Logs.IsEmpty).Build(),
            Sections = [.. sections.OfType<Section>()],
            Provenance = new Provenance { Command = options.Command, Configuration = comparison.Configuration, Facts = Facts(comparison) },
        };
    }

    /// <summary>What trained the compared runs, where that was another command: a later one reports what an earlier one trained.</summary>
    static IEnumerable<string> TrainedBy(ComparisonSubject comparison) =>
        comparison.Logs.Select(l => l.Log.Run.Command).OfType<IReadOnlyList<string>>().Select(CommandText.Of).Distinct().Where(c => comparison.File.Command is null || c != CommandText.Of(comparison.File.Command));

    static ImmutableArray<ImmutableArray<string>> Facts(ComparisonSubject comparison) =>
    [
        ["folder", comparison.Folder],
        ["compared by", comparison.File.Command is { } command ? CommandText.Of(command) : "not known: report.json has no command, for a program or an earlier version wrote it"],
        .. TrainedBy(comparison).Select(c => ImmutableArray.Create("trained by", c)),
        ["baseline", comparison.File.Baseline],
        ["model per scenario", comparison.File.Single ?? "none"],
        ["one model for all", comparison.File.Pooled ?? "none"],
        ["measured rows", $"{Words.Number(comparison.File.Rows)} of the part {comparison.File.Part}"],
        ["seeds", Words.List(comparison.File.Variants.SelectMany(v => v.Runs).Select(r => r.Seed).Distinct().Order().Select(s => s.ToString(System.Globalization.CultureInfo.InvariantCulture)))],
        ["configuration below", $"that of {comparison.File.Baseline}, the baseline"],
    ];
}
