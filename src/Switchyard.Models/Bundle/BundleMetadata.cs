using System.Collections.Immutable;
using System.Text.Json;

namespace Switchyard.Models;

/// <summary>Where a bundle's weights come from and how good they are.</summary>
public sealed record BundleMetadata
{
    /// <summary>When the bundle was saved; kept in UTC. Comes from the caller's <see cref="TimeProvider"/>.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Version of the library that saved the bundle. Default: this one.</summary>
    public string LibraryVersion { get; init; } = ThisVersion;

    /// <summary>Text of the run's configuration; null where the model was trained from code.</summary>
    public string? Configuration { get; init; }

    /// <summary>What the import found, as <see cref="Describe"/> writes it; null where unknown.</summary>
    public JsonElement? Import { get; init; }

    /// <summary>Fingerprint of the sources as training read them (<see cref="Switchyard.Data.Dataset.Fingerprint"/>); null where they cannot be read again, or it is unknown.</summary>
    public string? Sources { get; init; }

    /// <summary>What the training came to, as <see cref="Describe"/> writes it; null where unknown.</summary>
    public JsonElement? Training { get; init; }

    /// <summary>
    /// Digest (hex) of what the training depended on: configuration, rows and the bundle it began with. A log of the same training has the same one; null where
    /// unknown.
    /// </summary>
    public string? RunId { get; init; }

    /// <summary>The bundles that this one was trained on from, newest first; empty for a model trained from random weights.</summary>
    public ImmutableArray<BundleAncestor> Ancestors { get; init; } = [];

    /// <summary>The evaluation's report; null where there is none.</summary>
    public JsonElement? Metrics { get; init; }

    /// <summary>Version of this library.</summary>
    public static string ThisVersion { get; } = typeof(BundleMetadata).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>A value as the manifest spells it: snake_case names, enums as text.</summary>
    public static JsonElement Describe<T>(T value) => JsonSerializer.SerializeToElement(value, BundleJson.Values);
}

/// <summary>A bundle that another one was trained on from; says which, wherever it lies.</summary>
/// <param name="Run">Name of the run that saved it; empty where unknown.</param>
/// <param name="Weights">SHA-256 (hex) of its weights.</param>
/// <param name="Schema">Fingerprint of its schema.</param>
public sealed record BundleAncestor(string Run, string Weights, string Schema);

/// <summary>A bundle that was read and checked.</summary>
/// <param name="Folder">Absolute folder it was read from.</param>
/// <param name="Ranker">The model with its weights.</param>
/// <param name="Metadata">Its provenance and metrics.</param>
/// <param name="WeightsSha256">SHA-256 (hex) of its weights.</param>
public sealed record LoadedBundle(string Folder, Ranker Ranker, BundleMetadata Metadata, string WeightsSha256);
