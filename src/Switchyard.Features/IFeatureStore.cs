using System.Collections.Immutable;

namespace Switchyard.Features;

/// <summary>Values of entities by their keys. Safe for use by several threads; <see cref="FeatureStore.OpenAsync"/> opens one.</summary>
public interface IFeatureStore : IAsyncDisposable
{
    /// <summary>What the store knows.</summary>
    ImmutableArray<FeatureEntity> Entities { get; }

    /// <summary>Looks up all keys of one entity at once. One that the store does not know is no error: its row is null.</summary>
    /// <param name="rows">The keys; receives what was found.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="FeatureStoreUnavailableException">The store cannot answer now.</exception>
    ValueTask LookupAsync(FeatureRows rows, CancellationToken cancellation = default);
}
