using System.Collections.Immutable;

namespace Switchyard.Serving;

/// <summary>What becomes of the versions of one model.</summary>
public sealed partial class ModelFolder
{
    /// <param name="versions">Those in the folder, newest first.</param>
    /// <param name="cancellation">Ends it; the versions looked at by then are not shown.</param>
    void Look(string name, ModelSlot slot, (string Version, string Folder)[] versions, CancellationToken cancellation)
    {
        var states = ImmutableArray.CreateBuilder<VersionState>();
        var news = new List<ModelNews>();
        var isFound = false;
        foreach (var (version, folder) in versions)
        {
            cancellation.ThrowIfCancellationRequested();
            var state = isFound ? Older(slot, version, folder) : Try(name, slot, version, folder, news, cancellation);

            // One that was changed where it lies and is now bad still serves as it was: an older one is no better.
            isFound |= state.Status == VersionStatus.Serving || slot.Loaded?.Folder == folder;
            states.Add(state);
        }

        Forget(slot.Bad, versions);
        Forget(slot.Incomplete, versions);
        Forget(slot.Digests, versions);
        slot.Show(states.DrainToImmutable());

        // Who hears of it finds it in the state.
        foreach (var item in news) _news(item);
    }

    // Nobody hears of it: another one serves.
    static VersionState Older(ModelSlot slot, string version, string folder)
    {
        var seen = SeenBundle.Of(folder);
        if (seen is not null && slot.Bad.TryGetValue(folder, out var known) && known.Seen == seen) return known.State;
        var missing = Missing(seen, slot.Digest(seen));
        return missing.Length == 0 ? new VersionState(version, VersionStatus.Idle) : new VersionState(version, VersionStatus.Incomplete, missing);
    }

    VersionState Try(string name, ModelSlot slot, string version, string folder, List<ModelNews> news, CancellationToken cancellation)
    {
        var seen = SeenBundle.Of(folder);
        if (seen is not null && seen == slot.Loaded) return new VersionState(slot.State.Serving ?? version, VersionStatus.Serving);
        if (seen is not null && slot.Bad.TryGetValue(folder, out var known) && known.Seen == seen) return known.State;
        var digest = slot.Digest(seen);
        var missing = Missing(seen, digest);
        if (missing.Length > 0) return Incomplete(name, slot, version, folder, seen, missing, news);
        slot.Incomplete.Remove(folder);

        // A bundle that is not a version among others has the name of its weights.
        if (version.Length == 0) version = digest!.Value.Sha256 is { Length: > DigestName } sha256 ? sha256[..DigestName] : digest.Value.Sha256;
        var old = slot.State.Serving;
        ServedModel model;
        string warmed;
#pragma warning disable CA1031 // A bad bundle, however bad, must not end the service of the good one.
        try
        {
            (model, warmed) = ModelLoading.Load(name, version, folder, _options, _warmUp, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            var bad = new VersionState(version, VersionStatus.Bad, e.Message);
            slot.Bad[folder] = (seen!, bad);
            news.Add(new ModelNews(name, version, VersionStatus.Bad, $"model {name}: version {version} cannot serve{Stays(slot)}: {e.Message}"));
            return bad;
        }
#pragma warning restore CA1031

        slot.Bad.Remove(folder);
        slot.Switch(model, seen);
        news.Add(new ModelNews(name, version, VersionStatus.Serving, $"model {name}: version {version} serves{(old is null ? "" : $" in place of {old}")}{warmed}{WithoutBaseline(model)}"));
        return new VersionState(version, VersionStatus.Serving);
    }

    /// <summary>What a bundle lacks to be whole; empty where it is.</summary>
    static string Missing(SeenBundle? seen, (long Bytes, string Sha256)? digest) =>
        seen is null ? "a file is not there"
        : digest is null ? "manifest.json is not whole"
        : seen.WeightBytes < digest.Value.Bytes ? $"weights.safetensors has {seen.WeightBytes} of {digest.Value.Bytes} bytes"
        : "";

    // A copy that stands still between two looks is said to; one that goes on is nobody's concern.
    static VersionState Incomplete(string name, ModelSlot slot, string version, string folder, SeenBundle? seen, string missing, List<ModelNews> news)
    {
        var isSaid = slot.Incomplete.TryGetValue(folder, out var before) && before.Seen == seen && before.IsSaid;
        if (!isSaid && slot.Incomplete.ContainsKey(folder) && before.Seen == seen)
        {
            news.Add(new ModelNews(name, version, VersionStatus.Incomplete, $"model {name}: version {version} is not whole{Stays(slot)}: {missing}"));
            isSaid = true;
        }

        slot.Incomplete[folder] = (seen, isSaid);
        return new VersionState(version, VersionStatus.Incomplete, missing);
    }

    static string Stays(ModelSlot slot) => slot.State.Serving is { } serving ? $", {serving} goes on" : "";

    static string WithoutBaseline(ServedModel model) => model.BaselineTrouble is { } trouble ? $", without a baseline of drift: {trouble}" : "";

    static void Forget<T>(Dictionary<string, T> known, (string Version, string Folder)[] versions)
    {
        foreach (var folder in known.Keys.Except(versions.Select(v => v.Folder)).ToArray()) known.Remove(folder);
    }
}
