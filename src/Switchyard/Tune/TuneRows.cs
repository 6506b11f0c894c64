using Switchyard.Data;

namespace Switchyard;

/// <summary>The rows of a search's trials: one import for all that read the same fields in the same way.</summary>
sealed class TuneRows : IDisposable
{
    readonly Dictionary<Dataset, (FittingRows Rows, string Digest)> _open = [];
    readonly IRunReporter _reporter;
    readonly CancellationToken _cancellation;
    readonly Imports _imports;

    public TuneRows(TuneConfiguration tune, IRunReporter reporter, CancellationToken cancellation)
    {
        (_reporter, _cancellation) = (reporter, cancellation);
        var columns = tune.Document.Read().ColumnDirectory;
        _imports = new Imports(run => Dataset.OpenOrImport(run.Data, run.BaseDirectory, columns, reporter, run.Training.Threads, cancellation));
    }

    /// <summary>The training and validation rows as a trial encodes them, and their digest. What is imported with them cannot be reached from here.</summary>
    /// <exception cref="InputException">The rows cannot be read, or there is no validation row to compare trials on.</exception>
    public (FittingRows Rows, string Digest) Of(RunConfiguration configuration)
    {
        var data = _imports.Of(configuration);
        if (_open.TryGetValue(data, out var open)) return open;
        var rows = new FittingRows(data);
        if (rows.ValidationCount == 0) throw new InputException($"{configuration.File}: there are no validation rows to compare trials on; give split.validation a condition that some rows meet.");
        if (_open.Count == 0) Run.WarnOfUnknown(data.Summary.UnknownScenarios.Where(u => u.Part is Part.Train or Part.Validation), _reporter);
        return _open[data] = (rows, rows.Digest(_cancellation));
    }

    public void Dispose() => _imports.Dispose();
}
