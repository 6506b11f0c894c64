using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// A trained model as one folder: manifest.json (architecture, options, schema with vocabularies and buckets, provenance, metrics)
/// and weights.safetensors. See docs/bundle-format.md.
/// </summary>
public static class ModelBundle
{
    /// <summary>
    /// Saves a model. The bundle is written beside its place and then renamed; at no moment is there a half bundle under
    /// <paramref name="folder"/>. A bundle that is already there is replaced.
    /// </summary>
    /// <param name="folder">The bundle's folder; parents are created.</param>
    /// <param name="ranker">Architecture, schema and weights; nobody may train it meanwhile.</param>
    /// <param name="metadata">Provenance and metrics.</param>
    /// <exception cref="InputException">The folder holds something else or cannot be written; it is then as it was.</exception>
    public static void Save(string folder, Ranker ranker, BundleMetadata metadata) => Save(folder, ranker, metadata, static (_, _) => { });

    /// <summary>The same, with further files that belong to the model.</summary>
    /// <param name="folder">The bundle's folder; parents are created.</param>
    /// <param name="ranker">Architecture, schema and weights; nobody may train it meanwhile.</param>
    /// <param name="metadata">Provenance and metrics.</param>
    /// <param name="add">Writes them into the folder given, before the bundle has its name; also given is the SHA-256 (hex) of the weights.</param>
    /// <exception cref="InputException">The folder holds something else or cannot be written; it is then as it was.</exception>
    public static void Save(string folder, Ranker ranker, BundleMetadata metadata, Action<string, string> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        Save(folder, ranker, metadata, add, static _ => { });
    }

    /// <summary>Refuses now what <see cref="Save(string, Ranker, BundleMetadata)"/> would refuse after the training.</summary>
    /// <param name="folder">The bundle's folder to be; neither it nor its parents are made.</param>
    /// <exception cref="InputException">The folder holds something else or cannot be written.</exception>
    public static void RequirePlace(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var place = new BundlePlace(folder);
        try
        {
            place.RequireFree();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unsaved(place, e);
        }
    }

    /// <summary>Loads a model and checks everything that is known about it.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="cancellation">Ends the reading of large weights.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InputException">There is no bundle, or it is damaged or newer; the message says what and where. All missing,
    /// unexpected and mis-shaped weights are named at once.</exception>
    public static LoadedBundle Load(string folder, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var place = new BundlePlace(folder);
        var (manifestFile, weightFile) = place.Find();
        try
        {
            var manifest = BundleManifest.Read(manifestFile);
            var ranker = Declare(manifest, manifestFile);
            WeightFile.Read(weightFile, ranker.Parameters, manifest.Weights, ModelZoo.NameOf(manifest.Options), cancellation);
            return new LoadedBundle(place.Folder, ranker, manifest.Metadata, manifest.Weights.Sha256);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Bundle {place.Folder} cannot be read: {e.Message}", e);
        }
    }

    /// <param name="reached">Called after every step on the disk; tests interrupt here.</param>
    internal static void Save(string folder, Ranker ranker, BundleMetadata metadata, Action<BundleStep> reached) => Save(folder, ranker, metadata, static (_, _) => { }, reached);

    static void Save(string folder, Ranker ranker, BundleMetadata metadata, Action<string, string> add, Action<BundleStep> reached)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(ranker);
        ArgumentNullException.ThrowIfNull(metadata);
        var place = new BundlePlace(folder);
        try
        {
            place.Replace(
                temporary =>
                {
                    var digest = WeightFile.Write(Path.Combine(temporary, WeightFile.Name), ranker.Parameters);
                    reached(BundleStep.WeightsWritten);
                    var manifest = new BundleManifest(ranker.Schema, ranker.Options, ranker.Parameters.Seed, digest, metadata);
                    manifest.Write(Path.Combine(temporary, BundleManifest.Name));
                    add(temporary, digest.Sha256);
                    reached(BundleStep.ManifestWritten);
                },
                reached);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unsaved(place, e);
        }
    }

    static InputException Unsaved(BundlePlace place, Exception e) =>
        new($"Bundle {place.Folder} cannot be saved: {e.Message.TrimEnd('.')}; choose another 'output', or make room there.", e);

    /// <summary>The model with names and shapes but without values, which come from the file.</summary>
    static Ranker Declare(BundleManifest manifest, string where)
    {
        try
        {
            return new Ranker(manifest.Schema, manifest.Options, new ParameterSet(manifest.Seed, deferred: true));
        }
        catch (Exception e) when (e is InputException or ArgumentException or OverflowException)
        {
            throw new InputException($"{where}: {e.Message}", e);
        }
    }
}
