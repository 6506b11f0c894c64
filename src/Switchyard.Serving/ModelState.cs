using System.Collections.Immutable;

namespace Switchyard.Serving;

/// <summary>What a version in the folder is doing.</summary>
public enum VersionStatus
{
    /// <summary>It serves.</summary>
    Serving,

    /// <summary>It is whole, as far as the sizes of its files say, but a newer one serves.</summary>
    Idle,

    /// <summary>It is still being copied: a file is missing or not whole.</summary>
    Incomplete,

    /// <summary>It was tried and cannot serve.</summary>
    Bad,
}

/// <summary>A version in the folder.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="Reason">Why it is not whole or cannot serve; empty otherwise.</param>
public sealed record VersionState(string Version, VersionStatus Status, string Reason = "");

/// <summary>A model of the folder.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Serving">Version that serves, also where its folder is gone; null for none.</param>
/// <param name="Versions">Those in the folder, newest first.</param>
public sealed record ModelState(string Name, string? Serving, ImmutableArray<VersionState> Versions);

/// <summary>What has just happened to a version.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">The version.</param>
/// <param name="Status"><see cref="VersionStatus.Serving"/> or <see cref="VersionStatus.Bad"/>.</param>
/// <param name="Message">In words: one line.</param>
public sealed record ModelNews(string Name, string Version, VersionStatus Status, string Message);
