using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

public static partial class Run
{
    /// <summary>Counts which experts the rows of a part choose in a saved model and, where asked, how far that is from another one.</summary>
    /// <param name="bundle">Folder of the bundle.</param>
    /// <param name="configuration">Which rows to read; null reads those of the run that trained the bundle.</param>
    /// <param name="options">Part, threshold, comparison and files.</param>
    /// <param name="reporter">Hears progress and warnings; the report is returned, not told.</param>
    /// <param name="cancellation">Ends the run between two batches.</param>
    /// <exception cref="InputException">A file cannot be read or written, the part has no row, the model has no gate, or the one compared with knows other fields or ids.</exception>
    public static InspectReport Inspect(
        string bundle, RunConfiguration? configuration, InspectOptions options, IRunReporter reporter, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(reporter);
        TextFile.RequireWritable(("--csv", options.Csv), ("--json", options.Json));
        var loaded = ModelBundle.Load(bundle, cancellation);
        var other = options.Against is null ? null : ModelBundle.Load(options.Against, cancellation);
        configuration ??= ConfigurationOf(bundle, loaded.Metadata);
        using var data = OpenData(configuration, loaded.Ranker.Schema, reporter, cancellation);
        var part = options.Part ?? Measured(data);
        if (data.Rows(part) == 0) throw new InputException($"There is no {part.Name()} row to inspect; name another part with --part, or give split.{part.Name()} a condition that some rows meet.");
        using IBatchSource rows = options.Rows < data.Rows(part) ? new SampledRows(data.Open(part), options.Rows, options.Seed, cancellation) : data.Open(part);
        using var pool = NewPool(configuration.Training.Threads);
        var drift = other is null ? null : DriftReport.Measure(loaded.Ranker, rows, other.Ranker, pool, cancellation);
        var report = new InspectReport
        {
            Bundle = bundle,
            Part = part.Name(),
            DeadBelow = options.DeadBelow,
            Use = drift?.Use ?? ExpertUse.Count(loaded.Ranker, rows, pool, cancellation),
            Against = options.Against,
            Drift = drift,
        };
        if (report.Use.Layers.IsEmpty) throw new InputException($"{bundle}: the model {ModelZoo.NameOf(loaded.Ranker.Options)} has no gate; there is nothing to inspect.");
        foreach (var line in drift?.Unmatched ?? []) reporter.Warning($"not compared: {line}");
        if (options.Csv is not null) TextFile.Write(options.Csv, report.WriteCsv);
        if (options.Json is not null) TextFile.Write(options.Json, report.ToJson());
        return report;
    }
}
