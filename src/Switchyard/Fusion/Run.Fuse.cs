using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Models;

namespace Switchyard;

public static partial class Run
{
    const int EvaluateSamples = 1000;

    /// <summary>
    /// Searches the weights with which the scores of a model's tasks order lists best, on the validation rows, and writes them as the
    /// bundle's fusion.yaml. The test rows are never opened: <see cref="Evaluate"/> reports the fused score on them.
    /// </summary>
    /// <param name="bundle">Folder of the bundle.</param>
    /// <param name="options">What to search.</param>
    /// <param name="configuration">Which rows to read; null reads those of the run that trained the bundle.</param>
    /// <param name="output">File to write; null for the bundle's fusion.yaml. The old file stays until the new one is whole.</param>
    /// <param name="json">File for the report, null for none.</param>
    /// <param name="reporter">Hears the table; null for nobody.</param>
    /// <param name="cancellation">Ends the search; nothing is written then.</param>
    /// <exception cref="InputException">The rows have no groups or too few, or an option does not fit the model.</exception>
    public static FuseReport Fuse(
        string bundle,
        FuseOptions options,
        RunConfiguration? configuration = null,
        string? output = null,
        string? json = null,
        IRunReporter? reporter = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        reporter ??= SilentReporter.Instance;
        options.Check();
        var loaded = ModelBundle.Load(bundle, cancellation);
        var file = output ?? Path.Combine(loaded.Folder, Fusion.FileName);
        TextFile.RequireWritable(("--output", file), ("--json", json));
        _ = options.Objective.ByTask(loaded.Ranker.Schema);
        configuration ??= ConfigurationOf(bundle, loaded.Metadata);
        using var data = OpenData(configuration, loaded.Ranker.Schema, reporter, cancellation);
        if (data.Rows(Part.Validation) == 0) throw new InputException("There is no validation row to search weights on; give split.validation a condition that some rows meet.");
        using var pool = NewPool(configuration.Training.Threads);
        var report = WeightFinding.Run(new FittingRows(data), new Predictor(loaded.Ranker, pool), options, loaded.WeightsSha256, reporter, cancellation);
        var fusion = Fusion.Parse(report.Yaml, file, loaded.Ranker.Schema, loaded.WeightsSha256);
        TextFile.Write(file, writer => writer.Write(report.Yaml));
        if (json is not null) TextFile.Write(json, report.ToJson());
        reporter.Result(report.ToMarkdown());
        if (report.Total.Verdict != "better")
            reporter.Warning($"the gain over {report.Reference} is {report.Total.Verdict}: these groups do not show that the weights help");
        reporter.Message($"{Shown(file)} written, version {fusion.Version}; to see the fused score on the test rows, once: switchyard evaluate");
        return report;
    }

    /// <summary>What a bundle's fused score is worth on a part, where its fusion.yaml names an objective and rows have groups; null otherwise.</summary>
    static FuseReport? MeasureFusion(Fusion fusion, Dataset data, Part part, Predictor predictor, CancellationToken cancellation)
    {
        if (fusion.Objective is not { } objective || data.Schema.Group is null) return null;
        using var rows = data.Open(part);
        var levels = data.Schema.Levels.Length;
        var lists = ObjectiveLists.Read(rows, predictor, objective, levels, fusion, static _ => true, cancellation);
        if (lists.Count == 0) return null;
        int[] all = [.. Enumerable.Range(0, lists.Count)];
        string[] names = [.. data.Schema.Tasks.Select(t => t.Name), "fused"];
        double[]?[] ways = [.. names.Select((_, column) => lists.Measure(all, column))];
        var reference = WaysTable.Best(ways);
        var table = new WaysTable(lists, data.Schema, levels, EvaluateSamples, seed: 1);
        return new FuseReport(
            objective.Text,
            string.Join("; ", fusion.Rules.Select(r => r.ToString()).Distinct()),
            [],
            [.. names],
            names[reference],
            table.Of(ways, reference, static _ => ([], false)),
            (data.GroupCount(part), lists.Groups.Distinct().Count()),
            "");
    }
}
