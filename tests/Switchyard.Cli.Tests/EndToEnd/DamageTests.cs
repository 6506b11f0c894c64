namespace Switchyard.Cli.Tests;

/// <summary>Files of ours that something else has changed, and runs beside each other.</summary>
public sealed class DamageTests
{
    [Fact]
    public void Predict_DamagedWeights_IsRefused()
    {
        using var run = new CliRun();
        run.Train().ShouldSucceed();
        var file = run.Place("runs/demo/model/weights.safetensors");
        var bytes = File.ReadAllBytes(file);
        bytes[^100] ^= 1;
        File.WriteAllBytes(file, bytes);

        run.Predict("rows.csv", "scores.csv").ShouldRefuse("weights.safetensors", "damaged", "copy the bundle again");

        File.Exists(run.Place("scores.csv")).ShouldBeFalse();
    }

    [Fact]
    public void Predict_CutManifest_IsRefused()
    {
        using var run = new CliRun();
        run.Train().ShouldSucceed();
        var file = run.Place("runs/demo/model/manifest.json");
        File.WriteAllText(file, File.ReadAllText(file)[..400]);

        run.Predict("rows.csv", "scores.csv").ShouldRefuse("manifest.json", "no valid JSON");
    }

    [Fact]
    public void Train_DamagedColumnFile_SaysWhatToDelete()
    {
        using var run = new CliRun();
        run.Import().ShouldSucceed();
        var file = Directory.GetFiles(run.Place("runs/.columns")).Single();
        var bytes = File.ReadAllBytes(file);
        bytes[200] ^= 255;
        File.WriteAllBytes(file, bytes);

        run.Train().ShouldRefuse(file, "is damaged", "delete the file and run once more");

        File.Delete(file);
        run.Train().ShouldSucceed();
    }

    [Fact]
    public void Train_ColumnFileCutShort_IsImportedAgain()
    {
        using var run = new CliRun();
        run.Import().ShouldSucceed();
        var file = Directory.GetFiles(run.Place("runs/.columns")).Single();
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..300]);

        run.Train().ShouldSucceed();
    }

    [Fact]
    public void Train_SourceChanged_IsImportedAgain()
    {
        using var run = new CliRun();
        run.Import().ShouldSucceed();
        File.AppendAllText(run.Place("rows.csv"), string.Join('\n', CliRun.Lines(10)) + "\n");

        run.Import().ShouldSucceed().Output.ShouldContain("610 rows read");
    }

    [Fact]
    public async Task Import_AnotherImportIsRunning_WaitsForIt()
    {
        using var run = new CliRun();
        run.Import().ShouldSucceed();
        var file = Directory.GetFiles(run.Place("runs/.columns")).Single();
        File.Delete(file);
        Task<CliResult> second;
        using (new FileStream(file + ".tmp", FileMode.Create, FileAccess.Write, FileShare.None))
        {
            second = Task.Run(() => run.Import());
            await Task.WhenAny(second, Task.Delay(400));
            second.IsCompleted.ShouldBeFalse();
        }

        (await second).ShouldSucceed().Output.ShouldContain("600 rows read");
    }

    [Fact]
    public void Train_ReadOnlyOutput_IsRefusedBeforeTraining()
    {
        // The super-user may write anywhere, so a folder of the kernel stands in for a read-only one.
        if (!Directory.Exists("/proc/self")) return;
        using var run = new CliRun();

        run.Train("output=/proc/self/run").ShouldRefuse("cannot be saved", "choose another 'output'");
    }
}
