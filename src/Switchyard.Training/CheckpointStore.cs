using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Training;

/// <summary>The checkpoints of one run: when <see cref="Trainer.Checkpoints"/> is set, a trainer saves to it and can resume from it.</summary>
public sealed class CheckpointStore : IDisposable
{
    // A longer list of differences says no more than: another run.
    const int MostDifferences = 5;

    readonly CheckpointFolder _folder;
    readonly SortedDictionary<string, string> _identity;
    readonly string _path;
    readonly int _keep;
    readonly Action<string> _warn;
    readonly Action<CheckpointStep> _reached;
    readonly List<long> _own = [];

    /// <param name="folder">Folder of the checkpoints; created where it is missing.</param>
    /// <param name="identity">Everything the result depends on, as text by name: configuration, rows, version. Resuming compares it.</param>
    /// <param name="keep">Checkpoints to keep.</param>
    /// <param name="warn">Hears of a checkpoint that could not be written or read.</param>
    /// <exception cref="InputException">Another run saves to the folder, or it cannot be written.</exception>
    public CheckpointStore(string folder, IReadOnlyDictionary<string, string> identity, int keep, Action<string> warn)
        : this(folder, identity, keep, warn, static _ => { })
    {
    }

    internal CheckpointStore(string folder, IReadOnlyDictionary<string, string> identity, int keep, Action<string> warn, Action<CheckpointStep> reached)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(warn);
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        (_path, _keep, _warn, _reached) = (folder, keep, warn, reached);
        _identity = new SortedDictionary<string, string>(identity.ToDictionary(), StringComparer.Ordinal);
        try
        {
            _folder = new CheckpointFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder} cannot be used for checkpoints: {e.Message.TrimEnd('.')}; wait for the other run where there is one, or name another 'output'.", e);
        }
    }

    /// <summary>What an entry of the identity was in checkpoints from before it: those without it are compared as if they had this value.</summary>
    public IReadOnlyDictionary<string, string> Absent { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What the result of the run depends on that left the newest readable checkpoint in a folder, by name; null where there is none.</summary>
    public static IReadOnlyDictionary<string, string>? IdentityOf(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        foreach (var step in CheckpointFolder.StepsIn(folder))
        {
            try
            {
                return CheckpointState.Read(Path.Combine(CheckpointFolder.PathIn(folder, step), CheckpointState.Name)).Identity;
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                // Resuming names it as damaged and takes the one before it, and so does this.
            }
        }

        return null;
    }

    /// <summary>Step of the newest checkpoint in the folder, of whatever run; 0 where there is none.</summary>
    public long NewestFound => _folder.Steps().FirstOrDefault();

    /// <summary>Step of this run's newest checkpoint; 0 where there is none.</summary>
    public long Newest => _own.LastOrDefault();

    /// <summary>Removes all checkpoints: the run is over.</summary>
    public void Clear()
    {
        _folder.Clear();
        _own.Clear();
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Saves where a run stands. A checkpoint that cannot be written costs nothing but itself.</summary>
    internal void Save(TrainingPosition position, OptimizerSizes sizes, IReadOnlyList<CheckpointArray> arrays)
    {
        var step = sizes.Steps;
        if (step == Newest) return;
        try
        {
            _folder.Add(
                step,
                _own,
                temporary =>
                {
                    var (bytes, sha256) = CheckpointFile.Write(Path.Combine(temporary, CheckpointFile.Name), arrays);
                    _reached(CheckpointStep.ArraysWritten);
                    new CheckpointState(CheckpointState.CurrentVersion, _identity, position, sizes, bytes, sha256).Write(Path.Combine(temporary, CheckpointState.Name));
                    _reached(CheckpointStep.StateWritten);
                },
                _reached);
            _own.Add(step);
            for (; _own.Count > _keep; _own.RemoveAt(0)) _folder.Remove(_own[0]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"the checkpoint of step {step} could not be written: {e.Message.TrimEnd('.')}; training goes on, the one before it {(Newest > 0 ? $"is of step {Newest}" : "does not exist")}");
        }
    }

    /// <summary>The newest checkpoint that is whole: its state and its file of arrays; null where there is none.</summary>
    /// <exception cref="InputException">It belongs to another run.</exception>
    internal (CheckpointState State, string Arrays)? Find()
    {
        var steps = _folder.Steps();
        foreach (var step in steps)
        {
            var folder = _folder.Path(step);
            try
            {
                var state = CheckpointState.Read(Path.Combine(folder, CheckpointState.Name));
                Compare(state.Identity, step);
                var arrays = Path.Combine(folder, CheckpointFile.Name);
                CheckpointFile.Verify(arrays, state.Bytes, state.Sha256);
                _own.AddRange(steps.Where(s => s <= step).Order());
                return (state, arrays);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                _warn($"the checkpoint of step {step} is damaged and left out: {e.Message.TrimEnd('.')}");
            }
        }

        return null;
    }

    void Compare(SortedDictionary<string, string> then, long step)
    {
        var different = then.Keys.Union(_identity.Keys).Order(StringComparer.Ordinal)
            .Select(k => (Name: k, Was: then.GetValueOrDefault(k) ?? Absent.GetValueOrDefault(k), Is: _identity.GetValueOrDefault(k)))
            .Where(e => e.Was != e.Is)
            .Select(e => $"{e.Name} was {e.Was ?? "not there"}, is {e.Is ?? "not there"}")
            .ToImmutableArray();
        if (different.IsEmpty) return;
        var more = different.Length > MostDifferences ? $"; and {different.Length - MostDifferences} more" : "";
        throw new InputException(
            $"The checkpoint of step {step} in {_path} is of another run: {string.Join("; ", different.Take(MostDifferences))}{more}. " +
            "To go on, undo what was changed; where that cannot be done, train without --resume to start anew.");
    }
}
