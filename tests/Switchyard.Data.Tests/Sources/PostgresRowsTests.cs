namespace Switchyard.Data.Tests;

[Collection(PostgresCollection.Name)]
public sealed class PostgresRowsTests(PostgresServer server)
{
    const int ManyRows = 400_000;

    static SourceSpec Source(string query) => new() { Connection = PostgresServer.Variable, Query = query };

    static DataSpec Spec(string query) => Make.Small() with { Sources = [Source(query)] };

    static RowReader Open(string query) => RowReader.Open(Source(query), Path.GetTempPath());

    static string[] OnlyRow(string query)
    {
        using var rows = Open(query);
        rows.Read().ShouldBeTrue();
        string[] cells = [.. Enumerable.Range(0, rows.Header.Count).Select(rows.Text)];
        rows.Read().ShouldBeFalse();
        return cells;
    }

    [PostgresFact]
    public void Read_NumbersAndText_AreWrittenExactly() =>
        OnlyRow(Named("select 9223372036854775807::bigint, 12345678901234567890.12345678901234567890::numeric, 0.1::float8, 1e300::float8, 0.1::real, 'Köln, \"x\"'::text, null::text, ''::text, true, false, 'NaN'::float8"))
            .ShouldBe(["9223372036854775807", "12345678901234567890.12345678901234567890", "0.1", "1e+300", "0.1", "Köln, \"x\"", "", "", "1", "0", "NaN"]);

    [PostgresFact]
    public void Read_Times_AreIso8601InUtc() =>
        OnlyRow(Named("select timestamp '2018-11-07 12:00:00.5', timestamptz '2018-11-07 12:00:00+02', date '2018-11-07', time '12:00', interval '1 day 2 hours', 'infinity'::timestamp"))
            .ShouldBe(["2018-11-07T12:00:00.5", "2018-11-07T10:00:00Z", "2018-11-07", "12:00:00", "P1DT2H", "infinity"]);

    [PostgresFact]
    public void Read_Arrays_BecomeMultiValues() =>
        OnlyRow(Named("select array['a', 'b c', null, 'x\"y', '', 'k\\l', 'NULL', '{}'], array[1, 2], array[true, false], '{}'::int[], null::int[], '[0:1]={3,4}'::int[], array[timestamp '2018-11-07 12:00']"))
            .ShouldBe(["a|b c|x\"y|k\\l|NULL|{}", "1|2", "1|0", "", "", "3|4", "2018-11-07T12:00:00"]);

    [PostgresFact]
    public void Read_EnumsUuidsAndDomains_AreText()
    {
        server.Execute("create type mood as enum ('sad', 'ok'); create domain flag as boolean; create domain blob as bytea");
        OnlyRow(Named("select 'ok'::mood, '00000000-0000-0000-0000-000000000001'::uuid, true::flag, array['sad', 'ok']::mood[], '{\"a\": 1}'::jsonb"))
            .ShouldBe(["ok", "00000000-0000-0000-0000-000000000001", "1", "sad|ok", "{\"a\": 1}"]);
        Should.Throw<InputException>(() => Open("select 'x'::blob as b").Dispose()).Message.ShouldContain("column 'b' holds bytes (bytea)");
    }

    [PostgresFact]
    public void Read_ValueThatCannotBeOne_IsRefusedWithItsPlace()
    {
        Should.Throw<InputException>(() => OnlyRow("select array[array[1, 2]] as a")).Message.ShouldBe($"the query on {PostgresServer.Variable}, row 1, column 'a': the array has several dimensions, and a multi-value has one; take it apart in the query.");
        Should.Throw<InputException>(() => OnlyRow("select array['x|y'] as a")).Message.ShouldContain("row 1, column 'a': an item of the array contains '|'");
        Should.Throw<InputException>(() => OnlyRow("select 'x'::bytea as a")).Message.ShouldContain("column 'a' holds bytes (bytea), which are no value of a row");
        Should.Throw<InputException>(() => OnlyRow("select array['x'::bytea] as a")).Message.ShouldContain("column 'a' holds bytes (bytea)");
    }

    [PostgresFact]
    public void Read_ManyRows_HasAllInOrderAndKeepsNone()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var rows = Open($"select i, repeat('x', 200) as text, i * 0.5 as half, array[i, i + 1] as list, (select count(*) from pg_cursors where name = 'switchyard_rows') as cursors from generate_series(1, {ManyRows}) i");
        rows.Read().ShouldBeTrue();
        rows.Text(4).ShouldBe("1");
        var held = 0L;
        for (var i = 2; i <= ManyRows; i++)
        {
            rows.Read().ShouldBeTrue();
            int.Parse(rows[0], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(i);
            if (i % 100_000 == 0) held = Math.Max(held, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        rows.Read().ShouldBeFalse();
        // 90 MB came through.
        held.ShouldBeLessThan(8_000_000);
    }

    [PostgresFact]
    public void Open_RefusedQuery_SaysWhereAndStoresNothing()
    {
        using var folder = new TemporaryFolder();
        folder.Refusal(Spec("select x,\n  nope from (values (1)) v(x)")).ShouldBe($"the query on {PostgresServer.Variable}: the server refuses it: column \"nope\" does not exist (line 2, character 3 of the query).");
        folder.Refusal(Spec("select 1 as x; select 2")).ShouldContain("cannot insert multiple commands");
        folder.Refusal(Spec("delete from pg_class")).ShouldContain("syntax error at or near \"delete\" (line 1, character 1 of the query)");
        folder.Refusal(Spec("with d as (delete from pg_class returning 1) select 1")).ShouldContain("DECLARE CURSOR must not contain data-modifying statements in WITH");
        folder.Refusal(Spec("select 1 as x, 2 as x")).ShouldContain("names column 'x' twice");
        folder.Refusal(Spec("select 1 as x, 1 as y, 'a' as par")).ShouldContain("no column 'part' (split) — did you mean 'par'? It has: x, y, par.");
        folder.Refusal(Spec("select 1 as x, 1 / (i - 20000) as y, 'a' as part from generate_series(1, 30000) i")).ShouldContain("after row 10000: the server reports: division by zero");
    }

    [PostgresFact]
    public void Open_TrailingSemicolonAndComment_AreTaken() => OnlyRow("select 1 as x ;\n").ShouldBe(["1"]);

    [PostgresFact]
    public void Open_NoVariableOrNoServer_SaysSoWithoutTheSecret()
    {
        using var folder = new TemporaryFolder();
        var spec = Spec("select 1");
        folder.Refusal(spec with { Sources = [Source("select 1") with { Connection = "SWITCHYARD_NO_DB" }] }).ShouldStartWith("Environment variable SWITCHYARD_NO_DB is not set.");
        foreach (var text in new[]
                 {
                     $"Host=127.0.0.1;Port=1;Username=u;Password={PostgresServer.Secret};Timeout=2", $"postgres://u:{PostgresServer.Secret}@127.0.0.1/db?sslmode=disable",
                     $"Host=h;Port={PostgresServer.Secret}", $"Host={folder.Path};Username=u;Password={PostgresServer.Secret}",
                 })
        {
            Environment.SetEnvironmentVariable("SWITCHYARD_WRONG_DB", text);
            var refused = Should.Throw<InputException>(() => folder.Import(spec with { Sources = [Source("select 1") with { Connection = "SWITCHYARD_WRONG_DB" }] }).Dispose());
            refused.Message.ShouldContain("SWITCHYARD_WRONG_DB");
            refused.Message.ShouldNotContain('\n');
            refused.ToString().ShouldNotContain(PostgresServer.Secret);
        }

        Environment.SetEnvironmentVariable("SWITCHYARD_WRONG_DB", null);
    }

    [PostgresFact]
    public void Open_ConnectionStringWithoutHostOrWithMultiplexing_IsALineOrWorks()
    {
        using var folder = new TemporaryFolder();
        try
        {
            foreach (var text in new[] { $"Username=u;Password={PostgresServer.Secret}", $"Multiplexing=true;Password={PostgresServer.Secret}" })
            {
                Environment.SetEnvironmentVariable("SWITCHYARD_WRONG_DB", text);
                folder.Refusal(Spec("select 1") with { Sources = [Source("select 1") with { Connection = "SWITCHYARD_WRONG_DB" }] })
                    .ShouldBe("Environment variable SWITCHYARD_WRONG_DB does not hold a connection string of the form Host=…;Database=…;Username=…;Password=….");
            }

            Environment.SetEnvironmentVariable("SWITCHYARD_WRONG_DB", Environment.GetEnvironmentVariable(PostgresServer.Variable) + ";Multiplexing=true");
            using var rows = RowReader.Open(Source("select 1 as x") with { Connection = "SWITCHYARD_WRONG_DB" }, folder.Path);
            rows.Read().ShouldBeTrue();
        }
        finally
        {
            Environment.SetEnvironmentVariable("SWITCHYARD_WRONG_DB", null);
        }
    }

    // Each would end in a division by zero if nothing stopped it: in its first row, in a later one, and before the first can be asked for.
    [PostgresTheory]
    [InlineData("select 1 / length(pg_sleep(20)::text) as x, 1 as y, 'a' as part")]
    [InlineData("select repeat('x', 100000) as x, case when i > 3 then 1 / length(pg_sleep(20)::text) end as y, 'a' as part from generate_series(1, 5) i")]
    [InlineData("select 1 / (i - 1) as x, 1 as y, 'a' as part from locked i")]
    public void Import_StoppedWhileTheQueryWaits_Stops(string query)
    {
        server.Execute("create table if not exists locked(i int); set lock_timeout = 0");
        using var folder = new TemporaryFolder();
        using var holder = server.Hold("lock table locked in access exclusive mode");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        Should.Throw<OperationCanceledException>(() => Importer.Import(Spec(query), folder.Path, folder.Cache, cancellation: stop.Token).Dispose());
        Directory.GetFiles(folder.Cache).ShouldBeEmpty();
    }

    [PostgresFact]
    public void Import_ColumnFile_DoesNotHoldTheSecret()
    {
        using var folder = new TemporaryFolder();
        using var data = folder.Import(Spec("select 'u' as x, 1 as y, 'a' as part"));
        System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(data.Path)).ShouldNotContain(PostgresServer.Secret);
    }

    [PostgresFact]
    public void OpenOrImport_Query_IsAskedEveryTimeAndItsContentIsTheFingerprint()
    {
        server.Execute("create table fresh(x text, y int, part text); insert into fresh values ('u', 1, 'a'), ('v', 0, 'a')");
        using var folder = new TemporaryFolder();
        var spec = Spec("select * from fresh order by x");
        string first;
        using (var data = folder.OpenOrImport(spec)) first = data.Fingerprint;
        first.Length.ShouldBe(64);
        using (var same = folder.OpenOrImport(spec)) same.Fingerprint.ShouldBe(first);
        server.Execute("insert into fresh values ('w', 1, 'a')");
        using (var more = folder.OpenOrImport(spec))
        {
            more.Rows(Part.Train).ShouldBe(3);
            more.Fingerprint.ShouldNotBe(first);
        }

        server.Execute("delete from fresh where x = 'w'");
        using var again = folder.OpenOrImport(spec);
        again.Fingerprint.ShouldBe(first);
    }

    [PostgresFact]
    public void Reopen_QueryWithMoreRowsSince_HasThoseOfTheImportAndDoesNotAsk()
    {
        server.Execute("create table growing(x text, y int, part text); insert into growing values ('u', 1, 'a'), ('v', 0, 'a')");
        using var folder = new TemporaryFolder();
        var spec = Spec("select * from growing order by x");
        string first;
        using (var data = folder.OpenOrImport(spec)) first = data.Fingerprint;
        server.Execute("drop table growing");
        Dataset.FingerprintNow(spec, folder.Path).ShouldBeNull();
        using var again = Dataset.Reopen(spec, null, folder.Path, folder.Cache, first);
        again!.Rows(Part.Train).ShouldBe(2);
    }

    [PostgresFact]
    public void OpenOrImport_JoinedQueryChanged_HasAnotherFingerprint()
    {
        server.Execute("create table brands(x text, brand text); insert into brands values ('u', 'A')");
        using var folder = new TemporaryFolder().Write("rows.csv", "x,y,part\nu,1,a\n");
        var spec = Make.Small() with { Sources = [new SourceSpec { Path = "rows.csv" }, Source("select * from brands") with { JoinOn = ["x"] }] };
        string first;
        using (var data = folder.OpenOrImport(spec)) first = data.Fingerprint;
        server.Execute("update brands set brand = 'B'");
        using var other = folder.OpenOrImport(spec);
        other.Fingerprint.ShouldNotBe(first);
    }

    [PostgresFact]
    public void Import_ConnectionsEndedInTheMiddle_SaysSoAndLeavesNothing() => Interrupted(server.DropConnections);

    [PostgresFact]
    public void Import_ServerKilledInTheMiddle_SaysSoAndLeavesNothing()
    {
        try
        {
            Interrupted(server.Kill);
        }
        finally
        {
            server.Start();
        }
    }

    static void Interrupted(Action interrupt)
    {
        using var folder = new TemporaryFolder();
        var spec = Spec($"select i % 1000 as x, i % 2 as y, 'a' as part, repeat('x', 500) as text from generate_series(1, {ManyRows}) i");
        var once = new Once(interrupt);
        var refused = Should.Throw<InputException>(() => Importer.Import(spec, folder.Path, folder.Cache, once).Dispose());
        refused.Message.ShouldMatch($@"^the query on {PostgresServer.Variable}, after row \d+: the connection was lost: [^\n]+\. Nothing was written; run again when the server is back\.$");
        Directory.GetFiles(folder.Cache).ShouldBeEmpty();
    }

    // A query whose columns have no names has many named ?column?.
    static string Named(string query)
    {
        var columns = query["select ".Length..];
        return $"select * from (select {columns}) as t({string.Join(", ", Enumerable.Range(0, Count(columns)).Select(i => $"c{i}"))})";
    }

    // Commas outside quotes and brackets.
    static int Count(string columns)
    {
        var (count, depth, quoted) = (1, 0, false);
        foreach (var c in columns)
        {
            if (c == '\'') quoted = !quoted;
            else if (quoted) continue;
            else if (c is '[' or '(') depth++;
            else if (c is ']' or ')') depth--;
            else if (c == ',' && depth == 0) count++;
        }

        return count;
    }

    sealed class Once(Action action) : IProgress<ImportProgress>
    {
        bool _done;

        public void Report(ImportProgress value)
        {
            if (_done) return;
            _done = true;
            action();
        }
    }
}
