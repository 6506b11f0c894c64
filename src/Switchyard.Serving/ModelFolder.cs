using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>
/// Models in a folder, <c>NAME/VERSION</c> each a bundle, of which the newest that is whole and sound serves; or a single bundle. A new
/// version is loaded, verified and warmed beside the one that serves, then takes its place at once; a request sees one version from
/// beginning to end. See docs/serving-models.md.
/// </summary>
public sealed partial class ModelFolder : IDisposable
{
    /// <summary>Characters of the weights' digest that name a version without a name.</summary>
    const int DigestName = 12;

    readonly ConcurrentDictionary<string, ModelSlot> _slots = new(StringComparer.Ordinal);
    readonly ModelFolderOptions _options;
    readonly Action<ModelNews> _news;
    readonly Func<ServedModel, IEnumerable<Action<RankRequest>>>? _warmUp;
    readonly string _path;
    readonly Lock _looking = new();
    readonly CancellationTokenSource _ended = new();
    readonly Dictionary<string, string> _troubles = new(StringComparer.Ordinal);
    FolderWatch? _watch;
    volatile bool _isReady;
    volatile bool _isEnded;

    /// <param name="options">Where, and how.</param>
    /// <param name="news">Hears once of every version that begins to serve or cannot, on the thread that found out; null for nobody.</param>
    /// <param name="warmUp">
    /// Requests that a version scores before it serves, recorded ones, say: each fills one that was begun. One that the version does not take
    /// (<see cref="InputException"/> or <see cref="RequestException"/>) is passed over and counted; those that are wanting, and with null all, are made up
    /// (<see cref="WarmUp"/>).
    /// </param>
    /// <exception cref="ValidationException">An option is out of range.</exception>
    /// <exception cref="InputException">There is no such folder, or it may not be read.</exception>
    public ModelFolder(ModelFolderOptions options, Action<ModelNews>? news = null, Func<ServedModel, IEnumerable<Action<RankRequest>>>? warmUp = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_options, _news, _warmUp) = (options, news ?? (static _ => { }), warmUp);
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Path));
        if (!Directory.Exists(_path)) throw new InputException($"{_path}: there is no such folder; give a folder of models (NAME/VERSION), or a bundle.");
        RequireReadable();
    }

    /// <summary>Lists the folders in a folder; tests refuse it here.</summary>
    internal Func<string, string[]> List { get; init; } = Directory.GetDirectories;

    /// <summary>Whether it is disposed of, or about to be.</summary>
    internal bool IsEnding => _isEnded || _ended.IsCancellationRequested;

    /// <summary>All models that serve or lie in the folder, by name.</summary>
    public ImmutableArray<ModelState> States => [.. _slots.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value.State)];

    /// <summary>Whether there were models once and every one of them had a version that serves. What comes later takes nothing from those that do.</summary>
    public bool IsReady => _isReady;

    /// <summary>State of a model; null where there is none of this name.</summary>
    public ModelState? State(string name) => _slots.TryGetValue(name, out var slot) ? slot.State : null;

    /// <summary>The version that serves now; null where none does. The name is only looked up, never made part of a path.</summary>
    public ModelLease? Lease(string name) => _slots.TryGetValue(name, out var slot) ? slot.Lease() : null;

    /// <summary>
    /// Looks for new versions now, and returns when they serve or are known to be bad. A folder that cannot be listed is said once and looked
    /// for again at the next look; what serves goes on.
    /// </summary>
    /// <param name="cancellation">Ends it soon: between two versions, or within the load and the warm-up of one. What serves by then goes on.</param>
    /// <exception cref="OperationCanceledException">It was cancelled, or the models disposed of.</exception>
    public void Reload(CancellationToken cancellation = default)
    {
        lock (_looking)
        {
            if (_isEnded) throw new OperationCanceledException();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
            either.Token.ThrowIfCancellationRequested();
            if (Find() is not { } found) return;
            foreach (var (name, versions) in found)
            {
                if (versions is not null) Look(name, _slots.GetOrAdd(name, static n => new ModelSlot(n)), versions, either.Token);
            }

            foreach (var (name, slot) in _slots)
            {
                if (found.ContainsKey(name)) continue;
                // What has gone from the folder goes on serving; what never served was a mistake.
                if (slot.IsServing) Look(name, slot, [], either.Token);
                else _slots.TryRemove(name, out _);
            }

            _isReady |= !_slots.IsEmpty && _slots.Values.All(s => s.IsServing);
        }
    }

    /// <summary>Looks for new versions from now on, on a thread of its own, until disposed.</summary>
    public void Watch()
    {
        lock (_looking) _watch ??= new FolderWatch(_path, TimeSpan.FromSeconds(_options.PollSeconds), LookAgain);
    }

    /// <summary>Ends the watch, and lets go of all versions; those on lease stay until they are given back.</summary>
    public void Dispose()
    {
        if (_isEnded) return;
        _ended.Cancel();
        _watch?.Dispose();
        lock (_looking)
        {
            (_isEnded, _isReady) = (true, false);
            _ended.Dispose();
            foreach (var slot in _slots.Values) slot.Switch(null, null);
        }
    }

    void RequireReadable()
    {
        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(_path).GetEnumerator();
            entries.MoveNext();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InputException($"{_path}: the folder cannot be read; whoever runs the server needs the right to list and to enter it.", e);
        }
        catch (IOException)
        {
            // For a while, as every look takes it.
        }
    }

    void LookAgain()
    {
        try
        {
            Reload();
        }
        catch (OperationCanceledException)
        {
            // Disposed of.
        }
    }

    /// <summary>Versions by model, newest first, null where they cannot be listed now; nothing at all where no model can. A folder without a bundle is no model.</summary>
    Dictionary<string, (string Version, string Folder)[]?>? Find()
    {
        var found = new Dictionary<string, (string Version, string Folder)[]?>(StringComparer.Ordinal);
        if (SeenBundle.IsBundle(_path))
        {
            found.Add(_options.Name.Length > 0 ? _options.Name : Path.GetFileName(_path), [("", _path)]);
            return found;
        }

        if (Folders(_path) is not { } models) return null;
        foreach (var model in models)
        {
            var name = Path.GetFileName(model);
            var versions = SeenBundle.IsBundle(model) ? [("", model)] : Versions(model);
            var isKnown = _slots.TryGetValue(name, out var slot) && (slot.IsServing || versions is null);
            if (isKnown || versions?.Any(v => SeenBundle.IsBundle(v.Folder)) == true) found.Add(name, versions);
        }

        return found;
    }

    (string Version, string Folder)[]? Versions(string model) =>
        Folders(model) is { } folders ? [.. folders.Select(f => (Version: Path.GetFileName(f), Folder: f)).OrderByDescending(v => v.Version, VersionOrder.Instance)] : null;

    /// <summary>Folders in a folder; null where it cannot be listed: for a while (a network drive, say) or ever (lost+found), neither may end the service of others.</summary>
    IEnumerable<string>? Folders(string path)
    {
        try
        {
            // Hidden ones are those that a save or a copy has not finished.
            var folders = List(path).Where(f => !Path.GetFileName(f).StartsWith('.'));
            _troubles.Remove(path);
            return folders;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_troubles.GetValueOrDefault(path) == e.Message) return null;
            _troubles[path] = e.Message;
            _news(new ModelNews("", "", VersionStatus.Bad, $"models cannot be looked for, what serves goes on: {e.Message}"));
            return null;
        }
    }
}
