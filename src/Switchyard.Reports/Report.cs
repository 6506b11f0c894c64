using Switchyard.Data;

namespace Switchyard.Reports;

/// <summary>How much of field importance is measured.</summary>
public enum ImportanceEffort
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A sample of 10,000 rows, two permutations of every field.</summary>
    Fast,

    /// <summary>As <c>switchyard importance</c> does.</summary>
    Full,
}

/// <summary>Where a report goes.</summary>
public sealed record ReportOptions
{
    /// <summary>The HTML file.</summary>
    public required string Output { get; init; }

    /// <summary>File for the document as JSON; null for none.</summary>
    public string? Json { get; init; }

    /// <summary>Folder for every figure's table as CSV; null for none.</summary>
    public string? Csv { get; init; }

    /// <summary>How much of field importance is measured. Default: fast.</summary>
    public ImportanceEffort Importance { get; init; } = ImportanceEffort.Fast;

    /// <summary>The command that makes the report again; null where it is not known.</summary>
    public string? Command { get; init; }

    /// <summary>Says when the report was made. Default: the system's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>Reports of runs and comparisons.</summary>
public static class Report
{
    /// <summary>Writes the report of a trained model.</summary>
    /// <param name="bundle">Folder of the bundle.</param>
    /// <param name="configuration">Which rows to read; null reads those of the run that trained the bundle.</param>
    /// <param name="options">Where it goes.</param>
    /// <param name="reporter">Hears progress; null for nobody.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    /// <exception cref="InputException">There is no bundle, its rows cannot be read, or a file cannot be written.</exception>
    public static ReportDocument OfRun(
        string bundle, RunConfiguration? configuration, ReportOptions options, IRunReporter? reporter = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        reporter ??= SilentReporter.Instance;
        RequireWritable(options);
        var log = MetricLogReader.PathIn(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(bundle))) ?? bundle);
        ReportInputs.RequireApart(options, [bundle], [log, .. configuration is null ? [] : ReportInputs.Of(configuration)]);
        var run = RunReader.Read(bundle, configuration, options.Importance, reporter, cancellation);
        ReportInputs.RequireApart(options, [bundle], ReportInputs.Of(run.Configuration));
        return Write(RunReport.Build(run, options), options, reporter);
    }

    /// <summary>Writes the report of a comparison, with the curves of its models.</summary>
    /// <param name="comparison">The comparison; switchyard compare must have reported on it.</param>
    /// <param name="options">Where it goes.</param>
    /// <param name="reporter">Hears progress; null for nobody.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    /// <exception cref="InputException">There is no report of it yet, its rows cannot be read, or a file cannot be written.</exception>
    public static ReportDocument OfComparison(
        ComparisonConfiguration comparison, ReportOptions options, IRunReporter? reporter = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentNullException.ThrowIfNull(options);
        reporter ??= SilentReporter.Instance;
        RequireWritable(options);
        RequireApart(options, comparison.OutputDirectory, [comparison.File, .. ReportInputs.Of(comparison.Base)]);
        return Write(ComparisonDocument.Build(ComparisonSource.Read(comparison, reporter, cancellation), options), options, reporter);
    }

    /// <summary>Writes the report of a comparison from its report.json and what lies beside it.</summary>
    /// <param name="json">The file.</param>
    /// <param name="options">Where it goes.</param>
    /// <param name="reporter">Hears progress; null for nobody.</param>
    /// <exception cref="InputException">The file is no comparison's report, or a file cannot be written.</exception>
    public static ReportDocument OfComparison(string json, ReportOptions options, IRunReporter? reporter = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(options);
        reporter ??= SilentReporter.Instance;
        RequireWritable(options);
        RequireApart(options, Path.GetDirectoryName(Path.GetFullPath(json)) ?? "", [json]);
        return Write(ComparisonDocument.Build(ComparisonSource.Read(json, reporter), options), options, reporter);
    }

    static void RequireApart(ReportOptions options, string compared, IEnumerable<string?> files) =>
        ReportInputs.RequireApart(options, [Path.Combine(compared, "results"), Path.Combine(compared, "models"), Path.Combine(compared, "work")], [new ComparisonFolder(compared).JsonReport, .. files]);

    static void RequireWritable(ReportOptions options)
    {
        TextFile.RequireWritable(("--output", options.Output), ("--json", options.Json));
        FigureCsv.RequireFolder(options.Csv);
    }

    static ReportDocument Write(ReportDocument document, ReportOptions options, IRunReporter reporter)
    {
        if (PageAssets.Report is null) reporter.Warning(PageAssets.Missing);
        TextFile.Write(options.Output, writer => ReportHtml.Write(document, PageAssets.Report, writer));
        if (options.Json is not null) TextFile.Write(options.Json, document.ToJson());
        if (options.Csv is not null) FigureCsv.Write(document, options.Csv);
        foreach (var line in document.Summary) reporter.Result(line.Text);
        reporter.Result($"report: {options.Output}");
        return document;
    }
}
