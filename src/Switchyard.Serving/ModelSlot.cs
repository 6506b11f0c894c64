using System.Collections.Immutable;

namespace Switchyard.Serving;

/// <summary>A name and the version that serves under it.</summary>
sealed class ModelSlot(string name)
{
    ServedModel? _model;
    volatile ModelState _state = new(name, null, []);

    /// <summary>The serving version's folder as it was when it was loaded.</summary>
    public SeenBundle? Loaded { get; private set; }

    /// <summary>Folders that cannot serve, as they were when that was found.</summary>
    public Dictionary<string, (SeenBundle Seen, VersionState State)> Bad { get; } = new(StringComparer.Ordinal);

    /// <summary>Folders that were not whole at the last look, as they were then.</summary>
    public Dictionary<string, (SeenBundle? Seen, bool IsSaid)> Incomplete { get; } = new(StringComparer.Ordinal);

    /// <summary>What the manifests of folders say of their weights, as they were when they were read.</summary>
    public Dictionary<string, (long Length, DateTime Written, (long Bytes, string Sha256)? Digest)> Digests { get; } = new(StringComparer.Ordinal);

    public ModelState State => _state;

    public bool IsServing => Volatile.Read(ref _model) is not null;

    /// <summary>What the manifest says of the weights; null where it cannot be read. It is read again when it has changed: a copy in progress is looked at often.</summary>
    public (long Bytes, string Sha256)? Digest(SeenBundle? seen)
    {
        if (seen is null) return null;
        if (Digests.TryGetValue(seen.Folder, out var known) && known.Length == seen.ManifestBytes && known.Written == seen.ManifestWritten) return known.Digest;
        var digest = seen.Digest();
        Digests[seen.Folder] = (seen.ManifestBytes, seen.ManifestWritten, digest);
        return digest;
    }

    public ModelLease? Lease()
    {
        // A version that is given back by all just now was replaced before: the next look sees its successor.
        while (Volatile.Read(ref _model) is { } model)
        {
            if (model.TryHold()) return new ModelLease(model);
        }

        return null;
    }

    /// <summary>From now on this version serves, or none; the one before stays until its last lease is given back.</summary>
    public void Switch(ServedModel? model, SeenBundle? loaded)
    {
        Loaded = loaded;
        Interlocked.Exchange(ref _model, model)?.Release();
    }

    public void Show(ImmutableArray<VersionState> versions) => _state = new ModelState(name, Volatile.Read(ref _model)?.Version, versions);
}
