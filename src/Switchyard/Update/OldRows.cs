using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

/// <summary>The rows that a bundle was trained on, encoded by its own schema: old ids mean the same in the grown one.</summary>
static class OldRows
{
    /// <summary>Opens the column file that the earlier run left, or reads its sources again.</summary>
    /// <param name="start">The bundle.</param>
    /// <param name="columns">Folder of a column file that has to be made.</param>
    /// <param name="reporter">Hears progress.</param>
    /// <param name="cancellation">Stops the import.</param>
    /// <exception cref="InputException">The bundle does not say what it was trained on, or that is no longer there.</exception>
    public static Dataset Open(LoadedBundle start, string columns, IRunReporter reporter, CancellationToken cancellation)
    {
        var run = Run.ConfigurationOf(start.Folder, start.Metadata);
        if (run.Data.Sources.Any(s => s.Path == "-")) throw new InputException("its rows came from standard input, which cannot be read again.");
        var schema = start.Ranker.Schema;
        if (Dataset.Reopen(run.Data, start.Metadata.Ancestors.FirstOrDefault()?.Schema, run.BaseDirectory, run.ColumnDirectory) is { } left)
        {
            if (left.Schema.Fingerprint() == schema.Fingerprint()) return left;
            left.Dispose();
        }

        return Dataset.OpenOrImport(run.Data, schema, run.BaseDirectory, columns, reporter, cancellation);
    }
}
