using System.Text;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard.Tests;

/// <summary>The file of a metric log: whole lines, whatever befalls the run.</summary>
public sealed class MetricLogTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    readonly List<string> _warnings = [];
    readonly Clock _clock = new();

    string File => Path.Combine(_folder.FullName, "run", "metrics.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_StepsWithinASecond_ReachTheFileTogether()
    {
        using var log = Open();
        log.Write(Run());
        log.Write(Step(1));
        Kinds().ShouldBe(["run"]);

        log.Write(Step(2));
        _clock.Seconds = 1;
        log.Write(Step(3));

        Kinds().ShouldBe(["run", "step", "step", "step"]);
    }

    [Fact]
    public void Write_AnythingButAStep_ReachesTheFileAtOnce()
    {
        using var log = Open();
        log.Write(Run());
        log.Write(Step(1));

        log.Write(new ControlEvent(1, ControlAction.Rate, 0.5));

        Kinds().ShouldBe(["run", "step", "control"]);
    }

    /// <summary>The log of a process that ends without a chance to close it.</summary>
    [Fact]
    public void Write_NeverClosed_LinesAreWhole()
    {
        var log = Open();
        log.Write(Run());
        for (var step = 1; step <= 5000; step++)
        {
            log.Write(Step(step));
            if (step % 700 == 0) _clock.Seconds += 1;
            if (step % 500 == 0) System.IO.File.ReadAllText(File).ShouldEndWith("}\n");
        }

        // The second that began after step 4900 was over at the next one; those behind it are lost.
        MetricLogReader.Read(File).Length.ShouldBe(1 + 4901);
        log.Dispose();
    }

    [Fact]
    public void Write_Numbers_HaveSevenDigitsAtMost()
    {
        using (var log = Open()) log.Write(Step(3) with { Loss = 1 / 3.0, Rate = 1e-5, Seconds = 123456.789012, RowsPerSecond = 0 });

        var line = System.IO.File.ReadAllText(File);

        line.ShouldContain("\"loss\":0.3333333,");
        line.ShouldContain("\"rate\":1E-05,");
        line.ShouldContain("\"seconds\":123456.8,");
        line.ShouldContain("\"rows_per_second\":0,");
    }

    /// <summary>JSON has no word for what is no number; a line that cannot be read would cost the whole log.</summary>
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Write_NoFiniteNumber_IsNull(double value)
    {
        using (var log = Open()) log.Write(Step(3) with { Loss = value, Tasks = new Dictionary<string, double> { ["click"] = value } });

        System.IO.File.ReadAllText(File).ShouldContain("\"loss\":null,\"tasks\":{\"click\":null}");
        var step = MetricLogReader.Read(File).ShouldHaveSingleItem().ShouldBeOfType<StepEvent>();
        (step.Loss, step.Tasks["click"], step.Rate).ShouldBe((double.NaN, double.NaN, 0.001));
    }

    /// <summary>What a checkpoint covers is not told again, so it must not wait when one is saved.</summary>
    [Fact]
    public void Flush_KilledThen_NothingIsLost()
    {
        using var log = Open();
        log.Write(Run());
        log.Write(Step(1));

        log.Flush();

        Kinds().ShouldBe(["run", "step"]);
    }

    [Fact]
    public void Open_Resumed_DropsWhatCameLaterAndTheEnd()
    {
        using (var log = Open())
        {
            foreach (var happened in (MetricEvent[])[Run(), Step(1), Step(2), new ControlEvent(2, ControlAction.Checkpoint, null), Step(3), End(3)]) log.Write(happened);
        }

        System.IO.File.AppendAllText(File, """{"event":"step","step":1,"ep""");
        using (var log = Open(resumed: 2))
        {
            log.GoesOn.ShouldBeTrue();
            log.Write(Step(3));
        }

        MetricLogReader.Read(File).Select(e => (e as StepEvent)?.Step).ShouldBe([null, 1, 2, null, 3]);
        Directory.GetFiles(Path.GetDirectoryName(File)!).ShouldBe([File]);
        _warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("own", true)]
    [InlineData("former", true)]
    [InlineData(null, true)]
    [InlineData("another", false)]
    public void Open_ResumedLogOfAnId_GoesOnWhereItIsTheRuns(string? id, bool goesOn)
    {
        var head = Run() with { RunId = id };
        using (var log = Open())
        {
            log.Write(head);
            log.Write(Step(1));
        }

        using (var log = new MetricLog(File, 1, _warnings.Add, _clock, "own", "former")) log.GoesOn.ShouldBe(goesOn);

        if (!goesOn) System.IO.File.ReadAllText(File).ShouldBeEmpty();
        else System.IO.File.ReadLines(File).First().ShouldBe(System.Text.Json.JsonSerializer.Serialize<MetricEvent>(head with { RunId = "own" }, MetricJson.Options));
    }

    [Fact]
    public void Open_ResumedWithoutALogOfTheRun_BeginsOne()
    {
        using (var log = Open(resumed: 2)) log.GoesOn.ShouldBeFalse();
        System.IO.File.WriteAllText(File, "{\"event\":\"step\",\"step\":1}\nnot json\n");
        using (var log = Open(resumed: 2)) log.GoesOn.ShouldBeFalse();
        System.IO.File.ReadAllText(File).ShouldBeEmpty();
    }

    [Fact]
    public void Open_NewRun_ReplacesTheLogOfTheOneBefore()
    {
        using (var log = Open()) log.Write(Run());
        using (var log = Open()) log.Write(Step(1));
        Kinds().ShouldBe(["step"]);
    }

    /// <summary>A second run in the same folder has no log, and leaves that of the first as it is.</summary>
    [Fact]
    public void Open_AnotherRunWritesIt_WarnsOnce()
    {
        using var first = Open();
        first.Write(Run());
        using (var second = Open())
        {
            second.Write(Step(1));
            second.Write(End(1));
        }

        _warnings.ShouldHaveSingleItem().ShouldContain("cannot be written");
        Kinds().ShouldBe(["run"]);
    }

    [FullDiskFact]
    public void Write_DiskIsFull_WarnsOnceAndStops()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.CreateSymbolicLink(File, "/dev/full");
        using var log = Open();

        log.Write(Run());
        log.Write(Step(1));
        log.Write(End(1));

        var warning = _warnings.ShouldHaveSingleItem();
        warning.ShouldStartWith($"{File} cannot be written: ");
        warning.ShouldEndWith("training goes on, and this log ends here");
        warning.ShouldNotContain("\n");
    }

    [Fact]
    public void Read_LastLineIsHalf_LeavesItOut()
    {
        using (var log = Open()) log.Write(Run());
        System.IO.File.AppendAllText(File, """{"event":"step","st""", Encoding.UTF8);

        MetricLogReader.Read(File).ShouldHaveSingleItem().ShouldBeOfType<RunEvent>().Name.ShouldBe("r");
    }

    [Fact]
    public void Read_EventOfALaterVersion_LeavesItOut()
    {
        using (var log = Open()) log.Write(Step(1));
        System.IO.File.AppendAllText(File, "{\"event\":\"weather\",\"step\":2}\n");

        MetricLogReader.Read(File).ShouldHaveSingleItem().ShouldBeOfType<StepEvent>();
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("{\"event\":\"step\"}")]
    [InlineData("nothing")]
    public void Read_LineIsNoEvent_NamesIt(string line)
    {
        using (var log = Open()) log.Write(Run());
        System.IO.File.AppendAllText(File, line + "\n");

        Should.Throw<InputException>(() => MetricLogReader.Read(File)).Message.ShouldStartWith($"{File}, line 2: not a metric event");
        var warnings = new List<string>();
        MetricLogReader.Read(File, warnings.Add).Length.ShouldBe(1);
        warnings.ShouldBe([$"{File}: 1 of its lines, the first at 2, is no metric event and is left out"]);
    }

    [Fact]
    public void Read_NoFile_SaysSo() =>
        Should.Throw<InputException>(() => MetricLogReader.Read(File)).Message.ShouldStartWith($"{File} cannot be read: ");

    /// <summary>About so many in a run of any length, and in a short one no step is watched too often.</summary>
    [Theory]
    [InlineData(1, 64, 1, 1)]
    [InlineData(97, 1, 97, 2)]
    [InlineData(1999, 256, 1999, 21)]
    [InlineData(1999, 4096, 1999, 81)]
    [InlineData(2000, 512, 1001, 41)]
    [InlineData(1234567, 64, 1002, 102)]
    public void Cadence_RunOfAnyLength_LogsEvenly(long total, int batchSize, int steps, int experts)
    {
        var cadence = MetricCadence.OfRun;

        Enumerable.Range(1, (int)total).Count(step => cadence.IsLogged(step, total)).ShouldBe(steps);
        Enumerable.Range(1, (int)total).Count(step => cadence.CountsExperts(step, total, batchSize)).ShouldBe(experts);
    }

    MetricLog Open(long resumed = 0) => new(File, resumed, _warnings.Add, _clock);

    string[] Kinds() => [.. MetricLogReader.WholeLines(File).Select(line => MetricJson.Place(line).Kind)];

    static RunEvent Run() => new()
    {
        Name = "r",
        Started = DateTimeOffset.UnixEpoch,
        Model = "mmoe",
        Configuration = "",
        Tasks = ["click"],
        Levels = [],
        Parameters = 1,
        Epochs = 1,
        StepsPerEpoch = 10,
        BatchSize = 2,
        Rows = new MetricRows(20, 0, 0),
        Monitor = "mean_auc",
        HigherIsBetter = true,
    };

    static StepEvent Step(long step) => new()
    {
        Step = step,
        Epoch = 1,
        Seconds = step,
        Loss = 0.5,
        Tasks = new Dictionary<string, double> { ["click"] = 0.5 },
        Auxiliary = new Dictionary<string, double>(),
        AuxiliaryLoss = 0,
        Rate = 0.001,
        RowsPerSecond = 2,
        LeftSeconds = 10 - step,
    };

    static EndEvent End(long step) => new() { Step = step, Seconds = step, Reason = EndReason.Finished };

    /// <summary>Runs where a file stands for a full disk.</summary>
    sealed class FullDiskFactAttribute : FactAttribute
    {
        public FullDiskFactAttribute()
        {
            if (!System.IO.File.Exists("/dev/full")) Skip = "no file of this system stands for a full disk.";
        }
    }

    /// <summary>A clock that stands until it is set.</summary>
    sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
