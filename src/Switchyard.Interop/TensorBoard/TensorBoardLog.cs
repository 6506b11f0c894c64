using System.Globalization;
using Google.Protobuf;
using Switchyard.Data;
using Switchyard.Interop.TensorBoard;

namespace Switchyard.Interop;

/// <summary>
/// Writes the metric events of a run as an event file of TensorBoard: losses and their parts, rate, speed, the cells of every
/// validation and the use of every expert as scalars; docs/metrics.md names them.
/// </summary>
public sealed class TensorBoardLog : IMetricSink, IDisposable
{
    // TensorBoard looks for it and reads the files of a folder in the order of their names; the end says who wrote the file.
    const string Prefix = "events.out.tfevents.";
    const string End = ".switchyard";

    readonly string _folder;
    readonly Action<string> _warn;
    readonly TimeProvider _time;
    RecordFile? _file;

    /// <param name="folder">Folder of several runs: <c>tensorboard --logdir</c> shows it. A run writes to a folder of its name in it.</param>
    /// <param name="warn">Hears, once, that the file cannot be written; training goes on without it.</param>
    /// <param name="time">The clock of the events; the system's by default.</param>
    /// <exception cref="InputException">The folder cannot be made.</exception>
    public TensorBoardLog(string folder, Action<string> warn, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(warn);
        (_folder, _warn, _time) = (folder, warn, time ?? TimeProvider.System);
        if (string.IsNullOrWhiteSpace(folder)) throw new InputException("The folder for event files has an empty name; name a folder.");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder} cannot be made for event files: {e.Message.TrimEnd('.')}; name a folder that you may write to.", e);
        }
    }

    public void Write(MetricEvent happened)
    {
        switch (happened)
        {
            case RunEvent run:
                Begin(run);
                break;
            case StepEvent step:
                Add(step.Step, TensorBoardTags.Of(step), isUrgent: false);
                break;
            case ExpertsEvent experts:
                Add(experts.Step, TensorBoardTags.Of(experts), isUrgent: false);
                break;
            case ValidationEvent validation:
                Add(validation.Step, TensorBoardTags.Of(validation), isUrgent: true);
                break;
            case EndEvent:
                Dispose();
                break;
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    void Begin(RunEvent run)
    {
        Dispose();
        var folder = Path.Combine(_folder, FolderName(run.Name));
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{run.Started.ToUnixTimeSeconds()}.{run.After}{End}"));
        _file = new RecordFile(path, Open, _warn, _time);
        Write(new Event { FileVersion = "brain.Event:2" }, 0);

        // What earlier files of the run, or of one of the same name, say of later steps does not count any more.
        Write(new Event { SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } }, run.After + 1);
        _file.EndRecord(isUrgent: true);

        FileStream Open()
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
    }

    /// <summary>A run's name as that of one folder: no name leads out of the folder that was given.</summary>
    static string FolderName(string run)
    {
        var name = string.Concat(run.Select(c => c is '/' or '\\' or ':' || char.IsControl(c) ? '-' : c)).Trim();
        return name.Trim('.').Length == 0 ? "run" : name;
    }

    void Add(long step, IEnumerable<(string Tag, double Value)> scalars, bool isUrgent)
    {
        if (_file is not { IsOpen: true }) return;
        var summary = new Summary();
        summary.Value.AddRange(scalars.Select(s => new Summary.Types.Value { Tag = s.Tag, SimpleValue = (float)s.Value }));
        Write(new Event { Summary = summary }, step);
        _file.EndRecord(isUrgent);
    }

    void Write(Event happened, long step)
    {
        happened.WallTime = _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        happened.Step = step;
        RecordFraming.Write(_file!.Pending, happened.ToByteArray());
    }
}
