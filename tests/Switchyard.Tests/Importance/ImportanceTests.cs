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
                report.Significant.ShouldContain(("everywhere", scenario, "click"));
                report.Significant.ShouldNotContain(("noise", scenario, "click"));
            }

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
    }
}
