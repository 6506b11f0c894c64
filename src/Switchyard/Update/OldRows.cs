using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

/// <summary>The rows that a bundle was trained on, encoded by its own schema: old ids mean the same in the grown one.</summary>
static class OldRows
{
    /// <summary>
    /// Opens the column file that the earlier run left, or reads its sources again: in either case exactly the rows that it read. Rows that
    /// came later could be in the test part of this run.
    /// </summary>
    /// <param name="start">The bundle.</param>
    /// <param name="columns">Folder of a column file that has to be made.</param>
    /// <param name="reporter">Hears progress.</param>
    /// <param name="cancellation">Stops the import.</param>
    /// <exception cref="InputException">The bundle does not say what it was trained on, or that is no longer there as it was.</exception>
    public static Dataset Open(LoadedBundle start, string columns, IRunReporter reporter, CancellationToken cancellation)
    {
        var run = Run.ConfigurationOf(start.Folder, start.Metadata);
        if (start.Metadata.Sources is not { } sources)
            throw new InputException("the bundle does not say which they were: they came from standard input or a pipe, which cannot be read again, or it is an older bundle.");
        var schema = start.Ranker.Schema;
        if (Dataset.Reopen(run.Data, start.Metadata.Ancestors.FirstOrDefault()?.Schema, run.BaseDirectory, run.ColumnDirectory, sources) is { } left)
        {
            if (left.Schema.Fingerprint() == schema.Fingerprint()) return left;
            left.Dispose();
        }

        if (Dataset.ReopenEncoded(run.Data, schema, run.BaseDirectory, columns, sources) is { } readBefore) return readBefore;
        if (Dataset.FingerprintNow(run.Data, run.BaseDirectory) is { } now && now != sources) throw Changed(run);
        var rows = Dataset.OpenOrImport(run.Data, schema, run.BaseDirectory, columns, reporter, run.Training.Threads, cancellation);
        if (rows.Fingerprint == sources) return rows;
        rows.Dispose();
        throw Changed(run);
    }

    static InputException Changed(RunConfiguration run) => new(
        $"the sources of run {run.Name} ({string.Join(", ", run.Data.Sources.Select(s => s.Name))}) are not as it read them, and its column file in {run.ColumnDirectory} is gone or holds other rows.");
}
