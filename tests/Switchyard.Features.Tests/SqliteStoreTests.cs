using System.IO.Compression;
using Microsoft.Data.Sqlite;
using Switchyard.Data;

namespace Switchyard.Features.Tests;

public sealed class SqliteStoreTests
{
    const string Items = "item_id,price,tags\n1,1.50,a|b\n2,,\"x, y\"\nKöln,0042,\n";

    [Fact]
    public async Task Lookup_LoadedCsv_HasTheTextOfTheFile()
    {
        using var folder = new TemporaryFolder().Write("items.csv", Items);
        folder.Load("items.csv").ShouldBe(new FeatureLoadSummary(3, 3, 0, 3, 0, 0, 3));
        await using var store = await folder.Open();
        store.Entities[0].Columns.ShouldBe(["price", "tags"]);
        store.Entities[0].RequestColumn.ShouldBe("item_id");
        (await store.Find("item", "1", "Köln", "01", "2", "1", "")).ShouldBe(["price=1.50 tags=a|b", "price=0042", "unknown", "tags=x, y", "price=1.50 tags=a|b", "unknown"]);
    }

    [Theory]
    [InlineData("items.tsv", "item_id\tprice\n1\t2.50\n")]
    [InlineData("items.jsonl", "{\"item_id\": 1, \"price\": 2.50}\n")]
    [InlineData("items.csv.gz", "item_id,price\n1,2.50\n")]
    public async Task Load_OtherTextFiles_AreReadAsByTheImport(string name, string text)
    {
        using var folder = new TemporaryFolder();
        if (name.EndsWith(".gz", StringComparison.Ordinal))
        {
            await using var file = new GZipStream(File.Create(folder.File(name)), CompressionMode.Compress);
            await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
        }
        else
        {
            folder.Write(name, text);
        }

        folder.Load(name).Added.ShouldBe(1);
        await using var store = await folder.Open();
        (await store.Find("item", "1")).ShouldBe(["price=2.50"]);
    }

    [Fact]
    public void Load_KeyBeyondTheLargest_SaysWhere()
    {
        using var folder = new TemporaryFolder().Write("items.csv", $"item_id,price\n1,2\n{new string('x', 513)},3\n");
        Should.Throw<InputException>(() => folder.Load("items.csv")).Message.ShouldContain("line 3 (row 2): the key has 513 bytes, and keys have at most 512.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lookup_FileThatWasReplaced_IsReadAnew(bool moved)
    {
        using var folder = new TemporaryFolder().Write("items.csv", "item_id,price\na,old\nb,old\n");
        using var other = new TemporaryFolder().Write("items.csv", "item_id,price\na,new\nb,new\n");
        folder.Load("items.csv");
        other.Load("items.csv");
        await using var store = await folder.Open();
        (await store.Find("item", "a")).ShouldBe(["price=old"]);
        // Not the same tick of the file system's clock.
        File.SetLastWriteTimeUtc(other.File("features.db"), File.GetLastWriteTimeUtc(folder.File("features.db")).AddSeconds(1));
        if (moved) File.Move(other.File("features.db"), folder.File("features.db"), overwrite: true);
        else File.Copy(other.File("features.db"), folder.File("features.db"), overwrite: true);
        (await store.Find("item", "b")).ShouldBe(["price=new"]);
    }

    [Fact]
    public async Task Load_Again_UpdatesAndAddsAndCounts()
    {
        using var folder = new TemporaryFolder().Write("items.csv", Items).Write("more.csv", "item_id,price,brand\n2,9,B\n3,1,\n3,2,C\n,5,D\n");
        folder.Load("items.csv");
        var summary = folder.Load("more.csv");
        summary.ShouldBe(new FeatureLoadSummary(4, 2, 1, 1, 1, 0, 4));
        summary.Duplicates.ShouldBe(1);
        await using var store = await folder.Open();
        // The file has no tags: they stay.
        (await store.Find("item", "1", "2", "3")).ShouldBe(["price=1.50 tags=a|b", "price=9 tags=x, y brand=B", "price=2 brand=C"]);
    }

    [Fact]
    public async Task Load_Replace_LeavesWhatTheFileHas()
    {
        using var folder = new TemporaryFolder().Write("items.csv", Items).Write("more.csv", "item_id,price\n2,9\n3,1\n");
        folder.Load("items.csv");
        folder.Load("more.csv", replace: true).ShouldBe(new FeatureLoadSummary(2, 2, 0, 1, 1, 2, 2));
        await using var store = await folder.Open();
        (await store.Find("item", "1", "2", "3")).ShouldBe(["unknown", "price=9", "price=1"]);
    }

    [Fact]
    public async Task Load_WhileAStoreIsOpen_IsSeenAtOnce()
    {
        using var folder = new TemporaryFolder().Write("items.csv", Items).Write("more.csv", "item_id,price\n1,9\n");
        folder.Load("items.csv");
        await using var store = await FeatureStore.OpenAsync(TemporaryFolder.Options() with { Cache = new FeatureCacheOptions { MaxAge = 0 } }, folder.Path);
        (await store.Find("item", "1")).ShouldBe(["price=1.50 tags=a|b"]);
        folder.Load("more.csv");
        (await store.Find("item", "1")).ShouldBe(["price=9 tags=a|b"]);
    }

    [Fact]
    public async Task Load_BrokenOrCancelledInTheMiddle_LeavesTheOldState()
    {
        using var folder = new TemporaryFolder().Write("items.csv", Items).Write("broken.csv", "item_id,price\n1,9\n2,9\n3\n");
        folder.Write("many.csv", "item_id,price\n" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"{i},9\n")));
        folder.Load("items.csv");
        Should.Throw<InputException>(() => folder.Load("broken.csv", replace: true)).Message.ShouldContain("line 4 (row 3): 1 value");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Should.Throw<OperationCanceledException>(() => folder.Load("many.csv", replace: true, cancellation: stop.Token));
        await using var store = await folder.Open();
        (await store.Find("item", "1", "Köln", "3")).ShouldBe(["price=1.50 tags=a|b", "price=0042", "unknown"]);
    }

    [Fact]
    public async Task Load_NamesThatNeedQuotes_AreJustNames()
    {
        using var folder = new TemporaryFolder().Write("items.csv", "the \"\"id,\"a \"\"b\"\"; drop table x\",select\n1,2,3\n".Replace("the \"\"id", "\"the \"\"id\"", StringComparison.Ordinal));
        folder.Load("items.csv", entity: "items; drop \"", key: "the \"id").Added.ShouldBe(1);
        await using var store = await folder.Open(new FeatureEntityOptions { Name = "items; drop \"", Columns = ["select", "a \"b\"; drop table x"] });
        (await store.Find("items; drop \"", "1", "' or 1=1 --")).ShouldBe(["select=3 a \"b\"; drop table x=2", "unknown"]);
    }

    [Fact]
    public async Task Lookup_TableOfTheUsersOwn_HasTheTextOfAnImport()
    {
        using var folder = new TemporaryFolder();
        using (var connection = new SqliteConnection($"Data Source={folder.File("features.db")};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "create table t(id integer primary key, price real, stock int, image blob); insert into t values (42, 0.1, 7, x'00'), (43, null, -1, null); create view v as select id as key, price from t";
            command.ExecuteNonQuery();
        }

        await using var store = await folder.Open(new FeatureEntityOptions { Name = "item", Table = "t", Column = "item_id" }, new FeatureEntityOptions { Name = "view", Table = "v", Key = "key" });
        store.Entities[0].RequestColumn.ShouldBe("item_id");
        (await store.Find("item", "42", "43", "042", "42.0", "x")).ShouldBe(["price=0.1 stock=7", "stock=-1", "unknown", "unknown", "unknown"]);
        (await store.Find("view", "42")).ShouldBe(["price=0.1"]);
    }

    [Fact]
    public async Task Open_WhatIsNotThere_IsNamed()
    {
        using var folder = new TemporaryFolder().Write("items.csv", Items).Write("notes.db", "this is no database, however long it may be, and it has more than a hundred bytes, as a header of one has; so it is read and refused");
        (await Refusal(new FeatureEntityOptions { Name = "item" })).ShouldContain("there is no such file. Make it: switchyard features load FILE --entity item");
        folder.Load("items.csv");
        (await Refusal(new FeatureEntityOptions { Name = "items" })).ShouldEndWith("entity 'items': there is no table or view 'items'. Did you mean 'item'?");
        (await Refusal(new FeatureEntityOptions { Name = "item", Columns = ["prize"] })).ShouldEndWith("table 'item' has no column 'prize'. Did you mean 'price'?");
        (await Refusal(new FeatureEntityOptions { Name = "item", Key = "id" })).ShouldContain("has no column 'id'");
        (await Should.ThrowAsync<InputException>(() => FeatureStore.OpenAsync(TemporaryFolder.Options() with { Path = "notes.db" }, folder.Path))).Message.ShouldContain("file is not a database");

        async Task<string> Refusal(FeatureEntityOptions entity) => (await Should.ThrowAsync<InputException>(() => folder.Open(entity))).Message;
    }

    [Fact]
    public void Load_WhatCannotBe_IsRefused()
    {
        using var folder = new TemporaryFolder().Write("items.csv", Items).Write("ids.csv", "item_id\n1\n").Write("case.csv", "item_id,a,A\n1,2,3\n");
        Should.Throw<InputException>(() => folder.Load("items.csv", key: "item_ip")).Message.ShouldContain("no column 'item_ip' — did you mean 'item_id'?");
        Should.Throw<InputException>(() => folder.Load("ids.csv")).Message.ShouldContain("no column besides the key 'item_id'");
        Should.Throw<InputException>(() => folder.Load("case.csv")).Message.ShouldContain("duplicate column name: A");
        folder.Load("items.csv");
        Should.Throw<InputException>(() => folder.Load("items.csv", key: "price")).Message.ShouldBe("Entity 'item': its key in the store is 'item_id', not 'price'. Load it by that column, or as another entity.");
    }

    [Fact]
    public async Task Lookup_ManyThreads_EachHasItsOwn()
    {
        using var folder = new TemporaryFolder().Write("items.csv", "item_id,price\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"{i},p{i}\n")));
        folder.Load("items.csv");
        await using var store = await FeatureStore.OpenAsync(TemporaryFolder.Options() with { Cache = new FeatureCacheOptions { Entries = 100, MaxAge = 1e6 } }, folder.Path);
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) =>
        {
            string[] keys = [.. Enumerable.Range(0, 20).Select(i => $"{((n * 7) + (i * i)) % 2100}")];
            (await store.Find("item", keys)).ShouldBe(keys.Select(k => int.Parse(k, System.Globalization.CultureInfo.InvariantCulture) < 2000 ? $"price=p{k}" : "unknown"));
        });
    }
}
