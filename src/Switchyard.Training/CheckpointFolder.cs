using System.Globalization;

namespace Switchyard.Training;

/// <summary>Steps of a save on the disk, in order.</summary>
enum CheckpointStep { ArraysWritten, StateWritten, OthersRemoved, Renamed }

/// <summary>
/// The folder of a run's checkpoints, one folder each: step-000123. A checkpoint is written under a hidden temporary name and then
/// renamed, so that a name stands for a whole one. A lock keeps a second run out; the system gives it back when a process ends.
/// </summary>
sealed class CheckpointFolder : IDisposable
{
    const string Prefix = "step-";
    const string LockName = ".lock";

    readonly string _path;
    readonly FileStream _lock;

    /// <exception cref="IOException">Another run holds the folder, or it cannot be written.</exception>
    public CheckpointFolder(string path)
    {
        _path = path;
        Directory.CreateDirectory(path);
        _lock = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>The checkpoints, newest first.</summary>
    public long[] Steps() => StepsIn(_path);

    /// <summary>The checkpoints of a folder that may be another run's, newest first.</summary>
    public static long[] StepsIn(string path)
    {
        var found = new List<long>();
        if (!Directory.Exists(path)) return [];
        foreach (var folder in Directory.EnumerateDirectories(path, Prefix + "*"))
        {
            if (long.TryParse(System.IO.Path.GetFileName(folder.AsSpan())[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step)) found.Add(step);
        }

        return [.. found.OrderDescending()];
    }

    public string Path(long step) => PathIn(_path, step);

    /// <summary>Where a checkpoint lies in a folder.</summary>
    public static string PathIn(string path, long step) => System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D6}"));

    /// <summary>Adds a checkpoint; whatever else is in the folder goes first, but for the steps of this run.</summary>
    /// <param name="step">Step of the new one.</param>
    /// <param name="own">Steps of this run that are there.</param>
    /// <param name="fill">Writes the files into the temporary folder.</param>
    /// <param name="reached">Called after every step on the disk; tests interrupt here.</param>
    public void Add(long step, IReadOnlyCollection<long> own, Action<string> fill, Action<CheckpointStep> reached)
    {
        var temporary = System.IO.Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $".{Prefix}{step:D6}.tmp"));
        try
        {
            RemoveLeftovers();
            Directory.CreateDirectory(temporary);
            fill(temporary);
            foreach (var other in Steps().Where(s => s == step || !own.Contains(s))) Remove(other);
            reached(CheckpointStep.OthersRemoved);
            Directory.Move(temporary, Path(step));
            reached(CheckpointStep.Renamed);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    public void Remove(long step) => TryDelete(Path(step));

    /// <summary>Removes all checkpoints and what a killed run left of one.</summary>
    public void Clear()
    {
        RemoveLeftovers();
        foreach (var step in Steps()) Remove(step);
    }

    void RemoveLeftovers()
    {
        if (!Directory.Exists(_path)) return;
        foreach (var leftover in Directory.EnumerateDirectories(_path, $".{Prefix}*.tmp")) TryDelete(leftover);
    }

    /// <summary>What cannot be removed does no harm; the next save tries again.</summary>
    static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Gives the lock back; a folder without checkpoints goes.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        try
        {
            if (!Directory.EnumerateFileSystemEntries(_path).Any()) Directory.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another run has come meanwhile, or the folder has gone.
        }
    }
}
