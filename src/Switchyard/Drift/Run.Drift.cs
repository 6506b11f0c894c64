using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

public static partial class Run
{
    /// <summary>Compares the rows of a file with those that a model was trained on, as a server does with those it scores.</summary>
    /// <param name="bundle">Folder of the bundle.</param>
    /// <param name="input">CSV, TSV or JSON Lines, also .gz; - is standard input. Labels need not be there.</param>
    /// <param name="json">File for the comparison, null for none.</param>
    /// <param name="separator">Character between values; null takes that of the model's first source, where that is known.</param>
    /// <param name="reporter">Hears the tables; null for nobody.</param>
    /// <param name="cancellation">Ends the run between two batches.</param>
    /// <returns>All scenarios together first, then each.</returns>
    /// <exception cref="InputException">The bundle has no baseline, or a file cannot be read or written.</exception>
    public static ImmutableArray<ScenarioDrift> Drift(
        string bundle, string input, string? json = null, char? separator = null, IRunReporter? reporter = null, CancellationToken cancellation = default)
    {
        reporter ??= SilentReporter.Instance;
        TextFile.RequireWritable(("--json", json));
        var loaded = ModelBundle.Load(bundle, cancellation);
        var baseline = DriftBaseline.Load(loaded) ?? throw new InputException($"{loaded.Folder}: the bundle has no {DriftBaseline.FileName}, so there is nothing to compare with; train it again.");
        using var rows = OpenRows(input, separator, loaded);
        var drifts = baseline.Compare(CountDrift(loaded.Ranker, rows, reporter, cancellation));
        if (json is not null) TextFile.Write(json, DriftText.Json(baseline, drifts));
        reporter.Result(DriftText.Write(baseline, drifts));
        return drifts;
    }

    static DriftTally CountDrift(Ranker ranker, RowReader rows, IRunReporter reporter, CancellationToken cancellation)
    {
        var (schema, fields) = (ranker.Schema, ranker.Embedding.Fields);
        var encoder = RowEncoder.Create(schema, rows.Header, rows.File, fields: fields);
        using var pool = NewPool(0);
        var (batch, tally, pass) = (new Batch(schema, PredictRows), new DriftTally(schema, fields), new DriftPass(ranker, pool));
        for (var more = true; more;)
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Count = 0;
            while (batch.Count < PredictRows && (more = rows.Read())) encoder.Encode(rows, batch, batch.Count++);
            // The rows may end where a batch does.
            if (batch.Count > 0) tally.Add(batch, pass.Score(batch), pass.Graph);
        }

        WarnOfUnknown(encoder.UnknownScenarios, reporter);
        return tally.Rows > 0 ? tally : throw new InputException($"{rows.File}: there is no row to compare.");
    }
}
