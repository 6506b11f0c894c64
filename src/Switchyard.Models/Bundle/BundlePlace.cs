using System.Diagnostics;
using System.Globalization;
using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>Steps of a save on the disk, in order.</summary>
enum BundleStep
{
    /// <summary>The weights are complete under the temporary name.</summary>
    WeightsWritten,

    /// <summary>The bundle is complete under the temporary name.</summary>
    ManifestWritten,

    /// <summary>The bundle to be replaced has moved aside; the name is free.</summary>
    OldMovedAside,

    /// <summary>The new bundle has its name.</summary>
    Renamed,
}

/// <summary>A bundle's folder and the hidden siblings it is replaced through: <c>.name.tmp-*</c> and <c>.name.old-*</c>.</summary>
sealed class BundlePlace
{
    const int MostAttempts = 20;

    readonly string _parent;
    readonly string _name;

    public BundlePlace(string folder)
    {
        Folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        _parent = Path.GetDirectoryName(Folder) ?? throw new InputException($"{Folder} is the root of a file system; a bundle needs a folder of its own.");
        _name = Path.GetFileName(Folder);
    }

    /// <summary>Absolute, without a separator at the end.</summary>
    public string Folder { get; }

    /// <summary>The bundle's two files.</summary>
    /// <exception cref="InputException">There is no bundle here.</exception>
    public (string Manifest, string Weights) Find()
    {
        if (!Directory.Exists(Folder))
        {
            if (File.Exists(Folder))
                throw new InputException($"{Folder} is a file; a model bundle is a folder with {BundleManifest.Name} and {WeightFile.Name}.");
            var aside = Siblings("old").FirstOrDefault(IsBundle);
            var remedy = aside is null ? "give the folder that train printed" : $"a save was interrupted, the bundle before it is {aside}: rename that folder";
            throw new InputException($"{Folder}: there is no such folder; {remedy}.");
        }

        var (manifest, weights) = (Path.Combine(Folder, BundleManifest.Name), Path.Combine(Folder, WeightFile.Name));
        if (!File.Exists(manifest))
            throw new InputException($"{Folder} is no model bundle: {BundleManifest.Name} is not there; give the folder that train printed.");
        if (!File.Exists(weights)) throw new InputException($"{Folder} is not complete: {WeightFile.Name} is not there; copy the bundle again.");
        return (manifest, weights);
    }

    /// <summary>Refuses a place that holds something else or cannot be written; nothing is made.</summary>
    public void RequireFree()
    {
        if (File.Exists(Folder)) throw new InputException($"{Folder} is a file; choose another place for the model bundle.");
        if (Directory.Exists(Folder) && !IsBundle(Folder) && Directory.EnumerateFileSystemEntries(Folder).Any())
            throw new InputException($"{Folder} is there already and is no model bundle; choose another place or remove it.");
        var probe = Path.Combine(NearestFolder.Of(_parent), Path.GetFileName(Sibling("tmp")));
        if (Directory.Exists(probe)) Directory.Delete(probe, recursive: true);
        Directory.CreateDirectory(probe);
        Directory.Delete(probe);
    }

    /// <summary>Fills a temporary sibling, then gives it the bundle's name. Where anything fails, the place is as it was.</summary>
    public void Replace(Action<string> fill, Action<BundleStep> reached)
    {
        RequireFree();
        foreach (var leftover in Leftovers("tmp")) TryDelete(leftover);
        var (temporary, aside) = (Sibling("tmp"), Sibling("old"));
        var moved = false;
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    if (Directory.Exists(Folder))
                    {
                        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
                        Directory.Move(Folder, aside);
                        moved = true;
                        reached(BundleStep.OldMovedAside);
                    }

                    Directory.Move(temporary, Folder);
                    break;
                }
                catch (IOException) when (attempt < MostAttempts && Directory.Exists(temporary))
                {
                    // Another run is saving under the same name: the last one stays.
                }
            }
        }
        catch
        {
            if (moved && !Directory.Exists(Folder)) Directory.Move(aside, Folder);
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            throw;
        }

        reached(BundleStep.Renamed);

        // Only now: until the new bundle had its name, these were the only complete ones.
        foreach (var leftover in Leftovers("old")) TryDelete(leftover);
    }

    /// <summary>Removes what an earlier save left. Where that is not possible it does no harm, and the next save tries again.</summary>
    static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    static bool IsBundle(string folder) => File.Exists(Path.Combine(folder, BundleManifest.Name)) && File.Exists(Path.Combine(folder, WeightFile.Name));

    string Sibling(string kind) => Path.Combine(_parent, string.Create(CultureInfo.InvariantCulture, $".{_name}.{kind}-{Environment.ProcessId}"));

    /// <summary>Siblings that no running save is working with.</summary>
    IEnumerable<string> Leftovers(string kind) => Siblings(kind).Where(s => !IsOfAnotherProcess(s));

    static bool IsOfAnotherProcess(string sibling)
    {
        if (!int.TryParse(sibling.AsSpan(sibling.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return false;
        if (id == Environment.ProcessId) return false;
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    string[] Siblings(string kind)
    {
        if (!Directory.Exists(_parent)) return [];
        var start = $".{_name}.{kind}-";
        var found = Directory.EnumerateDirectories(_parent).Where(d => Path.GetFileName(d).StartsWith(start, StringComparison.Ordinal));
        return [.. found.Order(StringComparer.Ordinal)];
    }
}
