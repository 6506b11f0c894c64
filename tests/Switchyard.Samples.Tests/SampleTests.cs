namespace Switchyard.Samples.Tests;

/// <summary>The configurations themselves, and those whose data may lie beside the checkout.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Configurations() =>
        [.. Directory.EnumerateFiles(SampleFolder.Samples, "*.yaml", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(SampleFolder.Samples, f).Split(Path.DirectorySeparatorChar).Any(p => p is "runs" or "data"))
            .Where(f => !File.ReadLines(f).Any(l => l.StartsWith("base:", StringComparison.Ordinal)))
            .Select(f => Path.GetRelativePath(SampleFolder.Samples, f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Configuration_EverySample_IsAccepted(string sample)
    {
        using var data = new SampleFolder();
        var run = data.Load(sample);
        run.Data.Tasks.ShouldNotBeEmpty();
        File.Exists(Path.Combine(SampleFolder.Samples, Path.GetDirectoryName(sample)!, "README.md")).ShouldBeTrue("a sample says where its data comes from");
    }

    [Fact]
    public void Configuration_EverySearch_IsAccepted()
    {
        var files = Directory.EnumerateFiles(SampleFolder.Samples, "tune*.yaml", SearchOption.AllDirectories).ToArray();
        files.ShouldNotBeEmpty();
        foreach (var file in files) TuneConfiguration.Load(file).Options.Ranges.Keys.ShouldNotBeEmpty(file);
    }

    [Fact]
    public void Readme_OfTheSamples_NamesEveryFolder()
    {
        var text = File.ReadAllText(Path.Combine(SampleFolder.Samples, "README.md"));
        foreach (var folder in Directory.EnumerateDirectories(SampleFolder.Samples).Select(f => Path.GetFileName(f)!).Where(f => f != "data"))
            text.ShouldContain($"]({folder}/README.md)");
    }

    [DataFact("hillstrom/hillstrom.csv.gz")]
    public void Hillstrom_PublishedData_TrainsInEverySegment()
    {
        using var data = new SampleFolder();
        var report = Run.Train(data.Load("hillstrom/switchyard.yaml", $"sources={Path.Combine(SharedData.Folder, "hillstrom/hillstrom.csv.gz")}")).Report;
        report.Cells.Count(c => c.Level == "leaf" && c.Task == "visit").ShouldBe(9);
        report.Auc("visit").ShouldNotBeNull().ShouldBeGreaterThan(0.55);
    }

    [DataFact("rent_the_runway/renttherunway.csv.gz")]
    public void RentTheRunway_PublishedData_HasTheRowsAndIdsOfTheProtocol()
    {
        using var data = new SampleFolder();
        var trained = Run.Train(data.Load("rent-the-runway/r.yaml", $"sources={Path.Combine(SharedData.Folder, "rent_the_runway/renttherunway.csv.gz")}"));
        trained.Report.Total("is_fit").Rows.ShouldBe(38_510);
        // The reference counts 24,189 rows over its columns (../shared/data/reference.md).
        trained.Ranker.Schema.Tables.Sum(t => t.Rows).ShouldBe(24_189);
    }
}
