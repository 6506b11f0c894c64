using Switchyard.Data;

namespace Switchyard;

public static partial class Run
{
    /// <summary>
    /// Checks all rows of a run as training would read them and reports what is wrong: unusable, repeated and future rows, fields
    /// that are missing, constant, unique or leak a label, classes and scenarios that lack rows, groups on both sides of the split.
    /// </summary>
    /// <param name="configuration">The run.</param>
    /// <param name="json">File for the report as JSON, null for none.</param>
    /// <param name="reporter">Hears the report.</param>
    /// <param name="cancellation">Ends the pass between two rows.</param>
    /// <exception cref="InputException">No row can be read at all: a missing file or column, a header that is not one.</exception>
    public static DataReport Validate(RunConfiguration configuration, string? json, IRunReporter reporter, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(reporter);
        TextFile.RequireWritable(("--json", json));
        var spec = configuration.Data;
        SpecChecks.Check(spec);
        var scan = new DataScan(spec);
        scan.Run(configuration.BaseDirectory, reporter, cancellation);
        if (scan.RowsRead == 0) throw new InputException("The sources have a header but no row; there is nothing to validate.");
        var findings = new Findings();
        RowChecks.Run(spec, scan, findings);
        LabelChecks.Run(spec, scan, findings);
        FieldChecks.Run(scan, findings);
        var report = new DataReport
        {
            Rows = scan.RowsRead,
            FieldAucs = FieldChecks.Leaks(spec, scan, findings),
            Unseen = FieldChecks.Unseen(scan, findings),
            Labels = LabelChecks.Rates(spec, scan),
            Findings = findings.Sorted(),
        };
        reporter.Result(report.ToText());
        if (json is not null) TextFile.Write(json, report.ToJson());
        return report;
    }
}
