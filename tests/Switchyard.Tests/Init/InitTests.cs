using System.Globalization;
using System.IO.Compression;
using Switchyard.Data;

namespace Switchyard.Tests;

/// <summary>What init proposes for logs whose truth is known; every file it writes is read back by train's own reader.</summary>
public sealed class InitTests
{
    [Fact]
    public void Init_CleanLog_ProposesItsTruth()
    {
        using var log = GeneratedLog.Clean();
        var run = Init(log, [log.WriteCsv()]);
        run.Data.Fields.Select(f => (f.Name, f.Type)).ShouldBe(
        [
            ("user_id", FieldType.Categorical), ("channel", FieldType.Categorical), ("item_id", FieldType.Categorical),
            ("price", FieldType.Numeric), ("tags", FieldType.MultiValue),
        ]);
        run.Data.Fields.Single(f => f.Name == "tags").Separator.ShouldBe('|');
        run.Data.Scenario.ShouldBe(["channel"]);
        run.Data.Tasks.Select(t => (t.Name, t.Label.Text, t.Given)).ShouldBe([("click", "click", null), ("buy", "buy", "click")]);
        run.Data.Group.ShouldBe("user_id");
        run.Data.Split.Train.Select(c => c.Text).ShouldBe(["date < 2024-03-09"]);
        run.Data.Split.Test.Select(c => c.Text).ShouldBe(["date >= 2024-03-10"]);
    }

    [Fact]
    public void Init_CleanLog_TrainsAndValidatesAsItIs()
    {
        using var log = GeneratedLog.Clean();
        Init(log, [log.WriteCsv()]);
        var run = RunConfiguration.Load(log.Configuration, ["training.epochs=1", "training.threads=1", "evaluation.min_positives=1"]);
        Run.Train(run, null, SilentReporter.Instance);
        Directory.Exists(run.BundleDirectory).ShouldBeTrue();
        Run.Validate(run, null, SilentReporter.Instance).Worst.ShouldNotBe(Verdict.Fail);
    }

    [Fact]
    public void Init_PlantedColumns_AreLeftOutWithTheirReason()
    {
        using var log = GeneratedLog.Clean();
        log.Set("row_id", (_, i) => $"r{i * 7919 % 1500}").Set("same", (_, _) => "x").Set("nothing", (_, _) => "").Set("sequence", (_, i) => $"{i}")
            .Set("spend", (row, i) => row["buy"] == "1" ? $"{5 + (i % 3)}" : "0");
        var run = Init(log, [log.WriteCsv()]);
        run.Data.Fields.Select(f => f.Name).ShouldBe(["user_id", "channel", "item_id", "price", "tags"]);
        var yaml = File.ReadAllText(log.Configuration);
        yaml.ShouldContain("# left out: row_id – an id");
        yaml.ShouldContain("# left out: same – it is always the same");
        yaml.ShouldContain("# left out: nothing – it is always missing");
        yaml.ShouldContain("# left out: sequence – an id");
        yaml.ShouldContain("unsure: 'spend' was left out as a leak");
    }

    [Fact]
    public void Init_LabelThatIsTheSameForAUser_DoesNotMakeTheUserALeak()
    {
        using var log = GeneratedLog.Clean();
        log.Set("click", (row, _) => int.Parse(row["user_id"][1..], CultureInfo.InvariantCulture) % 3 == 0 ? "1" : "0").Set("buy", (_, i) => i % 7 == 0 ? "1" : "0");
        log.Rows.AddRange(log.Rows.Take(1400).Select(r => new Dictionary<string, string>(r, StringComparer.Ordinal)).ToList());
        Init(log, [log.WriteCsv()]).Data.Fields.ShouldContain(f => f.Name == "user_id");
    }

    [Fact]
    public void Init_SmallVocabularies_KeepAllAndLargeOnesWantTwo()
    {
        using var log = GeneratedLog.Clean();
        log.Set("word", (_, i) => i % 2 == 0 ? $"w{i}" : $"v{i % 8}").Set("zip_code", (_, i) => $"0{i % 60:0000}");
        var run = Init(log, [log.WriteCsv()]);
        run.Data.Fields.Single(f => f.Name == "word").MinCount.ShouldBe(2);
        run.Data.Fields.Single(f => f.Name == "item_id").MinCount.ShouldBe(1);
        run.Data.Fields.Single(f => f.Name == "zip_code").Type.ShouldBe(FieldType.Categorical);
    }

    [Fact]
    public void Init_FunnelThatNearlyHolds_IsSuggestedOnly()
    {
        using var log = GeneratedLog.Clean();
        var broken = log.Rows.FindIndex(r => r["click"] == "0");
        log.Rows[broken]["buy"] = "1";
        log.Rows.AddRange(log.Rows.Where((_, i) => i != broken).Take(1200).Select(r => new Dictionary<string, string>(r, StringComparer.Ordinal)).ToList());
        var run = Init(log, [log.WriteCsv()]);
        run.Data.Tasks.ShouldAllBe(t => t.Given == null);
        File.ReadAllText(log.Configuration).ShouldContain("# 'buy' is 1 without 'click' in 1 rows only");
    }

    [Fact]
    public void Init_SearchesOfUsers_GroupsBySearchAndSplitsByUser()
    {
        using var log = GeneratedLog.Clean();
        foreach (var row in log.Rows) row.Remove("date");
        log.Set("search_id", (_, i) => $"s{i / 5}");
        var run = Init(log, [log.WriteCsv()]);
        run.Data.Group.ShouldBe("search_id");
        run.Data.Fields.ShouldNotContain(f => f.Name == "search_id");
        run.Data.Split.Validation.Single().Text.ShouldBe("hash(user_id) mod 10 == 8");
    }

    [Fact]
    public void Init_NeitherDateNorUser_SplitsByRowAndKeepsIdenticalRowsTogether()
    {
        using var log = GeneratedLog.Clean();
        foreach (var row in log.Rows.Where(r => r.Remove("date"))) row.Remove("user_id");
        var run = Init(log, [log.WriteCsv()]);
        run.Data.Split.Test.Single().Text.ShouldBe("row mod 10 == 9");
        run.Data.Split.KeepIdenticalRowsTogether.ShouldBeTrue();
    }

    [Theory]
    [InlineData("unix", "1709942400", "1710028800")]
    [InlineData("milliseconds", "1709942400000", "1710028800000")]
    [InlineData("compact", "20240309", "20240310")]
    [InlineData("moment", "2024-03-09", "2024-03-10")]
    public void Init_OtherTimes_SplitByDay(string format, string validation, string test)
    {
        using var log = GeneratedLog.Clean();
        log.Set("date", (row, i) =>
        {
            var day = DateTime.ParseExact(row["date"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal).AddSeconds(i % 150 * 500);
            var seconds = new DateTimeOffset(day, TimeSpan.Zero).ToUnixTimeSeconds();
            return format switch { "unix" => $"{seconds}", "milliseconds" => $"{seconds}123", "compact" => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture), _ => day.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) };
        });
        var run = Init(log, [log.WriteCsv()]);
        run.Data.Split.Validation.Select(c => c.Text).ShouldBe([$"date >= {validation}", $"date < {test}"]);
        var report = Run.Validate(run, null, SilentReporter.Instance);
        report.Labels.Where(l => l is { Task: "click", Scenario: null }).Select(l => l.Observed).ShouldBe([1200, 150, 150]);
    }

    [Fact]
    public void Init_TabsGzipAndSeveralFiles_AreRead()
    {
        using var log = GeneratedLog.Clean();
        foreach (var half in (int[])[0, 1])
        {
            using var part = new GeneratedLog();
            part.Rows.AddRange(log.Rows.Skip(half * 750).Take(750));
            using var stream = new GZipStream(File.Create(Path.Combine(log.Folder, $"part-{half}.tsv.gz")), CompressionLevel.Fastest);
            stream.Write(File.ReadAllBytes(part.WriteCsv(separator: '\t')));
        }

        var run = Init(log, [Path.Combine(log.Folder, "part-*.tsv.gz")]);
        run.Data.Sources.Single().Path.ShouldBe("part-*.tsv.gz");
        Run.Validate(run, null, SilentReporter.Instance).Rows.ShouldBe(1500);
    }

    [Fact]
    public void Init_Semicolons_AreFound()
    {
        using var log = GeneratedLog.Clean();
        var run = Init(log, [log.WriteCsv(separator: ';')]);
        run.Data.Sources.Single().Separator.ShouldBe(';');
        run.Data.Fields.Length.ShouldBe(5);
    }

    [Fact]
    public void Init_SampleOfAPlainFile_SeesItsLastDay()
    {
        using var log = GeneratedLog.Clean();
        for (var i = 0; i < 4; i++) log.Rows.InsertRange(0, log.Rows.Where(r => r["date"] == "2024-03-01").Take(3000).ToList());
        var run = Init(log, [log.WriteCsv()], sampleRows: 50);
        run.Data.Split.Test.Single().Text.ShouldBe("date >= 2024-03-10");
        File.ReadAllText(log.Configuration).ShouldContain("only a part of the log was read");
    }

    [Fact]
    public void Init_FileThatIsThere_IsKeptWithoutForce()
    {
        using var log = GeneratedLog.Clean();
        var csv = log.WriteCsv();
        File.WriteAllText(log.Configuration, "mine");
        Should.Throw<InputException>(() => Init(log, [csv])).Message.ShouldContain("--force");
        File.ReadAllText(log.Configuration).ShouldBe("mine");
        Init(log, [csv], force: true).Data.Fields.Length.ShouldBe(5);
    }

    [Theory]
    [InlineData("a,b\n", "no row")]
    [InlineData("", "empty")]
    [InlineData("click\n1\n0\n", "besides the label")]
    [InlineData("a,b\n1\n", "1 value")]
    public void Init_UnusableLog_IsOneLineAndWritesNothing(string text, string says)
    {
        using var log = new GeneratedLog();
        var csv = Path.Combine(log.Folder, "log.csv");
        File.WriteAllText(csv, text);
        var message = Should.Throw<InputException>(() => Init(log, [csv])).Message;
        message.ShouldContain(says);
        message.ShouldNotContain("\n");
        File.Exists(log.Configuration).ShouldBeFalse();
    }

    internal static RunConfiguration Init(GeneratedLog log, string[] sources, int sampleRows = 200_000, bool force = false)
    {
        Run.Init(new InitOptions { Sources = [.. sources], Output = log.Configuration, SampleRows = sampleRows, Force = force }, SilentReporter.Instance);
        return RunConfiguration.Load(log.Configuration);
    }
}
