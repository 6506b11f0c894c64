using System.Text.Json.Nodes;
using Switchyard.Data;

namespace Switchyard.Tests;

/// <summary>Every defect planted into a clean log is found and named, and nothing is found in the clean one.</summary>
public sealed class ValidateTests
{
    [Fact]
    public void Validate_CleanLog_OnlyPasses()
    {
        using var log = GeneratedLog.Clean();
        var report = log.Validate(GeneratedLog.Yaml("group: user_id"));
        report.Findings.Where(f => f.Verdict != Verdict.Pass).Select(f => $"{f.Check} {f.Subject}: {f.Text}").ShouldBeEmpty();
        report.Rows.ShouldBe(1500);
        report.Findings.Select(f => f.Check).ShouldBe(
            ["rows", "part", "duplicate", "date", "group", "label", "funnel", "scenario", "scenario label", "missing", "constant", "unique", "leak", "unseen"], ignoreOrder: true);
    }

    [Fact]
    public void Validate_LabelRates_AreThoseOfTheRows()
    {
        using var log = GeneratedLog.Clean();
        var report = log.Validate(GeneratedLog.Yaml());
        var train = log.Rows.Where(r => string.CompareOrdinal(r["date"], "2024-03-08") < 0).ToList();
        var all = report.Labels.Single(l => l is { Task: "buy", Scenario: null, Part: "train" });
        (all.Observed, all.Positives).ShouldBe((train.Count, train.Count(r => r["buy"] == "1")));
        var mail = report.Labels.Single(l => l is { Task: "click", Scenario: "mail", Part: "test" });
        var test = log.Rows.Where(r => r["channel"] == "mail" && string.CompareOrdinal(r["date"], "2024-03-09") >= 0).ToList();
        (mail.Observed, mail.Positives).ShouldBe((test.Count, test.Count(r => r["click"] == "1")));
    }

    [Fact]
    public void Validate_LeakingFields_Fail()
    {
        using var log = GeneratedLog.Clean();
        log.Set("spend", (row, i) => row["buy"] == "1" ? $"{10 + (i % 7)}.5" : "0");
        log.Set("order_id", (row, i) => row["buy"] == "1" ? $"o{i}" : "");
        var report = log.Validate(GeneratedLog.Yaml("", ("  - item_id", "  - item_id\n  - {name: spend, type: numeric}\n  - order_id")));
        Found(report, "leak", "spend", Verdict.Fail).Text.ShouldContain("buy");
        Found(report, "leak", "order_id", Verdict.Fail);
        report.FieldAucs[0].Auc.ShouldBeGreaterThan(0.99);
        report.FieldAucs.Where(a => a.Field == "price").ShouldAllBe(a => a.Auc < 0.7);
    }

    [Theory]
    [InlineData("empty", "", "missing", Verdict.Fail)]
    [InlineData("same", "x", "constant", Verdict.Warn)]
    public void Validate_FieldWithoutInformation_IsNamed(string column, string value, string check, Verdict verdict)
    {
        using var log = GeneratedLog.Clean();
        log.Set(column, (_, _) => value);
        Found(log.Validate(GeneratedLog.Yaml("", ("  - item_id", $"  - item_id\n  - {column}"))), check, column, verdict);
    }

    [Fact]
    public void Validate_MostlyMissingField_Warns()
    {
        using var log = GeneratedLog.Clean();
        log.Set("price", (row, i) => i % 3 == 0 ? row["price"] : "");
        Found(log.Validate(GeneratedLog.Yaml()), "missing", "price", Verdict.Warn).Text.ShouldContain("66.7 %");
    }

    [Fact]
    public void Validate_IdOfTheRow_WarnsUniqueAndUnseen()
    {
        using var log = GeneratedLog.Clean();
        log.Set("row_id", (_, i) => $"r{i}");
        var report = log.Validate(GeneratedLog.Yaml("", ("  - item_id", "  - item_id\n  - row_id")));
        Found(report, "unique", "row_id", Verdict.Warn).Count.ShouldBe(1050);
        Found(report, "unseen", "row_id", Verdict.Warn).Text.ShouldContain("100.0 %");
        report.FieldAucs.Single(a => a is { Field: "row_id", Task: "click" }).Auc.ShouldBe(0.5);
    }

    [Fact]
    public void Validate_GroupsOnBothSides_AreCounted()
    {
        using var log = GeneratedLog.Clean();
        log.Rows[1499]["user_id"] = log.Rows[0]["user_id"];
        var found = Found(log.Validate(GeneratedLog.Yaml("group: user_id")), "group", "user_id", Verdict.Warn);
        found.Count.ShouldBe(1);
        found.Text.ShouldContain("train and test");
        found.Examples.ShouldBe([$"'{log.Rows[0]["user_id"]}'"]);
    }

    [Fact]
    public void Validate_RepeatedRows_AreCountedAndPlaced()
    {
        using var log = GeneratedLog.Clean();
        log.Rows.Insert(1, log.Rows[0]);
        var inside = Found(log.Validate(GeneratedLog.Yaml()), "duplicate", "", Verdict.Warn);
        inside.Count.ShouldBe(1);
        inside.Examples[0].ShouldContain("line 3");
    }

    [Fact]
    public void Validate_RepeatedRowsInTwoParts_AreNamed()
    {
        using var log = GeneratedLog.Clean();
        for (var i = 0; i < 5; i++) log.Rows.AddRange(log.Rows.Take(20).ToList());
        var split = GeneratedLog.Yaml("", ("date < 2024-03-08", "row mod 10 in [0..7]"), ("[\"date >= 2024-03-08\", \"date < 2024-03-09\"]", "row mod 10 == 8"), ("date >= 2024-03-09", "row mod 10 == 9"));
        Found(log.Validate(split), "duplicate", "", Verdict.Warn).Text.ShouldContain("keep_identical_rows_together");
        var together = split.Replace("model:", "  keep_identical_rows_together: true\nmodel:", StringComparison.Ordinal);
        Found(log.Validate(together), "duplicate", "", Verdict.Warn).Text.ShouldContain("same part");
    }

    [Fact]
    public void Validate_TrainingAfterTest_Warns()
    {
        using var log = GeneratedLog.Clean();
        var report = log.Validate(GeneratedLog.Yaml("", ("date < 2024-03-08", "date != 2024-03-05"), ("[\"date >= 2024-03-08\", \"date < 2024-03-09\"]", "date in [1999-01-01]"), ("date >= 2024-03-09", "date == 2024-03-05")));
        var found = Found(report, "date", "date", Verdict.Warn);
        found.Count.ShouldBe(750);
        found.Text.ShouldContain("2024-03-10");
    }

    [Fact]
    public void Validate_RowsInNoPart_AreCounted()
    {
        using var log = GeneratedLog.Clean();
        Found(log.Validate(GeneratedLog.Yaml("", ("date >= 2024-03-09", "date >= 2024-03-10"))), "part", "", Verdict.Warn).Count.ShouldBe(150);
    }

    [Fact]
    public void Validate_EmptyTraining_Fails()
    {
        using var log = GeneratedLog.Clean();
        Found(log.Validate(GeneratedLog.Yaml("", ("date < 2024-03-08", "date < 2001-01-01"))), "part", "train", Verdict.Fail);
    }

    [Fact]
    public void Validate_TaskWithoutPositives_Fails()
    {
        using var log = GeneratedLog.Clean();
        log.Set("buy", (_, _) => "0");
        Found(log.Validate(GeneratedLog.Yaml()), "label", "buy", Verdict.Fail).Text.ShouldContain("no positive");
    }

    [Fact]
    public void Validate_ScenarioWithoutPositives_IsNamed()
    {
        using var log = GeneratedLog.Clean();
        log.Set("buy", (row, _) => row["channel"] == "mail" ? "0" : row["buy"]);
        Found(log.Validate(GeneratedLog.Yaml()), "scenario label", "buy", Verdict.Warn).Examples.Single().ShouldStartWith("mail: ");
    }

    [Theory]
    [InlineData("error", Verdict.Fail)]
    [InlineData("parent", Verdict.Warn)]
    public void Validate_ScenarioUnseenInTraining_IsNamed(string unknown, Verdict verdict)
    {
        using var log = GeneratedLog.Clean();
        log.Set("channel", (row, i) => i == 1499 ? "push" : row["channel"]);
        var found = Found(log.Validate(GeneratedLog.Yaml($"unknown_scenario: {unknown}")), "scenario", "channel", verdict);
        (found.Count, found.Examples.Single()).ShouldBe((1, "'push'"));
    }

    [Fact]
    public void Validate_FunnelThatDoesNotHold_Warns()
    {
        using var log = GeneratedLog.Clean();
        log.Set("buy", (row, i) => row["click"] == "0" && i % 100 == 0 ? "1" : row["buy"]);
        Found(log.Validate(GeneratedLog.Yaml()), "funnel", "buy", Verdict.Warn).Count.ShouldBeInRange(1, 15);
    }

    [Theory]
    [InlineData("price", "cheap", "number")]
    [InlineData("click", "7", "label")]
    [InlineData("date", "yesterday", "split")]
    public void Validate_UnusableValue_FailsWithItsPlace(string column, string value, string check)
    {
        using var log = GeneratedLog.Clean();
        log.Rows[9][column] = value;
        var report = log.Validate(GeneratedLog.Yaml());
        var found = report.Findings.Single(f => f.Check == check && f.Verdict == Verdict.Fail);
        found.Count.ShouldBe(1);
        found.Examples.Single().ShouldContain("line 11");
        found.Examples.Single().ShouldContain(value);
    }

    [Fact]
    public void Validate_RaggedRow_FailsAndSaysWhereItStopped()
    {
        using var log = GeneratedLog.Clean();
        var path = log.WriteCsv();
        File.WriteAllLines(path, [.. File.ReadAllLines(path).Select((l, i) => i == 800 ? "a,b" : l)]);
        var report = log.Validate(GeneratedLog.Yaml());
        report.Findings.Single(f => f.Check == "unreadable").Examples.Single().ShouldContain("line 801");
        Found(report, "rows", "", Verdict.Fail).Count.ShouldBe(799);
    }

    [Fact]
    public void Validate_MissingColumn_IsAnInputError()
    {
        using var log = GeneratedLog.Clean();
        Should.Throw<InputException>(() => log.Validate(GeneratedLog.Yaml("", ("  - item_id", "  - item_idd")))).Message.ShouldContain("item_id");
    }

    [Fact]
    public void Validate_Json_HoldsWhatTheReportHolds()
    {
        using var log = GeneratedLog.Clean();
        log.Set("price", (_, _) => "");
        var file = Path.Combine(log.Folder, "report.json");
        var report = log.Validate(GeneratedLog.Yaml(), file);
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        json["worst"]!.GetValue<string>().ShouldBe("fail");
        json["findings"]!.AsArray().Select(f => f!["text"]!.GetValue<string>()).ShouldBe(report.Findings.Select(f => f.Text));
        json["labels"]!.AsArray().Count.ShouldBe(report.Labels.Length);
        json["field_auc"]!.AsArray().Count.ShouldBe(report.FieldAucs.Length);
        json["unseen"]!.AsArray().Count.ShouldBe(report.Unseen.Length);
        report.ToText().ShouldContain("FAIL missing");
    }

    static DataFinding Found(DataReport report, string check, string subject, Verdict verdict)
    {
        var found = report.Findings.Where(f => f.Check == check && f.Subject == subject).ToList();
        found.Count.ShouldBeGreaterThan(0, $"no line '{check} {subject}' in\n{report.ToText()}");
        found[0].Verdict.ShouldBe(verdict, report.ToText());
        ((int)report.Worst).ShouldBeGreaterThanOrEqualTo((int)verdict);
        return found[0];
    }
}
