using System.Globalization;
using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>What the command line does, for programs, a method per command. A wrong input is an <see cref="InputException"/>.</summary>
public static partial class Run
{
    /// <summary>Reads the sources into the column file, unless a fresh one is there, and reports what was read.</summary>
    public static void Import(RunConfiguration configuration, IRunReporter? reporter = null, CancellationToken cancellation = default)
    {
        reporter ??= SilentReporter.Instance;
        using var data = OpenData(configuration, null, reporter, cancellation);
        reporter.Result(ImportText.Write(data.Schema, data.Summary));
        reporter.Result($"column file: {data.Path}");
    }

    /// <summary>Evaluates a bundle on the test rows (where there are none, on the validation rows) and reports the table, and the fused score where the bundle's fusion.yaml names its objective.</summary>
    /// <param name="bundle">Folder of the bundle.</param>
    /// <param name="configuration">Which rows to read; null reads those of the run that trained the bundle.</param>
    /// <param name="json">File for the metrics, null for none.</param>
    /// <param name="reporter">Hears the table; null for nobody.</param>
    /// <param name="cancellation">Ends the run between two batches.</param>
    public static EvaluationReport Evaluate(
        string bundle, RunConfiguration? configuration = null, string? json = null, IRunReporter? reporter = null, CancellationToken cancellation = default)
    {
        reporter ??= SilentReporter.Instance;
        TextFile.RequireWritable(("--json", json));
        var loaded = ModelBundle.Load(bundle, cancellation);
        configuration ??= ConfigurationOf(bundle, loaded.Metadata);
        using var data = OpenData(configuration, loaded.Ranker.Schema, reporter, cancellation);
        using var pool = NewPool(configuration.Training.Threads);
        if (data.Rows(Measured(data)) == 0)
            throw new InputException("There is neither a test nor a validation row to evaluate; give split.test a condition that some rows meet.");
        var predictor = new Predictor(loaded.Ranker, pool);
        var fusion = Fusion.Load(loaded);
        var report = ReportPart(data, Measured(data), predictor, configuration.Evaluation, reporter, cancellation);
        var fused = MeasureFusion(fusion, data, Measured(data), predictor, cancellation);
        if (fused is not null) reporter.Result($"fused score, version {fusion.Version}: {fused.ToMarkdown()}");
        if (json is not null) TextFile.Write(json, fused is null ? report.ToJson() : WithFusion(report, fused));
        return report;
    }

    static string WithFusion(EvaluationReport report, FuseReport fused)
    {
        var all = JsonNode.Parse(report.ToJson())!;
        all["fusion"] = FuseText.Json(fused);
        return all.ToJsonString(JsonReport.Options);
    }

    /// <summary>The dataset of a run; with a schema, encoded by it instead of fitting a new one.</summary>
    internal static Dataset OpenData(RunConfiguration configuration, Schema? schema, IRunReporter reporter, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(reporter);
        return Described(
            schema is null
                ? Dataset.OpenOrImport(configuration.Data, configuration.BaseDirectory, configuration.ColumnDirectory, reporter, configuration.Training.Threads, cancellation)
                : Dataset.OpenOrImport(configuration.Data, schema, configuration.BaseDirectory, configuration.ColumnDirectory, reporter, configuration.Training.Threads, cancellation),
            reporter);
    }

    /// <summary>Warns of what was strange about the rows.</summary>
    static Dataset Described(Dataset data, IRunReporter reporter)
    {
        var summary = data.Summary;
        if (summary.RowsInNoPart > 0) reporter.Warning($"{summary.RowsInNoPart:N0} of {summary.RowsRead:N0} rows are in no part: they meet none of split's conditions");
        if (summary.RowsUnmatched > 0) reporter.Warning($"{summary.RowsUnmatched:N0} of {summary.RowsRead:N0} rows found no partner in the joined source: its fields are missing there");
        WarnOfUnknown(summary.UnknownScenarios, reporter);
        foreach (var line in summary.OtherLabels) reporter.Warning(line);
        return data;
    }

    internal static void WarnOfUnknown(IEnumerable<UnknownScenarioCount> counts, IRunReporter reporter)
    {
        foreach (var unknown in counts)
        {
            var part = unknown.Part is { } known ? $"{known.Name()} " : "";
            var examples = string.Join(", ", unknown.Examples.Take(3).Select(e => e.Length == 0 ? "missing" : e));
            reporter.Warning(string.Create(
                CultureInfo.InvariantCulture, $"{unknown.Rows:N0} {part}rows have an unknown {unknown.Column} ({examples}) and are scored as their siblings' mean"));
        }
    }

    /// <summary>The rows of the run that trained a bundle, imported again where their column file is gone.</summary>
    internal static (Dataset Data, Part Part) OpenMeasured(LoadedBundle bundle, CancellationToken cancellation)
    {
        var data = OpenData(ConfigurationOf(bundle.Folder, bundle.Metadata), bundle.Ranker.Schema, SilentReporter.Instance, cancellation);
        return (data, Measured(data));
    }

    internal static Part Measured(Dataset data) => data.Rows(Part.Test) > 0 ? Part.Test : Part.Validation;

    /// <summary>Evaluates a part and reports its table; with position fields, both ways.</summary>
    static EvaluationReport ReportPart(Dataset data, Part part, Predictor predictor, EvaluationOptions options, IRunReporter reporter, CancellationToken cancellation)
    {
        using var rows = data.Open(part);
        var evaluation = new PartEvaluation(predictor, options);
        var report = evaluation.Run(rows, fixPositions: true, cancellation);
        if (rows.RowCount == 0)
        {
            reporter.Warning("there are neither test nor validation rows: nothing is measured");
            return report;
        }

        reporter.Result($"{part.Name()}: {CountText.Of(rows.RowCount, "row")}");
        reporter.Result(report.ToMarkdown());
        var positions = data.Schema.Fields.Where(f => f.Role == FieldRole.Position).ToList();
        if (positions.Count > 0)
        {
            var logged = evaluation.Run(rows, fixPositions: false, cancellation);
            foreach (var task in data.Schema.Tasks)
            {
                var served = string.Join(", ", positions.Select(f => $"{f.Name} = {f.Fixed}"));
                reporter.Result($"{task.Name}: AUC {Text(report.Auc(task.Name))} with {served} (as served), {Text(logged.Auc(task.Name))} with the logged values");
            }
        }

        return report;

        static string Text(double? auc) => auc is { } value ? value.ToString("0.0000", CultureInfo.InvariantCulture) : "undefined";
    }

    /// <summary>The configuration a bundle was trained with; variables of the environment are not read, a bundle may be a stranger's.</summary>
    internal static RunConfiguration ConfigurationOf(string bundle, BundleMetadata metadata) =>
        metadata.Configuration is { } text
            ? RunConfiguration.Parse(text, Path.Combine(bundle, "manifest.json"), Path.GetFullPath(bundle), environment: _ => null)
            : throw new InputException($"{bundle} does not say which data it was trained on; name a configuration with --configuration.");

    internal static WorkerPool NewPool(int threads) => new(threads > 0 ? threads : Environment.ProcessorCount);
}
