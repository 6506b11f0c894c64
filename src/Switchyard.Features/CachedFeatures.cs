using System.Collections.Immutable;

namespace Switchyard.Features;

/// <summary>
/// A bounded cache before a store. Requests that miss the same key wait for one question; a request that is cancelled leaves the others
/// their answer. While the store fails, older values stand in as long as the options allow. A lookup that finds everything allocates nothing.
/// </summary>
sealed class CachedFeatures : IFeatureStore
{
    /// <summary>What there is for no key.</summary>
    static readonly FeatureRow Nothing = FeatureRow.Unknown();

    readonly IFeatureStore _store;
    readonly FeatureMetrics _metrics;
    readonly TimeProvider _time;
    readonly FeatureFailure _onFailure;
    readonly long _maxAge;
    readonly long _maxStaleAge;
    readonly FeatureCache[] _caches;
    readonly Dictionary<byte[], Flight>[] _flights;

    public CachedFeatures(IFeatureStore store, FeatureStoreOptions options, FeatureMetrics metrics, TimeProvider time)
    {
        _store = store;
        _metrics = metrics;
        _time = time;
        _onFailure = options.OnFailure;
        _maxAge = (long)(options.Cache.MaxAge * time.TimestampFrequency);
        _maxStaleAge = (long)((options.Cache.MaxAge + options.Cache.StaleIfError) * time.TimestampFrequency);
        _caches = [.. store.Entities.Select(_ => new FeatureCache(options.Cache.Entries, options.Cache.Megabytes * 1_000_000L))];
        _flights = [.. store.Entities.Select(_ => new Dictionary<byte[], Flight>(Utf8Keys.Instance))];
        metrics.Watch(_caches);
    }

    public ImmutableArray<FeatureEntity> Entities => _store.Entities;

    public ValueTask LookupAsync(FeatureRows rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var cache = _caches[rows.Entity.Index];
        var now = _time.GetTimestamp();
        var (hits, misses) = (0, 0);
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows.Key(i).Length is 0 or > FeatureStore.MaxKeyBytes)
            {
                rows.Set(i, Nothing);
                continue;
            }

            var row = cache.Find(rows.Key(i));
            var isFresh = row is not null && now - row.ReadAt < _maxAge;
            rows.Set(i, isFresh ? row : null);
            if (isFresh) hits++;
            else misses++;
        }

        _metrics.Hit(rows.Entity, hits);
        if (misses == 0)
        {
            CountUnknown(rows);
            return ValueTask.CompletedTask;
        }

        _metrics.Missed(rows.Entity, misses);
        return FetchAsync(rows, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    async ValueTask FetchAsync(FeatureRows rows, CancellationToken cancellation)
    {
        var flights = new List<Flight>();
        // It goes on without whoever began it.
        if (Board(rows, flights) is { } own) _ = FlyAsync(own);
        FeatureStoreUnavailableException? failure = null;
        foreach (var flight in flights)
        {
            try
            {
                await flight.Landed.WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch (FeatureStoreUnavailableException e)
            {
                failure = e;
            }
        }

        Collect(rows, flights, failure);
        CountUnknown(rows);
    }

    /// <summary>Finds the flights that bring the missing keys; returns a new one for those that none brings yet, or null.</summary>
    Flight? Board(FeatureRows rows, List<Flight> flights)
    {
        Flight? own = null;
        var waiting = _flights[rows.Entity.Index];
        lock (waiting)
        {
            var byText = waiting.GetAlternateLookup<ReadOnlySpan<byte>>();
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows.Held(i) is not null) continue;
                if (!byText.TryGetValue(rows.Key(i), out var flight))
                {
                    flight = own ??= new Flight(rows.Entity);
                    byText[rows.Key(i)] = own;
                    own.Rows.Add(rows.Key(i));
                }

                if (!flights.Contains(flight)) flights.Add(flight);
            }
        }

        return own;
    }

    async Task FlyAsync(Flight flight)
    {
        var entity = flight.Rows.Entity;
        var start = _time.GetTimestamp();
        Exception? failure = null;
        try
        {
            await _store.LookupAsync(flight.Rows, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It is thrown again by all who wait for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        // Into the cache first: who comes after the flight has left the list finds its rows there.
        if (failure is null) flight.Land(_caches[entity.Index], start);
        var waiting = _flights[entity.Index];
        lock (waiting)
        {
            var byText = waiting.GetAlternateLookup<ReadOnlySpan<byte>>();
            for (var i = 0; i < flight.Rows.Count; i++) byText.Remove(flight.Rows.Key(i));
        }

        if (failure is not null) flight.Fail(failure);
    }

    void Collect(FeatureRows rows, List<Flight> flights, FeatureStoreUnavailableException? failure)
    {
        var cache = _caches[rows.Entity.Index];
        var now = _time.GetTimestamp();
        var stale = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows.Held(i) is not null) continue;
            var row = Landed(flights, rows.Key(i));
            if (row is null && cache.Find(rows.Key(i)) is { } older && now - older.ReadAt < _maxStaleAge)
            {
                row = older;
                stale++;
            }

            if (row is null && _onFailure == FeatureFailure.Unavailable) throw failure!;
            rows.Set(i, row ?? FeatureRow.Unknown());
        }

        _metrics.Stale(rows.Entity, stale);
    }

    static FeatureRow? Landed(List<Flight> flights, ReadOnlySpan<byte> key)
    {
        foreach (var flight in flights)
        {
            if (flight.Landed.IsCompletedSuccessfully && flight.Find(key) is { } row) return row;
        }

        return null;
    }

    void CountUnknown(FeatureRows rows)
    {
        var unknown = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i] is null && !rows.Key(i).IsEmpty) unknown++;
        }

        _metrics.Unknown(rows.Entity, unknown);
    }
}
