using Switchyard.Data;

namespace Switchyard.Tests;

public sealed class RunConfigurationTests
{
    [Fact]
    public void Parse_Minimal_FillsDefaults()
    {
        var run = Runs.Parse(Runs.Minimal);

        run.Name.ShouldBe("run");
        run.Output.ShouldBe("runs/run");
        run.OutputDirectory.ShouldBe(Path.GetFullPath("/data/demo/runs/run"));
        run.Data.Sources.ShouldHaveSingleItem().Path.ShouldBe("data.csv");
        run.Data.Fields.Select(f => f.Name).ShouldBe(["region", "item"]);
        run.Data.Tasks.ShouldHaveSingleItem().Label.ShouldBe(Condition.Parse("click"));
        run.Data.Split.Train.ShouldHaveSingleItem().Text.ShouldBe("row mod 10 in [0..7]");
        run.Data.Scenario.ShouldBeEmpty();
        run.Data.Group.ShouldBeNull();
    }

    [Fact]
    public void Load_Folder_ReadsDefaultFileAndTakesFolderName()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, RunConfiguration.DefaultFileName), Runs.Minimal);

            var run = RunConfiguration.Load(folder.FullName, ["model=aesm2"]);

            run.Name.ShouldBe(folder.Name);
            run.BaseDirectory.ShouldBe(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Parse_Everything_IsUnderstood()
    {
        var data = Runs.Parse("""
            name: everything
            sources:
              - {path: rows.tsv, separator: tab, columns: [a, b]}
              - {path: users.csv, join_on: [a]}
            filter: [region != OTHER, a is present]
            fields:
              - region
              - {names: [price, rank], type: numeric, buckets: 8}
              - {name: history, type: multi-value, separator: ;, pooling: sum, shares: item}
              - {name: item, min_count: 2}
              - {name: slot, role: position, fixed: 1}
            scenario: [region, device]
            unknown_scenario: parent
            tasks:
              engage: engage
              buy: {label: rating >= 4, given: engage, weight: 0.5, mask: [rating is present]}
            group: search
            weight: w
            split:
              train: [date == 2018-11-07, "hash(user, b) mod 10 in [1..9]"]
              validation: hash(user) mod 10 == 0
              seed: 7
              keep_identical_rows_together: true
            model: deep
            output: out
            """).Data;

        data.Sources[0].Separator.ShouldBe('\t');
        data.Sources[1].JoinOn.ShouldBe(["a"]);
        data.Filter.Length.ShouldBe(2);
        data.Fields.Select(f => f.Name).ShouldBe(["region", "price", "rank", "history", "item", "slot"]);
        data.Fields[2].Buckets.ShouldBe(8);
        data.Fields[3].ShouldBe(new FieldSpec { Name = "history", Type = FieldType.MultiValue, Separator = ';', Pooling = Pooling.Sum, Shares = "item" });
        data.Fields[5].Fixed.ShouldBe("1");
        data.UnknownScenario.ShouldBe(UnknownScenario.Parent);
        data.Tasks[1].Given.ShouldBe("engage");
        data.Tasks[1].Weight.ShouldBe(0.5f);
        data.Group.ShouldBe("search");
        data.Split.Train[1].Columns.ShouldBe(["user", "b"]);
        data.Split.Seed.ShouldBe(7ul);
    }

    [Fact]
    public void ToYaml_ReadBack_GivesTheSameRun()
    {
        var run = Runs.Parse(Runs.With("fields", """
            fields:
              - {name: "true", separator: tab, type: multi-value}
              - {name: "1.5", column: "a: b # c"}
              - "$${x}"
            """) + "\nname: 'two words'");

        var again = Runs.Parse(run.ToYaml());

        again.ToYaml().ShouldBe(run.ToYaml());
        again.ToJson().ShouldBe(run.ToJson());
        again.Name.ShouldBe("two words");
        again.Data.Fields.ShouldBe(run.Data.Fields);
        again.Data.Fields[2].Name.ShouldBe("${x}");
    }

    [Fact]
    public void ToJson_Defaults_AreWrittenOut()
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(Runs.Parse(Runs.Minimal).ToJson())!;

        json["model"]!["name"]!.GetValue<string>().ShouldBe("wide");
        json["model"]!["experts"]!.GetValue<int>().ShouldBe(4);
        json["fields"]![0]!["embedding"]!.GetValue<int>().ShouldBe(16);
        json["evaluation"]!["top_k"]!.GetValue<int>().ShouldBe(10);
        json["tasks"]!["click"]!["label"]!.GetValue<string>().ShouldBe("click");
    }

    [Theory]
    [InlineData("sources", "sources: []", "sources: the list is empty")]
    [InlineData("sources", "sources: [{path: ''}]", "sources[0]: the path is empty.")]
    [InlineData("sources", "sources: [{separator: ;}]", "sources[0]: name a file with 'path', or a database with 'query' and 'connection'.")]
    [InlineData("sources", "sources: [{query: select 1}]", "sources[0]: 'query' needs a database: 'path' for a SQLite file, or 'connection' for PostgreSQL.")]
    [InlineData("sources", "sources: [{connection: CLICKS_DB}]", "sources[0]: 'connection' needs a 'query'")]
    [InlineData("sources", "sources: [{path: a.csv, connection: CLICKS_DB}]", "sources[0]: 'connection' needs a 'query'")]
    [InlineData("sources", "sources: [{path: a.db, connection: CLICKS_DB, query: select 1}]", "sources[0]: 'path' names a SQLite database and 'connection' a PostgreSQL one")]
    [InlineData("sources", "sources: [{connection: 'Host=db;Password=x', query: select 1}]", "sources[0]: 'connection' is the name of an environment variable")]
    [InlineData("sources", "sources: [a.csv, log.db]", "sources[1]: a SQLite database needs a 'query'")]
    [InlineData("sources", "sources: [{path: log.db, query: select 1, format: csv}]", "sources[0]: 'format' is for text files")]
    [InlineData("sources", "sources: [{path: log.db, query: select 1, separator: ;}]", "sources[0]: 'separator' is for CSV files")]
    [InlineData("sources", "sources: [{path: log.jsonl, separator: ;}]", "sources[0]: 'separator' is for CSV files; JSON Lines have none.")]
    [InlineData("sources", "sources: [{path: log.jsonl, format: json}]", "sources[0].format: expected csv or jsonl, found 'json'; did you mean 'jsonl'?")]
    [InlineData("sources", "sources: [{path: a, separator: ab}]", "sources[0].separator: expected one character (or the word tab), found 'ab'.")]
    [InlineData("sources", "sources: [{path: a, join_on: x}]", "join_on belongs to the second source")]
    [InlineData("sources", "sources: [a, {path: b, join_on: x}, c]", "only two sources can be joined")]
    [InlineData("sources", "sources: [[a]]", "sources[0]: expected a file path or a mapping with a path, found a list.")]
    [InlineData("sources", "sources: [{path: a, part: trian}]", "sources[0].part: expected train, validation or test, found 'trian'; did you mean 'train'?")]
    [InlineData("fields", "fields: []", "fields: the list is empty")]
    [InlineData("fields", "fields: [{column: a}]", "fields[0]: key 'name' is missing; it needs a text.")]
    [InlineData("fields", "fields: [a, {name: a}]", "field 'a' is given twice, first at run.yaml:8:10")]
    [InlineData("fields", "fields: [{names: [a], name: b}]", "fields[0]: 'name' and 'names' exclude each other")]
    [InlineData("fields", "fields: [{names: []}]", "fields[0].names: expected a list of field names")]
    [InlineData("fields", "fields: [{name: a, type: numerical}]", "fields[0].type: expected categorical, numeric, multi-value or sequence, found 'numerical'; did you mean 'numeric'?")]
    [InlineData("fields", "fields: [{name: a, role: position}]", "field 'a': role position needs fixed")]
    [InlineData("fields", "fields: [{name: a, fixed: 1}]", "field 'a': fixed belongs to role: position")]
    [InlineData("fields", "fields: [{name: a, type: numeric, role: position, fixed: first}]", "field 'a': fixed must be a number")]
    [InlineData("fields", "fields: [{name: a, hash_buckets: 9, min_count: 2}]", "field 'a': min_count has no effect here: hashed values are not counted")]
    [InlineData("fields", "fields: [{name: a, type: numeric, min_count: 2}]", "a numeric field has no vocabulary")]
    [InlineData("fields", "fields: [{name: a, buckets: 4}]", "field 'a': buckets has no effect here")]
    [InlineData("fields", "fields: [{name: a, type: numeric, encoding: standardise, buckets: 4}]", "encoding standardise has no buckets")]
    [InlineData("fields", "fields: [{name: a, pooling: sum}]", "it belongs to fields of type multi-value")]
    [InlineData("fields", "fields: [{name: a, min_count: 0}]", "fields[0].min_count: expected a whole number of at least 1, found '0'.")]
    [InlineData("fields", "fields: [{name: a, shares: itm}, item]", "field 'a' shares 'itm', which is not a field; did you mean 'item'?")]
    [InlineData("fields", "fields: [{name: a, shares: a}]", "field 'a' shares its own table")]
    [InlineData("fields", "fields: [{name: a, shares: b}, {name: b, shares: c}, c]", "field 'a' shares 'b', which itself shares 'c'; write shares: c.")]
    [InlineData("fields", "fields: [{name: a, shares: b}, {name: b, type: numeric}]", "a numeric field has no vocabulary to share")]
    [InlineData("fields", "fields: [click]", "field 'click' reads the label of task 'click'")]
    [InlineData("scenario", "scenario: [a, a]", "scenario: column 'a' is given twice")]
    [InlineData("unknown_scenario", "unknown_scenario: ignore", "unknown_scenario: expected error or parent, found 'ignore'.")]
    [InlineData("tasks", "tasks: {}", "tasks: no task is given")]
    [InlineData("tasks", "tasks: {a: }", "tasks.a: expected a label")]
    [InlineData("tasks", "tasks: {a: {weight: 1}}", "tasks.a: key 'label' is missing; it needs a condition.")]
    [InlineData("tasks", "tasks: {a: {label: x, name: b}}", "tasks.a: a task is named by its key; remove 'name'.")]
    [InlineData("tasks", "tasks: {a: {label: x, weight: -1}}", "tasks.a.weight: expected a number of at least 0, found '-1'.")]
    [InlineData("tasks", "tasks: {a: {label: x, given: a}}", "task 'a': given names the task itself.")]
    [InlineData("tasks", "tasks: {a: {label: x, given: b}, b: y}", "task 'a': given 'b' is not a task written before it")]
    [InlineData("tasks", "tasks: [a, a]", "task 'a' is given twice")]
    [InlineData("tasks", "tasks: {a: rating = 3}", "tasks.a.label: ")]
    [InlineData("filter", "filter: [a ==]", "filter[0]: ")]
    [InlineData("model", "model: {name: wide, without: itm}", "model: without names 'itm', which is not a field. Did you mean 'item'?")]
    [InlineData("model", "model: {name: wide, embedding: {attention: [{field: item, query: region}]}}", "model: embedding.attention names 'item', which is no sequence or multi-value field that the model reads.")]
    [InlineData("model", "model: {name: wide, embedding: {attention: [{field: item}]}}", "model.embedding.attention[0]: key 'query' is missing; it needs a text.")]
    [InlineData("model", "model: {name: wide, embedding: {id_dropout_fields: regon}}", "model: embedding.id_dropout_fields names 'regon', which is no field that the model reads. Did you mean 'region'?")]
    [InlineData("model", "model: {name: wide, without: [item, region]}", "model: without names every field")]
    [InlineData("split", "split: {}", "split: key 'train' is missing")]
    [InlineData("split", "split: {train: a, seed: -1}", "split.seed: expected a whole number of at least 0, found '-1'.")]
    public void Parse_WrongSection_SaysWhatAndWhere(string section, string text, string expected)
    {
        var yaml = Runs.With(section, text);

        var message = Runs.Error(yaml);

        message.ShouldContain(expected);
        message.ShouldStartWith($"run.yaml:{Runs.LineOf(yaml, text)}:");
    }

    [Theory]
    [InlineData("sources")]
    [InlineData("fields")]
    [InlineData("tasks")]
    [InlineData("split")]
    [InlineData("model")]
    public void Parse_MissingSection_NamesIt(string section) =>
        Runs.Error(Runs.With(section, "")).ShouldContain($"key '{section}' is missing; it needs");

    [Theory]
    [InlineData("sources: [{path: a, part: train}, b]", "sources: without conditions in split, every source names its part")]
    [InlineData("sources: [{path: a, part: test}]", "split: no row can be a training row")]
    public void Parse_PartsWithoutTraining_AreRefused(string sources, string expected) =>
        Runs.Error(Runs.With("sources", sources).Replace(SplitText, "", StringComparison.Ordinal)).ShouldContain(expected);

    [Fact]
    public void Parse_PartsWithoutSplit_AreEnough() =>
        Runs.Parse(Runs.With("sources", "sources: [{path: a, part: train}, {path: b, part: validation}]").Replace(SplitText, "", StringComparison.Ordinal))
            .Data.Sources[1].Part.ShouldBe(Part.Validation);

    [Fact]
    public void Parse_DividedFileAndTestFile_IsAccepted() =>
        Runs.Parse(Runs.With("sources", "sources: [a, {path: b, part: test}]").Replace("  test: row mod 10 == 9\n", "", StringComparison.Ordinal))
            .Data.Split.Test.ShouldBeEmpty();

    const string SplitText = "split:\n  train: row mod 10 in [0..7]\n  validation: row mod 10 == 8\n  test: row mod 10 == 9\n";
}
