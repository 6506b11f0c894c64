using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>Opens feature stores.</summary>
public static class FeatureStore
{
    /// <summary>A longer key is that of nothing: it is unknown without a question, so that nobody can fill a cache with them.</summary>
    public const int MaxKeyBytes = 512;

    /// <summary>
    /// Opens a store as configured: with its time limit, its circuit and its cache. The columns of its entities are read now; a server
    /// that cannot be reached now is an error, one that fails later is not.
    /// </summary>
    /// <param name="options">What to open.</param>
    /// <param name="baseDirectory">Folder that relative paths start from.</param>
    /// <param name="time">Clock of freshness and waits. Default: the system's.</param>
    /// <param name="cancellation">Ends the wait for the server.</param>
    /// <exception cref="InputException">There is no such store, or it does not have the entities.</exception>
    public static async Task<IFeatureStore> OpenAsync(
        FeatureStoreOptions options, string baseDirectory, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        try
        {
            return await ReachAsync(options, baseDirectory, time, cancellation).ConfigureAwait(false);
        }
        catch (FeatureStoreUnavailableException e)
        {
            throw new InputException(e.Message, e);
        }
    }

    /// <summary>As <see cref="OpenAsync"/>, for whoever can wait: a server that cannot be reached now may be reached later.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    /// <exception cref="FeatureStoreUnavailableException">The server cannot be reached now.</exception>
    public static async Task<IFeatureStore> ReachAsync(
        FeatureStoreOptions options, string baseDirectory, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(baseDirectory);
        IFeatureStore store = options.Connection is { } variable
            ? await PostgresFeatureStore.OpenAsync(variable, options, cancellation).ConfigureAwait(false)
            : SqliteFeatureStore.Open(System.IO.Path.GetFullPath(options.Path!, baseDirectory), options);
        return Protect(store, options, time);
    }

    /// <summary>Puts the time limit, the circuit and the cache of the options before a store of any kind.</summary>
    /// <param name="store">The store; disposed with the result.</param>
    /// <param name="options">Limits and freshness.</param>
    /// <param name="time">Clock of freshness and waits. Default: the system's.</param>
    public static IFeatureStore Protect(IFeatureStore store, FeatureStoreOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        var clock = time ?? TimeProvider.System;
        var metrics = new FeatureMetrics(store.Entities);
        return new CachedFeatures(new GuardedFeatures(store, options, metrics, clock), options, metrics, clock);
    }
}
