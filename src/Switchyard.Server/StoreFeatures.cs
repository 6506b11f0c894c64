using System.Collections.Concurrent;
using System.Collections.Immutable;
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
    // More are made where more requests wait for the store at once; these are kept.
    const int KeptLookups = 64;

    readonly ConditionalWeakTable<ServedModel, StorePlan> _plans = [];
    readonly ConcurrentQueue<StoreLookup[]> _idle = new();
    readonly LogPause _pause = new(time);
    int _kept;

    /// <summary>Idle lookups that are kept for other requests.</summary>
    internal int Idle => _idle.Count;

    public RequestColumns Columns(ServedModel model) => Plan(model).Columns;

    public async ValueTask FillAsync(RankRequest request, CancellationToken cancellation)
    {
        var columns = Plan(request.Model).Entities;
        var lookups = Rent(columns.Length);
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
        for (var i = 0; i < columns.Length; i++) columns[i].GiveLevels(request, lookups[i]);
        // Not after an exception: another entity's lookup may still be under way.
        Return(lookups);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    StorePlan Plan(ServedModel model) => _plans.TryGetValue(model, out var plan) ? plan : _plans.GetOrAdd(model, new StorePlan(model, store.Entities));

    StoreLookup[] Rent(int entities)
    {
        if (!_idle.TryDequeue(out var lookups)) return [.. Enumerable.Range(0, entities).Select(_ => new StoreLookup())];
        Interlocked.Decrement(ref _kept);
        return lookups;
    }

    void Return(StoreLookup[] lookups)
    {
        if (Interlocked.Increment(ref _kept) > KeptLookups)
        {
            Interlocked.Decrement(ref _kept);
            return;
        }

        foreach (var lookup in lookups) lookup.Rows.Trim();
        _idle.Enqueue(lookups);
    }

    void Say(FeatureStoreUnavailableException e)
    {
        if (_pause.IsOver("store")) ServerLog.StoreFails(log, e.Message);
    }
}

/// <summary>What the store is for one version of a model.</summary>
sealed class StorePlan
{
    public StorePlan(ServedModel model, ImmutableArray<FeatureEntity> entities)
    {
        // A key that the model does not read is still what the store is asked by.
        Columns = model.Columns.With(entities.Select(e => e.RequestColumn));
        Entities = [.. entities.Select(e => new StoreColumns(e, Columns))];
    }

    public RequestColumns Columns { get; }

    public StoreColumns[] Entities { get; }
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
    readonly bool _isRead;
    readonly (int OfRequest, int OfRow)[] _columns;
    readonly int[] _levels;

    public StoreColumns(FeatureEntity entity, RequestColumns columns)
    {
        _entity = entity;
        _key = columns.Names.IndexOf(entity.RequestColumn);
        _isRead = _key < columns.Read;
        // What scoring does not read need not be looked up.
        _columns = [.. entity.Columns.Index().Select(c => (OfRequest: columns.Names.IndexOf(c.Item), OfRow: c.Index)).Where(c => c.OfRequest >= 0 && c.OfRequest < columns.Read && c.OfRequest != _key)];
        _levels = [.. _columns.Select(c => c.OfRequest).Where(c => columns.Levels.Contains(c))];
    }

    /// <summary>Collects the keys of what is missing.</summary>
    public void Ask(RankRequest request, StoreLookup lookup)
    {
        var rows = lookup.Rows;
        rows.Clear(_entity);
        lookup.IsShared = _entity.Side != FieldSide.Item && request.IsOwn(RankRequest.Shared, _key);
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
        if (_isRead && _entity.Side == FieldSide.Item)
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

    /// <summary>Sets as missing what no entity has given of the scenario: whoever gives a key leaves it to the store, and a key that it does not know is no error.</summary>
    public void GiveLevels(RankRequest request, StoreLookup lookup)
    {
        if (lookup.Rows.Count == 0) return;
        foreach (var column in _levels)
        {
            if (lookup.IsShared && !AnyItemGives(request, column)) GiveMissing(request, RankRequest.Shared, column, lookup.Rows.Key(0));
            else for (var item = 0; item < request.Items; item++) GiveMissing(request, item, column, lookup.Rows.Key(lookup.IsShared ? 0 : item));
        }
    }

    static void GiveMissing(RankRequest request, int item, int column, ReadOnlySpan<byte> key)
    {
        if (!key.IsEmpty && !request.IsSet(item, column)) request.Set(item, column, default(ReadOnlySpan<byte>));
    }

    static void Give(RankRequest request, int item, int column, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty && !request.IsSet(item, column)) request.Set(item, column, value);
    }

    ReadOnlySpan<byte> KeyOf(RankRequest request, int item) =>
        request.IsSet(item, _key) ? request.Value(item, _key) : _entity.Side == FieldSide.Item ? request.Id(item) : default;

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
