namespace Switchyard.Serving;

/// <summary>
/// Calls an action now, after every change below a folder, and every so often besides: not every file system reports changes, and those
/// that do may lose some.
/// </summary>
sealed class FolderWatch : IDisposable
{
    /// <summary>After a change, so long until the look: a copy is many changes.</summary>
    static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(50);

    readonly AutoResetEvent _changed = new(false);
    readonly ManualResetEvent _ended = new(false);
    readonly FileSystemWatcher? _watcher;
    readonly Thread _thread;

    public FolderWatch(string folder, TimeSpan interval, Action look)
    {
        try
        {
            _watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite };
            _watcher.Created += (_, _) => Changed();
            _watcher.Changed += (_, _) => Changed();
            _watcher.Deleted += (_, _) => Changed();
            _watcher.Renamed += (_, _) => Changed();
            _watcher.Error += (_, _) => Changed();
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException or ArgumentException)
        {
            // No more watches to be had, or none at all here: the interval does it alone.
            _watcher?.Dispose();
            _watcher = null;
        }

        _thread = new Thread(() => Run(interval, look)) { IsBackground = true, Name = "Switchyard models" };
        _thread.Start();
    }

    public void Dispose()
    {
        if (_ended.SafeWaitHandle.IsClosed) return;
        _watcher?.Dispose();
        _ended.Set();
        _thread.Join();
        _changed.Dispose();
        _ended.Dispose();
    }

    void Changed()
    {
        try
        {
            _changed.Set();
        }
        catch (ObjectDisposedException)
        {
            // One last change, reported while the watch ended.
        }
    }

    void Run(TimeSpan interval, Action look)
    {
        do look();
        while (WaitHandle.WaitAny([_ended, _changed], interval) != 0 && !_ended.WaitOne(Settle));
    }
}
