using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Tests;

public sealed class ImportanceTests
{
    /// <summary>Five worlds, each with its own rows and model: what was planted is found, and nothing else.</summary>
    [Fact]
    public void Importance_PlantedFields_AreTold()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            using var log = PlantedLog.Create(seed);
            var configuration = RunConfiguration.Load(log.Configuration);
            Run.Train(configuration, null, SilentReporter.Instance);

            var report = Run.Importance(configuration.BundleDirectory, null, new ImportanceOptions { Seed = (ulong)seed }, null, null, SilentReporter.Instance);

            report.Fields[0].Unit.Name.ShouldBe("everywhere", report.ToText());
            report.OneScenario.Select(o => (o.Unit.Name, o.Scenario, o.Task)).ShouldBe([("only_mail + mail_again", "mail", "click")], report.ToText());
            foreach (var scenario in new[] { "feed", "search", "mail" })
            {
                IsSignificant(report, "everywhere", scenario).ShouldBe(true);
                IsSignificant(report, "noise", scenario).ShouldBe(false);
            }

            IsSignificant(report, "everywhere", "all").ShouldBeNull();
            report.ToText().ShouldContain("all 2 others compared");

            // The same in all rows of a scenario, so within one nothing moves.
            report.Fields.Single(f => f.Unit.Name == "entry").IsWithoutEffect.ShouldBeTrue();
            report.Fixed.ShouldBe([("slot", "1")]);
            report.Fields.Select(f => f.Unit.Name).ShouldBe(["everywhere", "only_mail + mail_again", "noise", "entry", "channel"], ignoreOrder: true);
        }
    }

    [Fact]
    public void Importance_ThreadsAndBatches_ChangeNoBit()
    {
        using var log = PlantedLog.Create(3);
        var configuration = RunConfiguration.Load(log.Configuration, ["training.epochs=1"]);
        Run.Train(configuration, null, SilentReporter.Instance);

        string Json(int threads) => Run.Importance(
            configuration.BundleDirectory, configuration with { Training = configuration.Training with { Threads = threads } }, new ImportanceOptions { Repeats = 2 }, null, null, SilentReporter.Instance).ToJson();

        Json(1).ShouldBe(Json(3));
    }

    [Fact]
    public void Importance_AcrossScenarios_SeesAFieldThatIsTheScenario()
    {
        using var log = PlantedLog.Create(2);
        var configuration = RunConfiguration.Load(log.Configuration);
        Run.Train(configuration, null, SilentReporter.Instance);

        var report = Run.Importance(configuration.BundleDirectory, null, new ImportanceOptions { AcrossScenarios = true, Repeats = 2 }, null, null, SilentReporter.Instance);

        report.Fields.Single(f => f.Unit.Name == "entry").IsWithoutEffect.ShouldBeFalse();
        report.ToText().ShouldContain("across all rows");
    }

    [Fact]
    public void Importance_Files_HoldEveryCell()
    {
        using var log = PlantedLog.Create(4);
        var configuration = RunConfiguration.Load(log.Configuration, ["training.epochs=1"]);
        Run.Train(configuration, null, SilentReporter.Instance);
        var (json, csv) = (Path.Combine(log.Folder, "i.json"), Path.Combine(log.Folder, "i.csv"));

        var report = Run.Importance(
            configuration.BundleDirectory, null, new ImportanceOptions { Part = Part.Validation, Rows = 700, Repeats = 1 }, json, csv, SilentReporter.Instance);

        report.Rows.ShouldBe(700);
        report.RowsInPart.ShouldBeInRange(1000, 1400);
        using var document = JsonDocument.Parse(File.ReadAllText(json));
        document.RootElement.GetProperty("part").GetString().ShouldBe("validation");
        document.RootElement.GetProperty("fields").EnumerateArray().Sum(f => f.GetProperty("cells").GetArrayLength()).ShouldBe(5 * 4);
        var lines = File.ReadAllLines(csv);
        lines.Length.ShouldBe(1 + (5 * 4));
        lines.ShouldAllBe(l => l.Split(',').Length == 15);
        lines.Where(l => l.Contains(",total,", StringComparison.Ordinal)).ShouldAllBe(l => l.Split(',')[11].Length == 0 && l.Split(',')[10].Length > 0);
        lines.Where(l => l.Contains(",leaf,", StringComparison.Ordinal)).ShouldAllBe(l => l.Split(',')[11] == "0" || l.Split(',')[11] == "1");
        document.RootElement.GetProperty("fields")[0].GetProperty("cells")[3].GetProperty("significant").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    /// <summary>Rows of a scenario that are all of one group: its drops are unknown, not certain.</summary>
    [Fact]
    public void Importance_OneGroupPerScenario_StarsNothing()
    {
        using var log = PlantedLog.Create(1);
        var configuration = RunConfiguration.Load(log.Configuration, ["training.epochs=1", "group=channel"]);
        Run.Train(configuration, null, SilentReporter.Instance);

        var report = Run.Importance(configuration.BundleDirectory, null, new ImportanceOptions { Repeats = 1 }, null, null, SilentReporter.Instance);

        report.Significant.ShouldBeEmpty();
        report.Fields.ShouldAllBe(f => f.Loss.MeanAuc == null);
        report.Fields.ShouldAllBe(f => f.Loss.Cells.All(c => (c.Level == "total") == (c.Auc != null)));
        report.Fields.Where(f => f.IsWithoutEffect).Select(f => f.Unit.Name).ShouldBe(["entry"]);
        report.Fields[0].Unit.Name.ShouldBe("everywhere");
    }

    [Fact]
    public void Importance_TooFewRows_SaysWhatIsMissing()
    {
        using var log = PlantedLog.Create(1);
        var configuration = RunConfiguration.Load(log.Configuration, ["training.epochs=1"]);
        Run.Train(configuration, null, SilentReporter.Instance);

        var message = Should.Throw<InputException>(() => Run.Importance(configuration.BundleDirectory, null, new ImportanceOptions { Rows = 12 })).Message;

        foreach (var text in new[] { "12 test rows", "10 positives and 10 negatives", "click ", "--rows", "evaluation.min_positives" }) message.ShouldContain(text);
    }

    /// <summary>Node names may hold the character that joins them: two scenarios have one name, in importance and in the report of an update.</summary>
    [Fact]
    public void Importance_ScenariosOfOneName_AreTwo()
    {
        using var log = PlantedLog.Create(1);
        File.WriteAllText(
            log.Configuration,
            File.ReadAllText(log.Configuration)
                .Replace("sources: log.csv", "sources: names.csv", StringComparison.Ordinal)
                .Replace("scenario: channel", "scenario: [x, y]", StringComparison.Ordinal));
        File.WriteAllLines(
            Path.Combine(log.Folder, "names.csv"),
            File.ReadLines(Path.Combine(log.Folder, "log.csv")).Select((line, i) => i == 0 ? $"x,y,{line}" : i % 2 == 0 ? $"a/b,c,{line}" : i % 3 == 0 ? $"a,c,{line}" : $"a,b/c,{line}"));
        var configuration = RunConfiguration.Load(log.Configuration, ["training.epochs=1"]);
        Run.Train(configuration, null, SilentReporter.Instance);

        var report = Run.Importance(configuration.BundleDirectory, null, new ImportanceOptions { Repeats = 1 });
        var update = Run.Train(RunConfiguration.Load(log.Configuration, ["training.epochs=1", "name=next"]), initFrom: configuration.BundleDirectory);

        report.Fields[0].Loss.Cells.Where(c => c.Scenario == "a/b/c").Select(c => c.Rows).Distinct().Count().ShouldBe(2);
        report.ToText().ShouldContain("a/b/c");
        report.ToText().ShouldContain("x (scenario) is permuted together with the levels below it: y.");
        update.Update!.NewRows!.Cells.Count(c => c.Scenario == "a/b/c").ShouldBe(2);
    }

    static bool? IsSignificant(ImportanceReport report, string field, string scenario)
    {
        var found = report.Fields.Single(f => f.Unit.Name == field);
        return report.IsSignificant(found, found.Loss.Cells.Single(c => c.Scenario == scenario));
    }
}
