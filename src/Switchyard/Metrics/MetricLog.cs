using System.Buffers;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Writes a run's metrics.jsonl.</summary>
sealed class MetricLog : IMetricSink, IDisposable
{
    readonly RecordFile _file;
    readonly Utf8JsonWriter _json;
    FileStream? _lock;

    /// <summary>Opens the log of a run, which replaces an earlier one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="resumed">Step that the run goes on after: later lines are dropped; 0 for a new run.</param>
    /// <param name="warn">Hears, once, that the file cannot be written.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="runId">What the run is told from others by; null where any log is gone on with.</param>
    /// <param name="formerId">What it was told by when the checkpoint was made; null where there is none.</param>
    public MetricLog(string path, long resumed, Action<string> warn, TimeProvider time, string? runId = null, string? formerId = null)
    {
        _file = new RecordFile(path, Open, warn, time);
        _json = new Utf8JsonWriter(_file.Pending, new JsonWriterOptions { Encoder = MetricJson.Options.Encoder });

        FileStream Open()
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            _lock = Lock(path);
            GoesOn = resumed > 0 && Cut(path, resumed, runId, formerId);
            return new FileStream(path, GoesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
    }

    /// <summary>True where the file holds the beginning of this run already.</summary>
    public bool GoesOn { get; private set; }

    public void Write(MetricEvent happened)
    {
        if (!_file.IsOpen) return;
        _json.Reset();
        JsonSerializer.Serialize(_json, happened, MetricJson.Options);
        _file.Pending.Write("\n"u8);
        _file.EndRecord(isUrgent: happened is not (StepEvent or ExpertsEvent));
    }

    /// <summary>Writes what waits for its second to be over.</summary>
    public void Flush() => _file.Flush();

    public void Dispose()
    {
        _file.Dispose();
        _json.Dispose();
        _lock?.Dispose();
        _lock = null;
    }

    /// <summary>Keeps a second run out, but no reader; the system gives it back when a process ends.</summary>
    static FileStream Lock(string path)
    {
        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path));
        return new FileStream(Path.Combine(folder, $".{name}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>Drops what lies behind a step, and a last half line. What goes on is the log of the run, whatever it was called when it began.</summary>
    /// <returns>False where nothing of the run is left.</returns>
    static bool Cut(string path, long step, string? runId, string? formerId)
    {
        if (!File.Exists(path)) return false;
        var lines = MetricLogReader.WholeLines(path).Where(line => Belongs(line, step)).ToList();
        if (lines.Count == 0 || MetricJson.Place(lines[0]).Kind != "run") return false;
        if (runId is not null)
        {
            if (Head(lines[0]) is not { } head || (head.RunId is { } id && id != runId && id != formerId)) return false;
            if (head.RunId != runId) lines[0] = JsonSerializer.Serialize<MetricEvent>(head with { RunId = runId }, MetricJson.Options);
        }

        try
        {
            TextFile.Write(path, writer => lines.ForEach(line => writer.Write(line + "\n")));
        }
        catch (InputException e) when (e.InnerException is { } inner)
        {
            throw new IOException(inner.Message, inner);
        }

        return true;
    }

    static RunEvent? Head(string line)
    {
        try
        {
            return MetricJson.Parse(line) as RunEvent;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static bool Belongs(string line, long step)
    {
        try
        {
            var place = MetricJson.Place(line);
            return place.Kind != "end" && place.Step <= step;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
