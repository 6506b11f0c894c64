using System.Collections.Immutable;

namespace Switchyard.Ui;

/// <summary>
/// The runs below a folder: every folder with a log. Looks again when it is asked and some time has passed, so that it does nothing while
/// nobody looks. Safe for use by several threads.
/// </summary>
sealed class RunFolder
{
    /// <summary>Folders below the one that is shown, deep enough for runs/comparison/variant/seed.</summary>
    public const int Deep = 6;

    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);
    static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(1);

    readonly string _root;
    readonly TimeProvider _time;
    readonly EnumerationOptions _below;
    readonly Lock _lock = new();
    readonly Dictionary<string, (long Length, DateTime Written, bool IsFresh, RunSummary Run)> _read = new(StringComparer.Ordinal);
    ImmutableArray<RunSummary> _runs = [];
    long? _looked;

    /// <param name="root">The folder; it need not be there yet.</param>
    /// <param name="depth">Folders below it to look into: 1 = its own subfolders.</param>
    /// <param name="time">The clock.</param>
    public RunFolder(string root, int depth, TimeProvider time)
    {
        (_root, _time) = (Path.GetFullPath(root), time);
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
            if (_looked is { } last && _time.GetElapsedTime(last) < LookEvery) return _runs;
            _looked = _time.GetTimestamp();
            if (!Directory.Exists(_root)) return _runs = [];
            _runs = [.. Directory.EnumerateFiles(_root, RunLog.FileName, _below).Select(Summary).OrderBy(r => r.Id, StringComparer.Ordinal)];
            return _runs;
        }
    }

    /// <summary>A run of the list; null where there is none of this id, whatever files there are.</summary>
    public RunSummary? Find(string id) => Runs().FirstOrDefault(r => r.Id == id);

    RunSummary Summary(string log)
    {
        var file = new FileInfo(log);
        var written = file.LastWriteTimeUtc;
        var isFresh = _time.GetUtcNow().UtcDateTime - written < FreshFor;
        if (_read.TryGetValue(log, out var known) && known.Length == file.Length && known.Written == written && known.IsFresh == isFresh) return known.Run;
        var folder = file.DirectoryName!;
        var id = folder == _root ? file.Directory!.Name : Path.GetRelativePath(_root, folder).Replace(Path.DirectorySeparatorChar, '/');
        var run = RunSummary.Read(id, folder, isFresh);
        _read[log] = (file.Length, written, isFresh, run);
        return run;
    }
}
