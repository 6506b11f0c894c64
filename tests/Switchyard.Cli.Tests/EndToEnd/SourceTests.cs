using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Switchyard.Cli.Tests;

/// <summary>Every command on rows that are no CSV.</summary>
public sealed class SourceTests
{
    static CliRun WithEveryKind()
    {
        var run = new CliRun();
        var rows = run.ReadLines("rows.csv").Skip(1).Select(l => l.Split(',')).ToArray();
        var columns = CliRun.Header.Split(',');
        // A list as an array, an empty value as null.
        run.Write("rows.jsonl", rows.Select(r => JsonSerializer.Serialize(columns.Zip(r).ToDictionary(
            c => c.First, c => (object?)(c.Second.Length == 0 ? null : c.First == "seen" ? c.Second.Split('|') : c.Second)))));
        using var connection = new SqliteConnection($"Data Source={run.Place("log.db")};Pooling=False");
        connection.Open();
        var statements = new StringBuilder($"create table log({CliRun.Header}); begin;");
        foreach (var row in rows) statements.Append($"insert into log values ({string.Join(',', row.Select(v => v.Length == 0 ? "null" : $"'{v}'"))});");
        using var command = connection.CreateCommand();
        command.CommandText = statements.Append("commit").ToString();
        command.ExecuteNonQuery();
        return run;
    }

    [Theory]
    [InlineData("sources=rows.jsonl")]
    [InlineData("sources={path: log.db, query: select * from log order by rowid}")]
    public void Train_OtherKindOfSource_GivesTheSameModel(string source)
    {
        using var run = WithEveryKind();
        run.Train().ShouldSucceed();
        run.Train("name=other", source).ShouldSucceed();
        run.WeightsDigest("other").ShouldBe(run.WeightsDigest());
        CliRun.Run("evaluate", run.Place("runs/other/model"), "--json", run.Place("other.json")).ShouldSucceed();
    }

    [Fact]
    public void Predict_JsonLines_GivesTheScoresOfTheCsv()
    {
        using var run = WithEveryKind();
        run.Train().ShouldSucceed();
        run.Predict("rows.csv", "csv-scores.csv", "--keep", "id").ShouldSucceed();
        run.Predict("rows.jsonl", "json-scores.csv", "--keep", "id").ShouldSucceed();
        run.ReadLines("json-scores.csv").ShouldBe(run.ReadLines("csv-scores.csv"));
    }

    [Fact]
    public void Predict_SeparatorOfJsonLinesOrDatabase_IsAnInputError()
    {
        using var run = WithEveryKind();
        run.Train().ShouldSucceed();
        run.Predict("rows.jsonl", "scores.csv", "--separator", ";").ShouldRefuse("'separator' is for CSV files");
        run.Predict("log.db", "scores.csv").ShouldRefuse("a SQLite database needs a 'query'");
        File.Exists(run.Place("scores.csv")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("rows.jsonl")]
    [InlineData("log.db")]
    [InlineData("log.db", "--query", "select * from log where cast(id as integer) < 500")]
    public void Init_OtherKindOfSource_WritesAConfigurationThatImports(string log, params string[] more)
    {
        using var run = WithEveryKind();
        var file = run.Place("proposed.yaml");
        CliRun.Run(["init", run.Place(log), "--output", file, .. more]).ShouldSucceed();
        CliRun.Run("import", file).ShouldSucceed();
        CliRun.Run("validate", file).Error.ShouldBeEmpty();
    }

    [Fact]
    public void Init_DatabaseOfTwoTables_AsksForTheQuery()
    {
        using var run = WithEveryKind();
        using (var connection = new SqliteConnection($"Data Source={run.Place("log.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "create table other(x)";
            command.ExecuteNonQuery();
        }

        CliRun.Run("init", run.Place("log.db"), "--output", run.Place("proposed.yaml")).ShouldRefuse("has the tables log, other; say with --query which rows to read");
    }
}
