using Switchyard.Data;

namespace Switchyard;

/// <summary>The datasets of runs that start from one folder: one for all that read the same rows in the same way.</summary>
/// <param name="open">Opens or imports the rows of a run.</param>
sealed class Imports(Func<RunConfiguration, Dataset> open) : IDisposable
{
    readonly Dictionary<string, Dataset> _data = new(StringComparer.Ordinal);

    /// <exception cref="InputException">The rows cannot be read.</exception>
    public Dataset Of(RunConfiguration run)
    {
        var specification = JsonText.Write(new RecordShape(typeof(DataSpec)).Write(run.Data));
        return _data.TryGetValue(specification, out var data) ? data : _data[specification] = open(run);
    }

    public void Dispose()
    {
        foreach (var data in _data.Values) data.Dispose();
    }
}
