using System.Text.Json;
using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class DryRunTests
{
    const double Seconds = 0.05;

    static readonly Machine Large = new(1L << 40, _ => 1L << 40);

    /// <summary>Tables 80·4 + 17·3 + 11·3 + 9·2; experts 3·(19·5 + 5 + 5·4 + 4); gates 3·19·3; towers 3·(4·6 + 6 + 6 + 1).</summary>
    [Fact]
    public void Parts_Mmoe_AreThoseCountedByHand()
    {
        var options = new MmoeOptions { Experts = 3, Expert = new ExpertOptions { Widths = [5, 4] }, TowerWidths = [6] };

        Parts(TinyData.Schema([2, 3], [-1, 0, -1]), options).ShouldBe([("embedding tables", 422), ("experts", 372), ("gates", 171), ("towers", 111)]);
    }

    /// <summary>
    /// Experts 4·124 + 4·49 + 4·49; gates (19 + 2)·8 + (4 + 4)·12 + (4 + 6)·12; embeddings of 2 + 3 nodes and 3 tasks, two wide.
    /// </summary>
    [Fact]
    public void Parts_Aesm2_AreThoseCountedByHand()
    {
        var options = new Aesm2Options { Experts = 4, Expert = new ExpertOptions { Widths = [5, 4] }, IndicatorWidth = 2, TowerWidths = [6] };

        Parts(TinyData.Schema([2, 3], [-1, 0, -1]), options).ShouldBe(
            [("experts", 888), ("embedding tables", 422), ("gates", 384), ("towers", 111), ("scenario embeddings", 10), ("task embeddings", 6)]);
    }

    /// <summary>Tables, network 124 and towers 3·37 of every one of 3 nodes.</summary>
    [Fact]
    public void Parts_Single_AreThoseOfEveryScenario()
    {
        var options = new SingleOptions { Level = 2, Network = new ExpertOptions { Widths = [5, 4] }, TowerWidths = [6] };

        Parts(TinyData.Schema([2, 3], [-1, 0, -1]), options).ShouldBe([("embedding tables", 3 * 422), ("layers", 3 * 124), ("towers", 3 * 111)]);
    }

    /// <summary>Gates 19·9, label gates 3·3·(19·3); towers of 3 tasks and 3 nodes.</summary>
    [Fact]
    public void Parts_Hmoe_CountsLabelGatesAsGates()
    {
        var options = new HmoeOptions { Level = 2, Experts = 3, Expert = new ExpertOptions { Widths = [5, 4] }, TowerWidths = [6] };

        Parts(TinyData.Schema([2, 3], [-1, 0, -1]), options).ShouldBe([("gates", 171 + 513), ("embedding tables", 422), ("experts", 372), ("towers", 333)]);
    }

    [Fact]
    public void DryRun_Log_SaysWhatTrainingWillTakeAndLeavesNothing()
    {
        using var log = GeneratedLog.Clean();
        var configuration = Configure(log, "training: {epochs: 3, batch_size: 256}\nevaluation: {min_positives: 1}");
        var json = Path.Combine(log.Folder, "dry.json");

        var report = Switchyard.Run.DryRun(configuration, json, SilentReporter.Instance, Large, Seconds);

        Directory.Exists(configuration.OutputDirectory).ShouldBeFalse();
        report.Warnings.ShouldBeEmpty();
        report.Rows.ShouldBe([1050, 150, 300]);
        report.StepsPerEpoch.ShouldBe(5);
        report.Time!.Validations.ShouldBe(3);
        report.Time.Training.Expected.ShouldBe((3 * report.Time.Epoch.Expected) + (3 * report.Time.Validation), 1e-9);
        report.Time.Epoch.Low.ShouldBeLessThanOrEqualTo(report.Time.Epoch.Expected);
        report.Time.Epoch.High.ShouldBeGreaterThanOrEqualTo(report.Time.Epoch.Expected);
        report.Forward!.Active.ShouldBeLessThan(report.Forward.Stored);
        report.Training!.Stored.ShouldBe(3 * report.Forward.Stored, 1e-6);
        using var written = JsonDocument.Parse(File.ReadAllText(json));
        written.RootElement.GetProperty("parameters").GetInt64().ShouldBe(report.Parameters);
        written.RootElement.GetProperty("forward").GetProperty("active").GetDouble().ShouldBe(report.Forward.Active);
        written.RootElement.GetProperty("memory_bytes").GetInt64().ShouldBe(report.MemoryBytes);

        var trained = Switchyard.Run.Train(configuration, null, SilentReporter.Instance);
        report.Parameters.ShouldBe(trained.Ranker.Parameters.TrainedValues);
        var bundle = Directory.EnumerateFiles(configuration.BundleDirectory).Sum(f => new FileInfo(f).Length);
        report.Disk[1].Bytes.ShouldBeInRange(bundle * 7 / 10, bundle * 13 / 10);
    }

    [Fact]
    public void DryRun_TwoTrials_CountTheSameWork()
    {
        using var log = GeneratedLog.Clean();
        var configuration = Configure(log, "training: {batch_size: 100}");

        var first = Switchyard.Run.DryRun(configuration, null, SilentReporter.Instance, Large, Seconds);
        var second = Switchyard.Run.DryRun(configuration, null, SilentReporter.Instance, Large, 2 * Seconds);

        (second.Forward, second.Training).ShouldBe((first.Forward, first.Training));
    }

    [Fact]
    public void DryRun_CheckpointSize_IsAtLeastThatOfARealOne()
    {
        using var log = GeneratedLog.Clean();
        var configuration = Configure(log, "training: {epochs: 2, batch_size: 128, keep_checkpoints: 1, keep_checkpoints_at_end: true}");
        var report = Switchyard.Run.DryRun(configuration, null, SilentReporter.Instance, Large, Seconds);

        Switchyard.Run.Train(configuration, null, SilentReporter.Instance);

        var state = Directory.EnumerateFiles(configuration.OutputDirectory, "state.safetensors", SearchOption.AllDirectories).Single();
        report.Disk[2].Bytes.ShouldBeInRange(2 * new FileInfo(state).Length * 95 / 100, 2 * new FileInfo(state).Length * 3 / 2);
    }

    [Fact]
    public void DryRun_TooLittleMemory_WarnsAndTriesNothing()
    {
        using var log = GeneratedLog.Clean();

        var report = Switchyard.Run.DryRun(Configure(log, ""), null, SilentReporter.Instance, Large with { AvailableMemory = 100_000 }, Seconds);

        report.Warnings.Single().ShouldContain("97.7 KiB are available");
        report.Warnings.Single().ShouldContain("the largest table is");
        (report.Time, report.Forward, report.Training).ShouldBe((null, null, null));
        report.ToText().ShouldContain("WARN about");
    }

    [Fact]
    public void DryRun_TooLittleDisk_Warns()
    {
        using var log = GeneratedLog.Clean();

        var report = Switchyard.Run.DryRun(Configure(log, ""), null, SilentReporter.Instance, Large with { FreeDisk = _ => 1000 }, Seconds);

        report.Warnings.Single().ShouldContain("training.keep_checkpoints");
    }

    /// <summary>Nine steps, the last one slow: the slowest fifth is the last two steps, not the last alone.</summary>
    [Theory]
    [InlineData(9, 1, 5.5)]
    [InlineData(10, 1, 5.5)]
    [InlineData(3, 1, 10)]
    public void Steps_Times_AreOfFiveStretchesAtMost(int steps, double low, double high)
    {
        double[] seconds = [.. Enumerable.Repeat(1.0, steps - 1), 10];

        var step = TimeRange.Of(seconds);

        (step.Expected, step.Low, step.High).ShouldBe((seconds.Average(), low, high));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.00 KiB")]
    [InlineData(12_897_485, "12.3 MiB")]
    [InlineData(1L << 40, "1.00 TiB")]
    public void Bytes_Sizes_HaveAboutThreeDigits(long bytes, string text) => ByteText.Of(bytes).ShouldBe(text);

    [Theory]
    [InlineData(0.123, "0.12 s")]
    [InlineData(59, "59 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(7325, "2 h 02 min")]
    public void Seconds_Times_AreReadable(double seconds, string text) => ByteText.OfSeconds(seconds).ShouldBe(text);

    static IEnumerable<(string, long)> Parts(Schema schema, ModelOptions options)
    {
        var parameters = Ranker.Declare(schema, options).Parameters;
        var parts = ModelParts.Of(parameters);
        parts.Sum(p => p.Parameters).ShouldBe(new Ranker(schema, options, 1).Parameters.TrainedValues);
        return parts.Select(p => (p.Part, p.Parameters));
    }

    static RunConfiguration Configure(GeneratedLog log, string more)
    {
        log.WriteCsv();
        File.WriteAllText(log.Configuration, GeneratedLog.Yaml(more));
        return RunConfiguration.Load(log.Configuration);
    }
}
