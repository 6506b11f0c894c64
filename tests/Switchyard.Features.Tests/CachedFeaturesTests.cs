using Microsoft.Data.Sqlite;

namespace Switchyard.Features.Tests;

public sealed class CachedFeaturesTests : IAsyncDisposable
{
    readonly ScriptedStore _inner = new();
    readonly ManualTime _time = new();

    IFeatureStore Cached(FeatureStoreOptions? options = null) => FeatureStore.Protect(_inner, options ?? Options(), _time);

    static FeatureStoreOptions Options(FeatureCacheOptions? cache = null) =>
        new() { Path = "x", Entities = [new FeatureEntityOptions { Name = "item" }], TimeoutMs = 60_000, Cache = cache ?? new FeatureCacheOptions { MaxAge = 60, StaleIfError = 100 } };

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    static IOException Down() => new("the disk is gone");

    [Fact]
    public async Task Lookup_FreshKeys_AskOnlyForTheOthers()
    {
        await using var store = Cached();
        (await store.Find("item", "a", "b", "a")).ShouldBe(["asked=1", "asked=1", "asked=1"]);
        (await store.Find("item", "b", "c", "a", "no")).ShouldBe(["asked=1", "asked=2", "asked=1", "unknown"]);
        _time.Advance(59);
        (await store.Find("item", "a", "no")).ShouldBe(["asked=1", "unknown"]);
        _time.Advance(2);
        (await store.Find("item", "a", "no")).ShouldBe(["asked=3", "unknown"]);
        _inner.Questions.ShouldBe(["a,b", "c,no", "a,no"]);
    }

    [Fact]
    public async Task Lookup_KeyBeyondTheLargest_IsUnknownWithoutAQuestion()
    {
        await using var store = Cached();
        var (largest, longer) = (new string('x', FeatureStore.MaxKeyBytes), new string('x', FeatureStore.MaxKeyBytes + 1));
        (await store.Find("item", longer, largest)).ShouldBe(["unknown", "asked=1"]);
        (await store.Find("item", longer)).ShouldBe(["unknown"]);
        _inner.Questions.ShouldBe([largest]);
    }

    [Fact]
    public async Task Lookup_NoCache_AsksAlways()
    {
        await using var store = Cached(Options(new FeatureCacheOptions { Entries = 0 }));
        (await store.Find("item", "a")).ShouldBe(["asked=1"]);
        (await store.Find("item", "a")).ShouldBe(["asked=2"]);
    }

    [Fact]
    public async Task Lookup_AllFresh_AllocatesNothing()
    {
        await using var store = Cached();
        var rows = Lookups.Rows(store, "item", "a", "b", "no");
        await store.LookupAsync(rows);
        var entity = rows.Entity;
        for (var i = 0; i < 100; i++) Again();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Again();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Again()
        {
            rows.Clear(entity);
            rows.Add("a"u8);
            rows.Add("b"u8);
            rows.Add("no"u8);
            store.LookupAsync(rows).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Lookup_StoreDown_StaleValuesServeAndOthersAreRefused()
    {
        using var counts = new Counts("item");
        await using var store = Cached();
        await store.Find("item", "a");
        _inner.Failure = Down();
        _time.Advance(61);
        (await store.Find("item", "a")).ShouldBe(["asked=1"]);
        counts["stale"].ShouldBeGreaterThan(0);
        var refused = await Should.ThrowAsync<FeatureStoreUnavailableException>(() => store.Find("item", "a", "b"));
        refused.Message.ShouldBe("The feature store cannot be asked for 'item': the disk is gone. Try again later.");
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
        _time.Advance(100);
        await Should.ThrowAsync<FeatureStoreUnavailableException>(() => store.Find("item", "a"));
    }

    [Fact]
    public async Task Lookup_StoreDownAndMissingAllowed_AreMissing()
    {
        await using var store = Cached(Options() with { OnFailure = FeatureFailure.Missing });
        await store.Find("item", "a");
        _inner.Failure = Down();
        (await store.Find("item", "a", "b")).ShouldBe(["asked=1", "unknown"]);
        _inner.Failure = null;
        // What failed was not remembered as unknown.
        (await store.Find("item", "b")).ShouldBe(["asked=3"]);
    }

    [Fact]
    public async Task Lookup_StoreFailsAgainAndAgain_IsLeftAloneThenTriedOnce()
    {
        await using var store = Cached();
        _inner.Failure = Down();
        for (var i = 0; i < 10; i++) await Should.ThrowAsync<FeatureStoreUnavailableException>(() => store.Find("item", "a"));
        _inner.Questions.Count.ShouldBe(3);
        _time.Advance(1.1);
        await Should.ThrowAsync<FeatureStoreUnavailableException>(() => store.Find("item", "a"));
        _inner.Questions.Count.ShouldBe(4);
        _inner.Failure = null;
        (await Should.ThrowAsync<FeatureStoreUnavailableException>(() => store.Find("item", "a"))).Message.ShouldContain("it failed before, and is not asked again for a moment");
        _time.Advance(1.1);
        (await store.Find("item", "a")).ShouldBe(["asked=5"]);
        (await store.Find("item", "b")).ShouldBe(["asked=6"]);
    }

    [Fact]
    public async Task Lookup_SameKeyAtTheSameTime_IsAskedOnce()
    {
        await using var store = Cached();
        _inner.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = store.Find("item", "a", "b");
        using var stop = new CancellationTokenSource();
        var cancelled = store.LookupAsync(Lookups.Rows(store, "item", "a"), stop.Token).AsTask();
        var second = store.Find("item", "b", "c", "a");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        _inner.Gate.SetResult();
        (await first).ShouldBe(["asked=1", "asked=1"]);
        (await second).ShouldBe(["asked=1", "asked=2", "asked=1"]);
        _inner.Questions.ShouldBe(["a,b", "c"]);
    }

    [Fact]
    public async Task Lookup_FirstIsCancelled_OthersHaveTheAnswer()
    {
        await using var store = Cached();
        _inner.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var first = store.LookupAsync(Lookups.Rows(store, "item", "a"), stop.Token).AsTask();
        var second = store.Find("item", "a");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        _inner.Gate.SetResult();
        (await second).ShouldBe(["asked=1"]);
    }

    [Fact]
    public async Task Lookup_StoreHangs_EndsAtTheLimit()
    {
        await using var store = FeatureStore.Protect(_inner, Options() with { TimeoutMs = 50 });
        _inner.Gate = new TaskCompletionSource();
        (await Should.ThrowAsync<FeatureStoreUnavailableException>(() => store.Find("item", "a"))).Message.ShouldContain("no answer within 50 ms");
        _inner.Gate.SetResult();
    }

    [Fact]
    public async Task Lookup_ProgramError_IsNotHidden()
    {
        await using var store = Cached();
        _inner.Failure = new NotSupportedException("a defect");
        for (var i = 0; i < 4; i++) await Should.ThrowAsync<NotSupportedException>(() => store.Find("item", "a"));
    }

    [Fact]
    public async Task Meter_EveryLookup_IsCounted()
    {
        using var folder = new TemporaryFolder().Write("items.csv", "item_id,price\n1,2\n");
        folder.Load("items.csv", entity: "counted");
        using var counts = new Counts("counted");
        await using var store = await folder.Open(new FeatureEntityOptions { Name = "counted" });
        await store.Find("counted", "1", "2");
        await store.Find("counted", "1", "2", "3");
        counts["hits"].ShouldBe(2);
        counts["misses"].ShouldBe(3);
        counts["unknown"].ShouldBe(3);
        counts["lookup.duration"].ShouldBe(2);
        counts.Observe();
        counts["cache.entries"].ShouldBe(3);
        counts["cache.size"].ShouldBeGreaterThan(600);
        using (var connection = new SqliteConnection($"Data Source={folder.File("features.db")};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "drop table counted";
            command.ExecuteNonQuery();
        }

        (await Should.ThrowAsync<FeatureStoreUnavailableException>(() => store.Find("counted", "4"))).Message.ShouldContain("no such table: counted");
        counts["errors"].ShouldBe(1);
    }
}
