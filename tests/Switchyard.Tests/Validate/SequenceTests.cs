namespace Switchyard.Tests;

/// <summary>Sequences in the data report: one built from the log is judged as the same items in a column would be.</summary>
public sealed class SequenceTests
{
    const string Recent = "{name: recent, type: sequence, shares: item_id, max_length: 4, history: {of: user_id, item: item_id, when: click == 1}}";

    [Fact]
    public void Validate_History_IsJudgedAsTheSameItemsInAColumn()
    {
        using var log = GeneratedLog.Clean();
        log.Set("clicked", (row, i) => string.Join('|', log.Rows.Take(i).Where(r => r["user_id"] == row["user_id"] && r["click"] == "1").Select(r => r["item_id"]).TakeLast(4)));
        var report = log.Validate(GeneratedLog.Yaml("", ("  - item_id", $"  - item_id\n  - {Recent}\n  - {{name: clicked, type: sequence}}")));
        foreach (var task in (string[])["click", "buy"])
        {
            var built = report.FieldAucs.Single(a => a.Field == "recent" && a.Task == task);
            built.Auc.ShouldBe(report.FieldAucs.Single(a => a.Field == "clicked" && a.Task == task).Auc);
            built.Auc.ShouldNotBe(0.5);
        }

        var unseen = report.Unseen.Where(u => u.Field == "recent").ToList();
        unseen.Sum(u => u.Values).ShouldBeGreaterThan(0);
        unseen.Select(u => u with { Field = "clicked" }).ShouldBe(report.Unseen.Where(u => u.Field == "clicked"));
        report.Findings.Where(f => f.Verdict == Verdict.Fail).ShouldBeEmpty();
    }

    [Fact]
    public void Validate_SequenceOfAColumn_CountsTheItemsKept()
    {
        using var log = GeneratedLog.Clean();
        // Only the newest item tells.
        log.Set("list", (row, i) => $"{(row["click"] == "1" ? "yes" : "no")};;x{i % 5};x{i % 7}");
        var report = log.Validate(GeneratedLog.Yaml("", ("  - item_id", "  - item_id\n  - {name: list, type: sequence, separator: ;, order: newest-first, max_length: 1}")));
        report.FieldAucs.Single(a => a.Field == "list" && a.Task == "click").Auc.ShouldBe(1);
    }

    [Fact]
    public void Validate_UntimedHistoryOfRowsThatGoBackInTheSplitsDate_Warns()
    {
        using var log = GeneratedLog.Clean();
        var yaml = GeneratedLog.Yaml("", ("  - item_id", $"  - item_id\n  - {Recent}"));
        log.Validate(yaml).Findings.ShouldNotContain(f => f.Check == "history");

        // Users one after another are no mistake: only a user's own rows must not go back.
        var users = log.Rows.OrderBy(r => r["user_id"], StringComparer.Ordinal).ToList();
        for (var i = 0; i < users.Count; i++) log.Rows[i] = users[i];
        log.WriteCsv();
        log.Validate(yaml).Findings.ShouldNotContain(f => f.Check == "history");

        // A row of the last day comes first, and its user's row of the first day later.
        var (first, last) = (log.Rows.MinBy(r => r["date"])!, log.Rows.MaxBy(r => r["date"])!);
        first["user_id"] = last["user_id"] = "u-back";
        log.Rows.Remove(last);
        log.Rows.Insert(0, last);
        log.WriteCsv();
        var finding = log.Validate(yaml).Findings.Single(f => f.Check == "history");
        finding.Verdict.ShouldBe(Verdict.Warn);
        finding.Subject.ShouldBe("recent");
        finding.Text.ShouldContain("the history has no 'time'");
        finding.Count.ShouldBe(1);
        finding.Examples.Length.ShouldBe(1);
    }

    [Fact]
    public void Validate_RowsThatGoBackInTime_FailWithPlacesAndTheRestIsRead()
    {
        using var log = GeneratedLog.Clean();
        log.Set("at", (_, i) => $"{(i == 1200 ? -1 : i)}");
        log.Rows[1200]["user_id"] = log.Rows[1190]["user_id"];
        var report = log.Validate(GeneratedLog.Yaml("", ("  - item_id", $"  - item_id\n  - {Recent.Replace("when:", "time: at, when:", StringComparison.Ordinal)}")));
        var finding = report.Findings.Single(f => f.Check == "history");
        finding.Verdict.ShouldBe(Verdict.Fail);
        finding.Subject.ShouldBe("recent");
        finding.Count.ShouldBe(1);
        finding.Examples.Single().ShouldContain("line 1202 (row 1201), column 'at': '-1' lies before");
        report.Rows.ShouldBe(1500);
    }
}
