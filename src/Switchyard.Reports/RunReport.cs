using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Reports;

/// <summary>The document of one trained model.</summary>
static class RunReport
{
    public static ReportDocument Build(RunSubject run, ReportOptions options)
    {
        var layers = run.Layers;
        var nodes = run.Schema.Levels.ToDictionary(l => l.Column, l => l.Nodes, StringComparer.Ordinal);
        Section?[] sections =
        [
            new QualitySection(run).Build(),
            new ExpertSection(layers, nodes, Words.Count(run.Use.Rows, $"{run.Part.Name()} row")).Build($"The model {run.Model} has no gates, so there is nothing to choose."),
            new FlowSection(layers, run.Structure).Build(),
            new ScenarioMapSection(run.Ranker, layers).Build(),
            new ImportanceSection(run.Importance, run.NoImportance).Build(),
            new CurveSection(run.Rows, run.Scores).Build(),
            new LearningSection(run.Log, run.NoLog).Build(),
            run.Log is null ? null : new ExpertsOverTime(run.Log).Build(),
        ];
        return new ReportDocument
        {
            Kind = ReportKind.Run,
            Title = $"{run.Configuration.Name}: {run.Model}",
            Created = options.Clock.GetUtcNow(),
            Product = Product,
            Opening = Opening(run),
            Summary = RunWords.Of(run),
            Sections = [.. sections.OfType<Section>()],
            Provenance = new Provenance { Command = options.Command, Configuration = run.Configuration.ToYaml(), Facts = Facts(run) },
        };
    }

    static string Opening(RunSubject run)
    {
        var levels = run.Schema.Levels.Select(l => $"{Words.Count(l.Nodes.Length, "scenario")} of {l.Column}").ToList();
        var scenarios = levels.Count == 0 ? "" : $", in {Words.All(levels)}";
        return $"The model {run.Model}{(ModelPhrases.Of(run.Model) is { } phrase ? $" ({phrase})" : "")} for {Words.Count(run.Rows.Layout.Tasks.Count, "task")}, {Words.All([.. run.Rows.Layout.Tasks])}{scenarios}, measured on {Words.Count(run.Rows.Count, $"{run.Part.Name()} row")}.";
    }

    public static string Product => $"switchyard {BundleMetadata.ThisVersion}";

    static ImmutableArray<ImmutableArray<string>> Facts(RunSubject run) =>
    [
        ["bundle", run.Bundle.Folder],
        ["weights (SHA-256)", run.Bundle.WeightsSha256],
        ["trained", run.Bundle.Metadata.Created.ToString("u", CultureInfo.InvariantCulture)],
        ["trained with", $"switchyard {run.Bundle.Metadata.LibraryVersion}"],
        ["model", $"{run.Model}: {run.Ranker.Options.Topology}"],
        ["trained values", Words.Number(run.Ranker.Parameters.TrainedValues)],
        ["measured rows", $"{Words.Number(run.Rows.Count)} of the part {run.Part.Name()}"],
        .. run.Log?.Run.Command is { } command ? new[] { ImmutableArray.Create("trained by", CommandText.Of(command)) } : [],
        .. run.Bundle.Metadata.Ancestors.Select(a => ImmutableArray.Create("trained on from", $"{a.Run} (weights {a.Weights})")),
    ];
}
