using System.Collections.Immutable;

namespace Switchyard.Ui;

/// <summary>
/// The runs below a folder: every metrics.jsonl, and those of comparisons, NAME.metrics.jsonl. Looks again when it is asked and some time
/// has passed, so that it does nothing while nobody looks. Safe for use by several threads.
/// </summary>
sealed class RunFolder
{
    /// <summary>Folders below the one that is shown, deep enough for runs/group/comparison/results.</summary>
    public const int Deep = 6;

    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);
    static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(1);

    // A log's name, or the end of it.
    const string Name = MetricLogReader.FileName;

    // Of a folder that takes long to look through, at most this part of the time is spent on it.
    const int RestPerLook = 20;

    static readonly StringComparison PathComparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    readonly string _root;
    readonly string? _live;
    readonly TimeProvider _time;
    readonly EnumerationOptions _below;
    readonly Lock _lock = new();
    readonly Dictionary<string, (long Length, DateTime Written, bool IsFresh, RunSummary Run)> _read = new(StringComparer.Ordinal);
    ImmutableArray<RunSummary> _runs = [];
    long? _looked;
    TimeSpan _rest;

    /// <param name="root">The folder; it need not be there yet.</param>
    /// <param name="depth">Folders below it to look into: 1 = its own subfolders.</param>
    /// <param name="live">Folder of the run of this process, which is shown wherever it is; null for none.</param>
    /// <param name="time">The clock.</param>
    public RunFolder(string root, int depth, string? live, TimeProvider time)
    {
        (_root, _time) = (Full(root), time);
        _live = live is null ? null : Path.Combine(Full(live), Name);
        _below = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = depth,
            IgnoreInaccessible = true,
            // Links could lead in circles.
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
        };
    }

    /// <summary>The runs, by id.</summary>
    public ImmutableArray<RunSummary> Runs()
    {
        lock (_lock)
        {
            if (_looked is { } last && _time.GetElapsedTime(last) < _rest) return _runs;
            var began = _time.GetTimestamp();
            _runs = [.. Logs().Select(Summary).OfType<RunSummary>().OrderBy(r => r.Id, StringComparer.Ordinal)];
            foreach (var gone in _read.Keys.Except(_runs.Select(r => r.Log)).ToList()) _read.Remove(gone);
            _looked = _time.GetTimestamp();
            var took = RestPerLook * _time.GetElapsedTime(began);
            _rest = took > LookEvery ? took : LookEvery;
            return _runs;
        }
    }

    /// <summary>A run of the list; null where there is none of this id, whatever files there are.</summary>
    public RunSummary? Find(string id) => Runs().FirstOrDefault(r => r.Id == id);

    static string Full(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>The run of this process is there also where its folder is hidden or a link, or its name is written in another case.</summary>
    IEnumerable<string> Logs()
    {
        var found = Directory.Exists(_root)
            ? Directory.EnumerateFiles(_root, $"*{Name}", _below).Where(IsLog).Where(log => !string.Equals(log, _live, PathComparison))
            : [];
        return _live is null || !File.Exists(_live) ? found : found.Append(_live);
    }

    static bool IsLog(string path) => Path.GetFileName(path) is var name && (name == Name || name.EndsWith($".{Name}", StringComparison.Ordinal));

    /// <summary>Null for a log that is gone or cannot be looked at.</summary>
    RunSummary? Summary(string log)
    {
        try
        {
            var file = new FileInfo(log);
            var (length, written) = (file.Length, file.LastWriteTimeUtc);
            var isFresh = _time.GetUtcNow().UtcDateTime - written < FreshFor;
            if (_read.TryGetValue(log, out var known) && known.Length == length && known.Written == written && known.IsFresh == isFresh) return known.Run;
            var run = RunSummary.Read(IdOf(log), log, log == _live, isFresh);
            _read[log] = (length, written, isFresh, run);
            return run;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    string IdOf(string log)
    {
        var path = Path.GetFileName(log) == Name ? Path.GetDirectoryName(log)! : log[..^(Name.Length + 1)];
        return path == _root ? Path.GetFileName(path) : Path.GetRelativePath(_root, path).Replace(Path.DirectorySeparatorChar, '/');
    }
}
