using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Switchyard.Data.Tests;

/// <summary>One table as CSV, JSON Lines, SQLite and PostgreSQL: whatever the rows come from, the column file holds the same.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SourceKindsTests(PostgresServer server)
{
    const int Rows = 3000;

    // Values that each kind writes in its own way: quotes, unicode, missing, decimals, lists, true and false.
    static IEnumerable<(int Id, string X, double? Number, string[] Tags, bool Y, string Part, string At)> Table() => Enumerable.Range(0, Rows).Select(i => (
        i,
        (i % 7) switch { 0 => "a,\"b\"", 1 => "naïve 🙂", 2 => "line\nbreak", _ => $"v{i % 50}" },
        i % 11 == 0 ? (double?)null : (i * 37 % 1000) / 8.0,
        Enumerable.Range(0, i % 4).Select(t => $"t {(i + t) % 9}").ToArray(),
        i % 3 == 0,
        (i % 10) switch { 8 => "b", 9 => "c", _ => "a" },
        new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(i).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)));

    static DataSpec Spec(SourceSpec source, SourceSpec? joined = null) => new()
    {
        Sources = joined is null ? [source] : [source, joined],
        Fields = [Make.Categorical("x", 3), Make.Numeric("number"), new FieldSpec { Name = "tags", Type = FieldType.MultiValue }, .. joined is null ? Array.Empty<FieldSpec>() : [Make.Categorical("brand")]],
        Tasks = [Make.Task("y")],
        Group = "at",
        Split = Make.Split("part == a", "part == b", "part == c"),
        Filter = Make.All("at >= 2024-01-01T01:00:00"),
    };

    /// <summary>The encoded rows of all parts and the schema, without what names the sources.</summary>
    static string Content(Dataset data)
    {
        var text = new StringBuilder(data.Schema.ToJson());
        foreach (var part in Enum.GetValues<Part>())
        {
            var batch = Make.Whole(data, part);
            for (var f = 0; f < data.Schema.Fields.Length; f++) text.Append(string.Join(',', batch.Ids(f).Take(data.Schema.Fields[f].Kind == FieldKind.Multiple ? batch.Offsets(f)[batch.Count] : batch.Count))).Append('\n');
            text.Append(string.Join(',', batch.Labels(0))).Append('\n').Append(string.Join(',', batch.Groups)).Append('\n').Append(string.Join(',', batch.Rows)).Append('\n');
        }

        return text.ToString();
    }

    static TemporaryFolder Folder()
    {
        var folder = new TemporaryFolder();
        var csv = new StringBuilder("id,x,number,tags,y,part,at\n");
        var json = new StringBuilder();
        using var connection = new SqliteConnection($"Data Source={folder.File("log.db")};Pooling=False");
        connection.Open();
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.CommandText = "create table t(id integer, x text, number real, tags text, y integer, part text, at text)";
        command.ExecuteNonQuery();
        command.CommandText = "insert into t values ($id, $x, $number, $tags, $y, $part, $at)";
        foreach (var (id, x, number, tags, y, part, at) in Table())
        {
            csv.Append(CultureInfo.InvariantCulture, $"{id},\"{x.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{number},{string.Join('|', tags)},{(y ? 1 : 0)},{part},{at}\n");
            json.Append(JsonSerializer.Serialize(new { id, x, number, tags, y, part, at })).Append('\n');
            command.Parameters.Clear();
            foreach (var (name, value) in new (string, object?)[] { ("$id", id), ("$x", x), ("$number", number), ("$tags", string.Join('|', tags)), ("$y", y ? 1 : 0), ("$part", part), ("$at", at) })
                command.Parameters.AddWithValue(name, value ?? DBNull.Value);
            command.ExecuteNonQuery();
        }

        command.CommandText = "create table items(x text, brand text); insert into items values ('v3', 'A'), ('v4', 'B'), ('naïve 🙂', 'C')";
        command.Parameters.Clear();
        command.ExecuteNonQuery();
        transaction.Commit();
        return folder.Write("rows.csv", csv.ToString()).Write("rows.jsonl", json.ToString())
            .Write("items.csv", "x,brand\nv3,A\nv4,B\nnaïve 🙂,C\n").Write("items.jsonl", "{\"x\":\"v3\",\"brand\":\"A\"}\n{\"x\":\"v4\",\"brand\":\"B\"}\n{\"x\":\"naïve 🙂\",\"brand\":\"C\"}\n");
    }

    static SourceSpec Sqlite(string table) => new() { Path = "log.db", Query = $"select * from {table} order by rowid" };

    [Fact]
    public void Import_SameTableAsCsvJsonAndSqlite_GivesTheSameRows()
    {
        using var folder = Folder();
        using var csv = folder.Import(Spec(new SourceSpec { Path = "rows.csv" }));
        csv.Rows(Part.Train).ShouldBeGreaterThan(2000);
        var expected = Content(csv);
        using var json = folder.Import(Spec(new SourceSpec { Path = "rows.jsonl" }));
        Content(json).ShouldBe(expected);
        using var sqlite = folder.Import(Spec(Sqlite("t")));
        Content(sqlite).ShouldBe(expected);
    }

    [Fact]
    public void Import_ConnectionStringInsteadOfAVariable_IsNotRepeated()
    {
        using var folder = new TemporaryFolder();
        var source = new SourceSpec { Connection = $"Host=h;Password={PostgresServer.Secret}", Query = "select 1" };
        var refused = Should.Throw<InputException>(() => folder.Import(Spec(source)).Dispose()).ToString()
            + Should.Throw<InputException>(() => RowReader.Open(source, folder.Path).Dispose());
        refused.ShouldContain("Source 'the query': 'connection' is the name of an environment variable");
        refused.ShouldNotContain(PostgresServer.Secret);
    }

    [Fact]
    public void Import_JoinedSourceOfAnyKind_GivesTheSameRows()
    {
        using var folder = Folder();
        using var csv = folder.Import(Spec(new SourceSpec { Path = "rows.csv" }, new SourceSpec { Path = "items.csv", JoinOn = ["x"] }));
        csv.Summary.RowsUnmatched.ShouldBeGreaterThan(0);
        var expected = Content(csv);
        using var json = folder.Import(Spec(Sqlite("t"), new SourceSpec { Path = "items.jsonl", JoinOn = ["x"] }));
        Content(json).ShouldBe(expected);
        using var sqlite = folder.Import(Spec(new SourceSpec { Path = "rows.jsonl" }, Sqlite("items") with { JoinOn = ["x"] }));
        Content(sqlite).ShouldBe(expected);
    }

    [PostgresFact]
    public void Import_SameTableFromPostgres_GivesTheSameRows()
    {
        server.Execute("create table t(id integer, x text, number numeric, tags text[], y boolean, part text, at timestamp)");
        server.CopyIn(
            "copy t from stdin (format csv)",
            Table().Select(r => string.Create(
                CultureInfo.InvariantCulture,
                $"{r.Id},\"{r.X.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{r.Number},\"{{{string.Join(',', r.Tags.Select(t => $"\"\"{t}\"\""))}}}\",{(r.Y ? 't' : 'f')},{r.Part},{r.At}\n")));
        server.Execute("create table items(x text, brand text); insert into items values ('v3', 'A'), ('v4', 'B'), ('naïve 🙂', 'C')");
        var source = new SourceSpec { Connection = PostgresServer.Variable, Query = "select * from t order by id" };
        using var folder = Folder();
        using var csv = folder.Import(Spec(new SourceSpec { Path = "rows.csv" }));
        using var postgres = folder.Import(Spec(source));
        Content(postgres).ShouldBe(Content(csv));
        using var joinedCsv = folder.Import(Spec(new SourceSpec { Path = "rows.csv" }, new SourceSpec { Path = "items.csv", JoinOn = ["x"] }));
        using var joined = folder.Import(Spec(source, new SourceSpec { Connection = PostgresServer.Variable, Query = "select * from items", JoinOn = ["x"] }));
        Content(joined).ShouldBe(Content(joinedCsv));
    }
}
