namespace Switchyard.Robustness.Tests;

/// <summary>A disk that is full or read-only: one line that names the file, what was there stays as it was, nothing half written.</summary>
public sealed class DiskTests
{
    const int Plenty = 8192;

    [DiskFact]
    public void Import_DiskFull_SaysSoAndLeavesNothing()
    {
        using var disk = new SmallDisk(256);
        var run = Sources(disk, 4000);
        disk.FillUpTo(free: 100_000);

        Refused(Command.Run("import", run), "No space left", ".columns", "make room");

        disk.Contents().Keys.ShouldBe(["rows.csv", "run.yaml"], ignoreOrder: true);
        disk.Empty();
    }

    [DiskFact]
    public void Import_RowsOutgrowTheDisk_LeavesTheOldColumnFile()
    {
        using var disk = new SmallDisk(1024);
        var run = Sources(disk, 200);
        Command.Run("import", run).Refusal().ShouldBeEmpty();
        File.WriteAllText(disk.Place("rows.csv"), Samples.Rows(4000));
        disk.FillUpTo(free: 100_000);
        var before = disk.Contents();

        Refused(Command.Run("import", run), "No space left", ".columns", "make room");

        disk.Contents().ShouldBe(before);

        disk.Empty();
        Command.Run("import", run).Refusal().ShouldBeEmpty();
    }

    [DiskFact]
    public void Train_NoRoomForTheBundle_KeepsTheOldOneAndTheCheckpoint()
    {
        using var disk = new SmallDisk(Plenty);
        var run = Sources(disk, 300);
        Command.Run("train", run).Refusal().ShouldBeEmpty();
        var before = disk.Contents();
        disk.FillUpTo(free: 40_000);

        // The checkpoint does not fit either: that is a warning, training goes on, and only the bundle ends it.
        var second = Command.Run("train", run, "--set", "training.seed=2");

        Refused(second, "No space left", "model", "make room");
        second.Error.ShouldContain("warning: the checkpoint of step");

        // The log is that of the second training, which came to its end.
        WithoutLog(disk.Contents()).ShouldBe(WithoutLog(before));

        disk.Empty();
        Command.Run("train", run, "--set", "training.seed=2").Refusal().ShouldBeEmpty();
        disk.Contents().Keys.ShouldBe(before.Keys, ignoreOrder: true);
    }

    [DiskFact]
    public void Train_DiskFullBeforeItBegins_IsRefused()
    {
        using var disk = new SmallDisk(Plenty);
        var run = Sources(disk, 300);
        Command.Run("import", run).Refusal().ShouldBeEmpty();
        disk.FillUpTo(free: 0);
        var before = disk.Contents();

        Refused(Command.Run("train", run), "No space left");

        disk.Contents().ShouldBe(before);
    }

    [DiskFact]
    public void Outputs_DiskFull_AreRefusedAndTheOldOnesStay()
    {
        using var disk = new SmallDisk(Plenty);
        var run = Sources(disk, 2000);
        Command.Run("train", run).Refusal().ShouldBeEmpty();
        foreach (var name in new[] { "scores.csv", "metrics.json", "report.json", "new.yaml" }) File.WriteAllText(disk.Place(name), "old");
        disk.FillUpTo(free: 0);
        var before = disk.Contents();

        Refused(Predict(disk), "No space left", "scores.csv", "make room");
        Refused(Command.Run("evaluate", disk.Place("runs/demo/model"), "--json", disk.Place("metrics.json")), "No space left", "make room");
        Refused(Command.Run("validate", run, "--json", disk.Place("report.json")), "No space left", "report.json", "make room");
        Refused(Command.Run("init", disk.Place("rows.csv"), "--output", disk.Place("new.yaml"), "--force"), "No space left", "new.yaml", "make room");

        disk.Contents().ShouldBe(before);
    }

    [DiskFact]
    public void Commands_ReadOnlyDisk_AreRefusedAndNothingChanges()
    {
        using var disk = new SmallDisk(Plenty);
        var run = Sources(disk, 300);
        Command.Run("train", run).Refusal().ShouldBeEmpty();
        var before = disk.Contents();
        disk.MakeReadOnly();

        Refused(Command.Run("import", run, "--set", "fields=[city]"), "Read-only file system");
        Refused(Command.Run("train", run), "Read-only file system", "runs");
        Refused(Predict(disk), "Read-only file system", "scores.csv");
        Refused(Command.Run("init", disk.Place("rows.csv"), "--output", disk.Place("new.yaml")), "Read-only file system", "new.yaml");
        Refused(Command.Run("validate", run, "--json", disk.Place("report.json")), "Read-only file system", "report.json");

        disk.Contents().ShouldBe(before);
    }

    [DiskFact]
    public void Commands_ReadOnlyDisk_StillReadFromIt()
    {
        using var disk = new SmallDisk(Plenty);
        using var elsewhere = new Scratch();
        var run = Sources(disk, 300);
        Command.Run("train", run).Refusal().ShouldBeEmpty();
        Command.Run("evaluate", disk.Place("runs/demo/model")).Refusal().ShouldBeEmpty();
        disk.MakeReadOnly();

        Command.Run("import", run).Refusal().ShouldBeEmpty();
        Command.Run("evaluate", disk.Place("runs/demo/model")).Refusal().ShouldBeEmpty();
        Command.Run("predict", disk.Place("runs/demo/model"), "--input", disk.Place("rows.csv"), "--output", elsewhere.Place("scores.csv")).Refusal().ShouldBeEmpty();
        File.ReadLines(elsewhere.Place("scores.csv")).Count().ShouldBe(301);
    }

    static string Sources(SmallDisk disk, int rows)
    {
        File.WriteAllText(disk.Place("rows.csv"), Samples.Rows(rows));
        File.WriteAllText(disk.Place("run.yaml"), Samples.Configuration);
        return disk.Place("run.yaml");
    }

    static IEnumerable<KeyValuePair<string, string>> WithoutLog(Dictionary<string, string> contents) => contents.Where(f => !f.Key.EndsWith("metrics.jsonl", StringComparison.Ordinal));

    static Command Predict(SmallDisk disk) =>
        Command.Run("predict", disk.Place("runs/demo/model"), "--input", disk.Place("rows.csv"), "--output", disk.Place("scores.csv"));

    static void Refused(Command command, params string[] texts)
    {
        var line = command.Refusal();
        line.ShouldNotBeEmpty();
        foreach (var text in texts) line.ShouldContain(text);
    }
}
