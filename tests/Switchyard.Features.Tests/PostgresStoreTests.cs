using Switchyard.Data;

namespace Switchyard.Features.Tests;

[Collection(PostgresCollection.Name)]
public sealed class PostgresStoreTests(PostgresServer server)
{
    static FeatureStoreOptions Options(params FeatureEntityOptions[] entities) => new() { Connection = PostgresServer.Variable, Entities = [.. entities], TimeoutMs = 5000 };

    static Task<IFeatureStore> Open(params FeatureEntityOptions[] entities) => FeatureStore.OpenAsync(Options(entities), "/");

    static FeatureLoadSummary Load(TemporaryFolder folder, string file, string entity, bool replace = false, CancellationToken cancellation = default) => FeatureLoad.Load(
        new FeatureLoadOptions { Source = new SourceSpec { Path = file }, Entity = entity, Key = "item_id", Connection = PostgresServer.Variable, Replace = replace }, folder.Path, cancellation: cancellation);

    [PostgresFact]
    public async Task Load_ThenLookup_HasTheTextOfTheFile()
    {
        using var folder = new TemporaryFolder().Write("items.csv", "item_id,price,tags\n1,1.50,a|b\n2,,\"x, y\"\nKöln,0042,\n1,2.0,c\n,1,d\n").Write("more.csv", "item_id,brand\n2,B\n3,C\n");
        Load(folder, "items.csv", "loaded").ShouldBe(new FeatureLoadSummary(5, 3, 1, 3, 0, 0, 3));
        Load(folder, "more.csv", "loaded").ShouldBe(new FeatureLoadSummary(2, 2, 0, 1, 1, 0, 4));
        await using var store = await Open(new FeatureEntityOptions { Name = "loaded" });
        (await store.Find("loaded", "1", "2", "3", "Köln", "01", "", "a\0b", "1")).ShouldBe(
            ["price=2.0 tags=c", "tags=x, y brand=B", "brand=C", "price=0042", "unknown", "unknown", "unknown", "price=2.0 tags=c"]);
        Load(folder, "more.csv", "loaded", replace: true).ShouldBe(new FeatureLoadSummary(2, 2, 0, 0, 2, 2, 2));
        await using var again = await Open(new FeatureEntityOptions { Name = "loaded" });
        (await again.Find("loaded", "1", "2")).ShouldBe(["unknown", "brand=B"]);
    }

    [PostgresFact]
    public async Task Load_StoppedOrBroken_LeavesTheOldState()
    {
        using var folder = new TemporaryFolder().Write("items.csv", "item_id,price\n1,1.50\n").Write("broken.csv", "item_id,price\n1,9\n2\n");
        folder.Write("many.csv", "item_id,price\n" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"{i},9\n")));
        Load(folder, "items.csv", "stopped");
        Should.Throw<InputException>(() => Load(folder, "broken.csv", "stopped", replace: true)).Message.ShouldContain("1 value");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Should.Throw<OperationCanceledException>(() => Load(folder, "many.csv", "stopped", replace: true, cancellation: stop.Token));
        await using var store = await Open(new FeatureEntityOptions { Name = "stopped" });
        (await store.Find("stopped", "1", "2")).ShouldBe(["price=1.50", "unknown"]);
    }

    [PostgresFact]
    public async Task Lookup_TableOfTheUsersOwn_HasTheTextOfAnImport()
    {
        const string columns = "price, seen, ok, tags, text";
        server.Execute(
            """
            create schema shop; create table shop."Items"(id bigint primary key, price numeric, seen timestamptz, ok boolean, tags text[], text varchar, deep int[]);
            insert into shop."Items" values (42, 1.50, '2018-11-07 12:00+02', true, '{a,"b c",NULL}', 'Köln', '{{1,2}}'), (43, null, null, false, '{}', '', null)
            """);
        await using var store = await Open(new FeatureEntityOptions { Name = "item", Table = "shop.Items", Column = "item_id" });
        store.Entities[0].RequestColumn.ShouldBe("item_id");
        var found = await store.Find("item", "42", "43", "042", "x", "99999999999999999999");
        found.ShouldBe(["price=1.50 seen=2018-11-07T10:00:00Z ok=1 tags=a|b c text=Köln", "ok=0", "unknown", "unknown", "unknown"]);
        using var import = RowReader.Open(new SourceSpec { Connection = PostgresServer.Variable, Query = $"select {columns} from shop.\"Items\" where id = 42" }, "/");
        import.Read().ShouldBeTrue();
        found[0].ShouldBe(string.Join(' ', import.Header.Select((c, i) => $"{c}={import.Text(i)}")));
    }

    [PostgresFact]
    public async Task Lookup_OtherKeysAndViews_AreTaken()
    {
        server.Execute(
            """
            create table by_uuid(id uuid primary key, x int); insert into by_uuid values ('00000000-0000-0000-0000-0000000000ab', 1);
            create table by_char(id char(5) primary key, x int); insert into by_char values ('ab', 2);
            create view by_view as select id::text || '!' as id, x + 1 as x from by_uuid;
            create table by_number(id numeric primary key, x int); create table bytes(id text primary key, x bytea)
            """);
        await using var store = await Open(new FeatureEntityOptions { Name = "by_uuid" }, new FeatureEntityOptions { Name = "by_char" }, new FeatureEntityOptions { Name = "by_view", Key = "id", Columns = ["x"] });
        (await store.Find("by_uuid", "00000000-0000-0000-0000-0000000000ab", "00000000-0000-0000-0000-0000000000AB", "ab")).ShouldBe(["x=1", "unknown", "unknown"]);
        (await store.Find("by_char", "ab", "ab ")).ShouldBe(["x=2", "unknown"]);
        (await store.Find("by_view", "00000000-0000-0000-0000-0000000000ab!")).ShouldBe(["x=2"]);
        (await Refusal("by_number")).ShouldContain("key 'id' is of type numeric, and keys are text, whole numbers or uuid");
        (await Refusal("bytes")).ShouldContain("column 'x' holds bytes (bytea)");
        (await Refusal("by_uuit")).ShouldContain("there is no table or view 'by_uuit'. Did you mean 'by_uuid'?");
        (await Refusal("by_view")).ShouldContain("has no primary key of one column; name the column that holds the key with 'key'. Known: id, x.");

        static async Task<string> Refusal(string name) => (await Should.ThrowAsync<InputException>(() => Open(new FeatureEntityOptions { Name = name }))).Message;
    }

    [PostgresFact]
    public async Task Open_NoVariableOrNoServer_SaysSoWithoutTheSecret()
    {
        Environment.SetEnvironmentVariable("SWITCHYARD_WRONG_FEATURES", $"Host=127.0.0.1;Port=1;Username=u;Password={PostgresServer.Secret};Timeout=2");
        var entities = Options(new FeatureEntityOptions { Name = "x" });
        foreach (var variable in new[] { "SWITCHYARD_NO_FEATURES", "SWITCHYARD_WRONG_FEATURES", $"Host=h;Password={PostgresServer.Secret}" })
            (await Should.ThrowAsync<InputException>(() => FeatureStore.OpenAsync(entities with { Connection = variable }, "/"))).ToString().ShouldNotContain(PostgresServer.Secret);
        Environment.SetEnvironmentVariable("SWITCHYARD_WRONG_FEATURES", null);
    }

    [PostgresFact]
    public async Task Reach_NoConnectionLeft_MayBeTriedAgainAndIsThenReached()
    {
        const string variable = "SWITCHYARD_CROWDED_FEATURES";
        server.Execute(
            """
            create table crowded(id text primary key, x int); insert into crowded values ('1', 1);
            create role crowd login connection limit 0; grant select on crowded to crowd
            """);
        Environment.SetEnvironmentVariable(variable, $"{Environment.GetEnvironmentVariable(PostgresServer.Variable)};Username=crowd");
        var options = Options(new FeatureEntityOptions { Name = "crowded" }) with { Connection = variable };

        (await Should.ThrowAsync<FeatureStoreUnavailableException>(() => FeatureStore.ReachAsync(options, "/"))).Message.ShouldContain("too many connections");
        (await Should.ThrowAsync<InputException>(() => FeatureStore.OpenAsync(options, "/"))).Message.ShouldContain("too many connections");

        server.Execute("alter role crowd connection limit 5");
        await using var store = await FeatureStore.ReachAsync(options, "/");
        (await store.Find("crowded", "1")).ShouldBe(["x=1"]);
        Environment.SetEnvironmentVariable(variable, null);
    }

    [PostgresFact]
    public async Task Reach_NoSuchDatabase_IsSaidAtOnce()
    {
        const string variable = "SWITCHYARD_OTHER_FEATURES";
        Environment.SetEnvironmentVariable(variable, $"{Environment.GetEnvironmentVariable(PostgresServer.Variable)};Database=nowhere");

        (await Should.ThrowAsync<InputException>(() => FeatureStore.ReachAsync(Options(new FeatureEntityOptions { Name = "x" }) with { Connection = variable }, "/"))).Message.ShouldContain("nowhere");
        Environment.SetEnvironmentVariable(variable, null);
    }

    [PostgresFact]
    public async Task Lookup_ConnectionsEnded_GoesOnWithNewOnes()
    {
        server.Execute("create table ended(id text primary key, x int); insert into ended select i::text, i from generate_series(1, 10) i");
        await using var store = await Open(new FeatureEntityOptions { Name = "ended" });
        (await store.Find("ended", "1")).ShouldBe(["x=1"]);
        server.DropConnections();
        (await store.Find("ended", "2")).ShouldBe(["x=2"]);
    }

    [PostgresFact]
    public async Task Lookup_TableIsLocked_EndsAtTheLimitAndRecovers()
    {
        server.Execute("create table locked(id text primary key, x int); insert into locked values ('1', 1)");
        await using var store = await FeatureStore.OpenAsync(Options(new FeatureEntityOptions { Name = "locked" }) with { TimeoutMs = 200, RetryMs = 500 }, "/");
        using (server.Hold("lock table locked in access exclusive mode"))
            (await Should.ThrowAsync<FeatureStoreUnavailableException>(() => store.Find("locked", "1"))).Message.ShouldContain("no answer within 200 ms");
        (await Eventually(store, "locked", "1")).ShouldBe(["x=1"]);
    }

    [PostgresFact]
    public async Task Lookup_ServerKilledUnderLoad_CachedKeysServeOthersAreRefusedAndItRecovers()
    {
        server.Execute("create table killed(id text primary key, x int); insert into killed select i::text, i from generate_series(1, 100000) i");
        var options = Options(new FeatureEntityOptions { Name = "killed" }) with { TimeoutMs = 2000, RetryMs = 500, Cache = new FeatureCacheOptions { MaxAge = 0.001 } };
        await using var store = await FeatureStore.OpenAsync(options, "/");
        string[] cached = [.. Enumerable.Range(1, 50).Select(i => $"{i}")];
        string[] expected = [.. cached.Select(k => $"x={k}")];
        (await store.Find("killed", cached)).ShouldBe(expected);
        var next = 1000;
        var (answers, refusals, wrong) = (0, 0, 0);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(thread => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (!(await store.Find("killed", cached)).SequenceEqual(expected)) Interlocked.Increment(ref wrong);
                var key = $"{Interlocked.Increment(ref next) % 100000}";
                try
                {
                    if ((await store.Find("killed", key))[0] is { } found && found != $"x={key}") Interlocked.Increment(ref wrong);
                    Interlocked.Increment(ref answers);
                }
                catch (FeatureStoreUnavailableException)
                {
                    Interlocked.Increment(ref refusals);
                }
            }
        })).ToArray();
        try
        {
            await Until(() => Volatile.Read(ref answers) > 200);
            server.Kill();
            try
            {
                await Until(() => Volatile.Read(ref refusals) > 1000);
            }
            finally
            {
                server.Start();
            }

            var before = Volatile.Read(ref answers);
            await Until(() => Volatile.Read(ref answers) > before + 200);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(load);
        }

        wrong.ShouldBe(0);
        (await Eventually(store, "killed", "77777")).ShouldBe(["x=77777"]);
    }

    static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 3000 && !condition(); i++) await Task.Delay(10);
        condition().ShouldBeTrue();
    }

    static async Task<string[]> Eventually(IFeatureStore store, string entity, string key)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await store.Find(entity, key);
            }
            catch (FeatureStoreUnavailableException) when (i < 600)
            {
                await Task.Delay(50);
            }
        }
    }
}
