using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Switchyard.Data;
using Switchyard.Features;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Fills requests from a feature store. What a request gives itself stays.</summary>
sealed class StoreFeatures(IFeatureStore store, ILogger log, TimeProvider time) : IRequestFeatures, IAsyncDisposable
{
    const int SilentSeconds = 10;

    readonly ConditionalWeakTable<ServedModel, StoreColumns[]> _columns = [];
    readonly ConcurrentQueue<StoreLookup[]> _idle = new();
    long _silentUntil = long.MinValue;

    /// <summary>Opens a store.</summary>
    /// <exception cref="InputException">There is no such store, or it does not have the entities.</exception>
    public static StoreFeatures Open(FeatureStoreOptions options, string baseDirectory, ILogger log, TimeProvider time) =>
        new(FeatureStore.OpenAsync(options, baseDirectory, time).GetAwaiter().GetResult(), log, time);

    public async ValueTask FillAsync(RankRequest request, CancellationToken cancellation)
    {
        var columns = _columns.GetValue(request.Model, model => [.. store.Entities.Select(e => new StoreColumns(e, model.Columns))]);
        if (!_idle.TryDequeue(out var lookups)) lookups = [.. columns.Select(_ => new StoreLookup())];
        try
        {
            for (var i = 0; i < columns.Length; i++) columns[i].Ask(request, lookups[i]);
            // All entities at once. Without a miss, nothing is waited for or allocated.
            foreach (var lookup in lookups) lookup.Answer = lookup.Rows.Count > 0 ? store.LookupAsync(lookup.Rows, cancellation).AsTask() : Task.CompletedTask;
            foreach (var lookup in lookups) await lookup.Answer.ConfigureAwait(false);
        }
        catch (FeatureStoreUnavailableException e)
        {
            Say(e);
            var seconds = Math.Max(ProblemTypes.RetrySeconds, (int)Math.Ceiling(e.RetryAfter.TotalSeconds));
            // Not the reason, which tells of the machines behind this one.
            var problem = ProblemTypes.Of("store-unavailable", string.Create(CultureInfo.InvariantCulture, $"The feature store does not answer; try again in {seconds} s, or send all fields."));
            throw new ProblemException(problem with { RetryAfter = seconds });
        }

        for (var i = 0; i < columns.Length; i++) columns[i].Give(request, lookups[i]);
        // Not after an exception: another entity's lookup may still be under way.
        _idle.Enqueue(lookups);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    // Thousands of requests a second may fail for the same reason.
    void Say(FeatureStoreUnavailableException e)
    {
        var (now, until) = (time.GetTimestamp(), Volatile.Read(ref _silentUntil));
        if (now >= until && Interlocked.CompareExchange(ref _silentUntil, now + (SilentSeconds * time.TimestampFrequency), until) == until) ServerLog.StoreFails(log, e.Message);
    }
}

/// <summary>One entity's part of a request.</summary>
sealed class StoreLookup
{
    public FeatureRows Rows { get; } = new();

    /// <summary>There is one key for the whole request; otherwise one for each item, in their order, empty for none.</summary>
    public bool IsShared { get; set; }

    public Task Answer { get; set; } = Task.CompletedTask;
}

/// <summary>Where a model reads what an entity of the store has.</summary>
sealed class StoreColumns
{
    readonly FeatureEntity _entity;
    readonly int _key;
    readonly (int OfRequest, int OfRow)[] _columns;

    public StoreColumns(FeatureEntity entity, RequestColumns columns)
    {
        _entity = entity;
        _key = columns.Names.IndexOf(entity.RequestColumn);
        // What scoring does not read need not be looked up.
        _columns = [.. entity.Columns.Index().Select(c => (OfRequest: columns.Names.IndexOf(c.Item), OfRow: c.Index)).Where(c => c.OfRequest >= 0 && c.OfRequest < columns.Read && c.OfRequest != _key)];
    }

    /// <summary>Collects the keys of what is missing.</summary>
    public void Ask(RankRequest request, StoreLookup lookup)
    {
        var rows = lookup.Rows;
        rows.Clear(_entity);
        lookup.IsShared = _key >= 0 && _entity.Side != FieldSide.Item && request.IsOwn(RankRequest.Shared, _key);
        if (_columns.Length == 0) return;
        if (lookup.IsShared)
        {
            if (request.Items > 0 && Lacks(request, RankRequest.Shared)) rows.Add(request.Value(RankRequest.Shared, _key));
            return;
        }

        var any = false;
        for (var item = 0; item < request.Items; item++)
        {
            var key = Lacks(request, item) ? KeyOf(request, item) : default;
            any |= !key.IsEmpty;
            rows.Add(key);
        }

        if (!any) rows.Clear(_entity);
    }

    /// <summary>Sets what was found, and an item's id where the model reads it.</summary>
    public void Give(RankRequest request, StoreLookup lookup)
    {
        if (_key >= 0 && _entity.Side == FieldSide.Item)
        {
            for (var item = 0; item < request.Items; item++)
            {
                if (!request.IsSet(item, _key) && !request.Id(item).IsEmpty) request.Set(item, _key, request.Id(item));
            }
        }

        if (lookup.Rows.Count == 0) return;
        foreach (var (ofRequest, ofRow) in _columns)
        {
            if (lookup.IsShared && !AnyItemGives(request, ofRequest)) Give(request, RankRequest.Shared, ofRequest, lookup.Rows.Value(0, ofRow));
            else for (var item = 0; item < request.Items; item++) Give(request, item, ofRequest, lookup.Rows.Value(lookup.IsShared ? 0 : item, ofRow));
        }
    }

    static void Give(RankRequest request, int item, int column, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty && !request.IsSet(item, column)) request.Set(item, column, value);
    }

    ReadOnlySpan<byte> KeyOf(RankRequest request, int item) =>
        _key >= 0 && request.IsSet(item, _key) ? request.Value(item, _key) : _entity.Side == FieldSide.Item ? request.Id(item) : default;

    bool Lacks(RankRequest request, int item)
    {
        foreach (var (column, _) in _columns)
        {
            if (!request.IsSet(item, column)) return true;
        }

        return false;
    }

    static bool AnyItemGives(RankRequest request, int column)
    {
        for (var item = 0; item < request.Items; item++)
        {
            if (request.IsOwn(item, column)) return true;
        }

        return false;
    }
}
