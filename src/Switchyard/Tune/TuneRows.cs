using Switchyard.Data;

namespace Switchyard;

/// <summary>The rows of a search's trials: one import for all that read the same fields in the same way.</summary>
sealed class TuneRows(TuneConfiguration tune, IRunReporter reporter, CancellationToken cancellation) : IDisposable
{
    readonly Dictionary<string, (FittingRows Rows, string Digest)> _open = new(StringComparer.Ordinal);
    readonly List<Dataset> _files = [];
    readonly string _columns = tune.Document.Read().ColumnDirectory;

    /// <summary>The training and validation rows as a trial encodes them, and their digest. What is imported with them cannot be reached from here.</summary>
    /// <exception cref="InputException">The rows cannot be read, or there is no validation row to compare trials on.</exception>
    public (FittingRows Rows, string Digest) Of(RunConfiguration configuration)
    {
        var entries = RunConfigurationWriter.Write(configuration).Entries.Where(e => e.Key.Text is not ("name" or "model" or "training" or "evaluation" or "update" or "output"));
        var specification = YamlText.Value(new MapNode(default, [.. entries]));
        if (_open.TryGetValue(specification, out var open)) return open;
        var data = Dataset.OpenOrImport(configuration.Data, configuration.BaseDirectory, _columns, reporter, cancellation);
        _files.Add(data);
        var rows = new FittingRows(data);
        if (rows.ValidationCount == 0) throw new InputException($"{configuration.File}: there are no validation rows to compare trials on; give split.validation a condition that some rows meet.");
        if (_files.Count == 1) Run.WarnOfUnknown(data.Summary.UnknownScenarios.Where(u => u.Part is Part.Train or Part.Validation), reporter);
        return _open[specification] = (rows, rows.Digest(cancellation));
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }
}
