using Microsoft.Data.Sqlite;

namespace Switchyard.Data.Tests;

public sealed class SqliteRowsTests
{
    static void Execute(string path, params string[] statements)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }

    static TemporaryFolder Folder(params string[] statements)
    {
        var folder = new TemporaryFolder();
        Execute(folder.File("log.db"), ["create table t(id integer primary key, x, y, part)", .. statements]);
        return folder;
    }

    static DataSpec Spec(string query = "select x, y, part from t order by id") =>
        Make.Small() with { Sources = [new SourceSpec { Path = "log.db", Query = query }] };

    [Theory]
    [InlineData("")]
    [InlineData("pragma encoding = 'UTF-16'")]
    public void Read_EveryKindOfValue_BecomesText(string encoding)
    {
        using var folder = new TemporaryFolder();
        Execute(folder.File("log.db"), encoding, "create table t(a, b, c, d, e)", "insert into t values (9223372036854775807, 0.1, 1e300, 'Köln, \"x\"', null)", "insert into t values (-1, 2.0, 1.5, '', 'é')");
        using var rows = RowReader.Open(new SourceSpec { Path = "log.db", Query = "select * from t order by rowid" }, folder.Path);
        rows.Header.ShouldBe(["a", "b", "c", "d", "e"]);
        rows.Read().ShouldBeTrue();
        Enumerable.Range(0, 5).Select(rows.Text).ShouldBe(["9223372036854775807", "0.1", "1E+300", "Köln, \"x\"", ""]);
        rows.Read().ShouldBeTrue();
        Enumerable.Range(0, 5).Select(rows.Text).ShouldBe(["-1", "2", "1.5", "", "é"]);
        rows.Place.ShouldBe("log.db, row 2");
        rows.Read().ShouldBeFalse();
    }

    [Theory]
    [InlineData("select nope from t", "log.db: no such column: nope. The query was: select nope from t")]
    [InlineData("select x from\n tt", "log.db: no such table: tt. The query was: select x from  tt")]
    [InlineData("select x, y, part from t where x <> :p", "log.db: the query has a parameter (:p); write the value into it. The query was: select x, y, part from t where x <> :p")]
    [InlineData("select x, y, part from t where x <> ?", "log.db: the query has a parameter (?); write the value into it.")]
    [InlineData("select x, y, part from t; select x, y, part from t", "log.db: the query is several statements; one SELECT is expected.")]
    [InlineData("select x, y, part from t; select :p", "log.db: the query has a parameter (:p); write the value into it.")]
    [InlineData("delete from t", "log.db: attempt to write a readonly database")]
    [InlineData("select x, y, part, x from t", "log.db: the header names column 'x' twice")]
    [InlineData("select x as z, y, part from t", "log.db: no column 'x' (field x). It has: z, y, part.")]
    public void Import_QueryThatCannotBe_IsRefused(string query, string message)
    {
        using var folder = Folder("insert into t values (1, 'u', 1, 'a')");
        folder.Refusal(Spec(query)).ShouldStartWith(message);
    }

    [Fact]
    public void Import_PackedDatabase_IsRefused()
    {
        using var folder = new TemporaryFolder().Write("log.db.gz", "packed");
        folder.Refusal(Make.Small() with { Sources = [new SourceSpec { Path = "log.db.gz", Query = "select 1" }] }).ShouldContain("unpack it first");
    }

    [Fact]
    public void Import_StoppedWhileTheQueryLooks_Stops()
    {
        using var folder = Folder();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        // Ends with a refusal where nothing stops it.
        var spec = Spec("with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000000) select count(*) as x, 1 as y, 'a' as par from n");
        Should.Throw<OperationCanceledException>(() => Importer.Import(spec, folder.Path, folder.Cache, cancellation: stop.Token).Dispose());
        Directory.GetFiles(folder.Cache).ShouldBeEmpty();
    }

    [Fact]
    public void Import_Bytes_AreRefusedWithTheirPlace()
    {
        using var folder = Folder("insert into t values (1, 'u', 1, 'a')", "insert into t values (2, x'00ff', 1, 'a')");
        folder.Refusal(Spec()).ShouldStartWith("log.db, row 2, column 'x': a value of bytes (BLOB)");
    }

    [Fact]
    public void Import_TextThatIsNoUtf8_IsRefused()
    {
        using var folder = Folder("insert into t values (1, cast(x'ff' as text), 1, 'a')");
        folder.Refusal(Spec()).ShouldStartWith("log.db, row 1: the row is not UTF-8 text");
    }

    [Fact]
    public void Import_FileOfAnotherKind_IsRefused()
    {
        using var folder = new TemporaryFolder().Write("log.db", string.Concat(Enumerable.Repeat("a,b,c\n", 1000)));
        folder.Refusal(Spec()).ShouldStartWith("log.db: file is not a database");
    }

    [Fact]
    public void OpenOrImport_RowAdded_ImportsAgain()
    {
        using var folder = Folder("insert into t values (1, 'u', 1, 'a')");
        folder.OpenOrImport(Spec()).Dispose();
        Execute(folder.File("log.db"), "insert into t values (2, 'v', 1, 'a')");
        using var again = folder.OpenOrImport(Spec());
        again.Rows(Part.Train).ShouldBe(2);
    }

    [Fact]
    public void OpenOrImport_RowInTheWriteAheadLogOnly_ImportsAgain()
    {
        using var folder = Folder("pragma journal_mode = wal", "insert into t values (1, 'u', 1, 'a')");
        using var open = new SqliteConnection($"Data Source={folder.File("log.db")};Pooling=False");
        open.Open();
        using var command = open.CreateCommand();
        command.CommandText = "pragma wal_autocheckpoint = 0; insert into t values (2, 'v', 1, 'a')";
        command.ExecuteNonQuery();
        using (var first = folder.OpenOrImport(Spec())) first.Rows(Part.Train).ShouldBe(2);
        var database = File.GetLastWriteTimeUtc(folder.File("log.db"));
        command.CommandText = "insert into t values (3, 'w', 1, 'a')";
        command.ExecuteNonQuery();
        File.GetLastWriteTimeUtc(folder.File("log.db")).ShouldBe(database);
        using var again = folder.OpenOrImport(Spec());
        again.Rows(Part.Train).ShouldBe(3);
    }

    [Fact]
    public void OpenOrImport_NothingChanged_IsFresh()
    {
        using var folder = Folder("insert into t values (1, 'u', 1, 'a')");
        string path;
        using (var data = folder.OpenOrImport(Spec())) path = data.Path;
        File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        folder.OpenOrImport(Spec()).Dispose();
        File.GetLastWriteTimeUtc(path).Year.ShouldBe(2001);
    }

    [Fact]
    public void Import_TwoQueriesOnOneDatabase_AreTwoSources()
    {
        using var folder = Folder("insert into t values (1, 'u', 1, 'a')", "insert into t values (2, 'v', 1, 'b')");
        using var data = folder.Import(Make.Small() with
        {
            Sources = [new SourceSpec { Path = "log.db", Query = "select * from t where id = 1", Part = Part.Train }, new SourceSpec { Path = "log.db", Query = "select * from t where id = 2", Part = Part.Test }],
            Split = new SplitSpec(),
        });
        data.Rows(Part.Train).ShouldBe(1);
        data.Rows(Part.Test).ShouldBe(1);
    }

    [Fact]
    public void Read_Numbers_AllocateNothing()
    {
        using var folder = Folder("with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) insert into t select i, i * 0.25, i % 2, 'a' from n");
        using var rows = RowReader.Open(new SourceSpec { Path = "log.db", Query = "select * from t" }, folder.Path);
        for (var i = 0; i < 100; i++) rows.Read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 4000; i++) rows.Read();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4000);
        rows.Text(1).ShouldBe("1025");
    }
}
