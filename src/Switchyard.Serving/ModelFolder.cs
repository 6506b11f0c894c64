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
    readonly Action<ServedModel, RankRequest, int> _fill;
    readonly string _path;
    readonly Lock _looking = new();
    FolderWatch? _watch;
    string _trouble = "";

    /// <param name="options">Where, and how.</param>
    /// <param name="news">Hears once of every version that begins to serve or cannot, on the thread that found out; null for nobody.</param>
    /// <param name="fill">Fills warm-up request number n (recorded ones, say); null makes them up: <see cref="WarmUp"/>.</param>
    /// <exception cref="ValidationException">An option is out of range.</exception>
    /// <exception cref="InputException">There is no such folder.</exception>
    public ModelFolder(ModelFolderOptions options, Action<ModelNews>? news = null, Action<ServedModel, RankRequest, int>? fill = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_options, _news) = (options, news ?? (static _ => { }));
        _fill = fill ?? ((_, request, number) => WarmUp.Fill(request, number, options.WarmUpItems));
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Path));
        if (!Directory.Exists(_path)) throw new InputException($"{_path}: there is no such folder; give a folder of models (NAME/VERSION), or a bundle.");
    }

    /// <summary>All models seen so far, by name.</summary>
    public ImmutableArray<ModelState> States => [.. _slots.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value.State)];

    /// <summary>Whether there are models and every one of them has a version that serves.</summary>
    public bool IsReady => !_slots.IsEmpty && _slots.Values.All(s => s.IsServing);

    /// <summary>State of a model; null where there is none of this name.</summary>
    public ModelState? State(string name) => _slots.TryGetValue(name, out var slot) ? slot.State : null;

    /// <summary>The version that serves now; null where none does. The name is only looked up, never made part of a path.</summary>
    public ModelLease? Lease(string name) => _slots.TryGetValue(name, out var slot) ? slot.Lease() : null;

    /// <summary>Looks for new versions now, and returns when they serve or are known to be bad.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be listed.</exception>
    public void Reload()
    {
        lock (_looking)
        {
            var found = Find().ToArray();
            foreach (var (name, versions) in found) Look(name, _slots.GetOrAdd(name, static n => new ModelSlot(n)), versions);

            // What has gone from the folder goes on serving.
            foreach (var (name, slot) in _slots)
            {
                if (!found.Any(f => f.Name == name)) Look(name, slot, []);
            }
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
        _watch?.Dispose();
        foreach (var slot in _slots.Values) slot.Switch(null, null);
    }

    // A folder that cannot be listed for a while (a network drive, say) must not end the service of what was loaded.
    void LookAgain()
    {
        try
        {
            Reload();
            _trouble = "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_trouble == e.Message) return;
            _trouble = e.Message;
            _news(new ModelNews("", "", VersionStatus.Bad, $"models cannot be looked for, what serves goes on: {e.Message}"));
        }
    }

    IEnumerable<(string Name, (string Version, string Folder)[] Versions)> Find()
    {
        if (SeenBundle.IsBundle(_path)) return [(_options.Name.Length > 0 ? _options.Name : Path.GetFileName(_path), [("", _path)])];
        return Folders(_path).Select(model => (Path.GetFileName(model), SeenBundle.IsBundle(model) ? [("", model)] : Versions(model)));
    }

    static (string Version, string Folder)[] Versions(string model) =>
        [.. Folders(model).Select(f => (Version: Path.GetFileName(f), Folder: f)).OrderByDescending(v => v.Version, VersionOrder.Instance)];

    // Hidden ones are those that a save or a copy has not finished.
    static IEnumerable<string> Folders(string path)
    {
        try
        {
            return Directory.GetDirectories(path).Where(f => !Path.GetFileName(f).StartsWith('.'));
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
