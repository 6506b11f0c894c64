using System.Buffers;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// Writes a run's metrics.jsonl. Lines are written whole, at most once a second where they only tell of steps: a run that is killed loses
/// a second of them. Where it cannot be written, training goes on without it, as the model is worth more than its log.
/// </summary>
sealed class MetricLog : IMetricSink, IDisposable
{
    /// <summary>Its name in a run's output folder.</summary>
    public const string FileName = "metrics.jsonl";

    const int MostPending = 1 << 20;
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly string _path;
    readonly Action<string> _warn;
    readonly TimeProvider _time;
    readonly ArrayBufferWriter<byte> _pending = new();
    readonly Utf8JsonWriter _json;
    FileStream? _lock;
    FileStream? _file;
    long _flushed;

    MetricLog(string path, Action<string> warn, TimeProvider time)
    {
        (_path, _warn, _time) = (path, warn, time);
        _json = new Utf8JsonWriter(_pending, new JsonWriterOptions { Encoder = MetricJson.Options.Encoder });
    }

    /// <summary>True where the file holds the beginning of this run already.</summary>
    public bool GoesOn { get; private set; }

    /// <summary>Opens the log of a run, which replaces an earlier one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="resumed">Step that the run goes on after: later lines are dropped; 0 for a new run.</param>
    /// <param name="warn">Hears, once, that the file cannot be written.</param>
    /// <param name="time">The clock of the pauses.</param>
    public static MetricLog Open(string path, long resumed, Action<string> warn, TimeProvider time)
    {
        var log = new MetricLog(path, warn, time);
        log.Try(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            log._lock = Lock(path);
            if (resumed > 0) log.GoesOn = Cut(path, resumed);
            log._file = new FileStream(path, log.GoesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        });
        log._flushed = time.GetTimestamp();
        return log;
    }

    public void Write(MetricEvent happened)
    {
        if (_file is null) return;
        _json.Reset();
        JsonSerializer.Serialize(_json, happened, MetricJson.Options);
        _pending.Write("\n"u8);
        if (happened is not (StepEvent or ExpertsEvent) || _pending.WrittenCount > MostPending || _time.GetElapsedTime(_flushed) >= Pause) Flush();
    }

    public void Dispose()
    {
        Flush();
        _json.Dispose();
        _file?.Dispose();
        _lock?.Dispose();
        (_file, _lock) = (null, null);
    }

    /// <summary>Keeps a second run out, but no reader; the system gives it back when a process ends.</summary>
    static FileStream Lock(string path)
    {
        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path));
        return new FileStream(Path.Combine(folder, $".{name}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    void Flush()
    {
        if (_file is null || _pending.WrittenCount == 0) return;
        Try(() => _file.Write(_pending.WrittenSpan));
        _pending.ResetWrittenCount();
        _flushed = _time.GetTimestamp();
    }

    void Try(Action write)
    {
        var whole = _file?.Length ?? 0;
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"{_path} cannot be written: {e.Message.TrimEnd('.')}; training goes on, and this log ends here");
            Abandon(whole);
        }
    }

    /// <summary>Leaves the lines that are whole.</summary>
    void Abandon(long whole)
    {
        try
        {
            using (_file) _file?.SetLength(whole);
        }
        catch (IOException)
        {
            // Readers leave a last half line out.
        }

        _file = null;
    }

    /// <summary>Drops what lies behind a step, and a last half line.</summary>
    /// <returns>False where nothing of the run is left.</returns>
    static bool Cut(string path, long step)
    {
        if (!File.Exists(path)) return false;
        var lines = MetricLogReader.WholeLines(path).Where(line => Belongs(line, step)).ToList();
        if (lines.Count == 0 || !lines[0].StartsWith("{\"event\":\"run\"", StringComparison.Ordinal)) return false;
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
