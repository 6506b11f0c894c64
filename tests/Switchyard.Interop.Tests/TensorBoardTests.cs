using Switchyard.Data;

namespace Switchyard.Interop.Tests;

/// <summary>Event files, read back by the public format.</summary>
public sealed class TensorBoardTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    readonly List<string> _warnings = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_EventsOfARun_AreScalarsByTag()
    {
        using (var board = Board())
        {
            board.Write(Run());
            board.Write(Step(1, 0.75));
            board.Write(new ExpertsEvent
            {
                Step = 20,
                Layers =
                [
                    new MetricLayer("task.0", null, 2, [new MetricGate(null, null, null, 8, [0.25, 0.75], [1, 0], [0.5, 0.5]), new MetricGate("click", null, null, 8, [0, 1], [1, 0], [0, 1])]),
                    new MetricLayer("expert", null, 2, [new MetricGate(null, null, null, 8, [], [], [0.125, 0.875])]),
                ],
            });
            board.Write(new ValidationEvent
            {
                Step = 20,
                Epoch = 1,
                Seconds = 3,
                Value = 0.8125,
                Best = 0.8125,
                Improved = true,
                Cells = [new MetricCell("land", "Österreich", "click", 10, 3, 0.625, 0.5), new MetricCell("land", "x", "click", 1, 0, null, 0.25), new MetricCell(null, null, "click", 11, 3, 0.75, 0.5)],
            });
            board.Write(new EndEvent { Step = 20, Seconds = 3, Reason = EndReason.Finished });
        }

        var events = EventFileReader.Read(Files().ShouldHaveSingleItem());

        (events[0].Version, events[0].Step).ShouldBe(("brain.Event:2", 0));
        events.ShouldAllBe(e => e.WallTime == 12345.5);
        (events[1].Session, events[1].Step).ShouldBe((1, 1L));
        events.Skip(2).Select(e => e.Step).ShouldBe([1, 20, 20]);
        events[2].Scalars.ShouldBe(
        [
            ("loss/click", 0.5f), ("auxiliary/task.0.specific", 2f), ("auxiliary/all", 0.25f),
            ("training/loss", 0.75f), ("training/rate", 0.001f), ("training/rows_per_second", 1000f),
        ]);
        events[3].Scalars.ShouldBe(
        [
            ("specific/task.0/0", 0.25f), ("shared/task.0/0", 1f), ("weight/task.0/0", 0.5f),
            ("specific/task.0/1", 0.75f), ("shared/task.0/1", 0f), ("weight/task.0/1", 0.5f),
            ("weight/expert/0", 0.125f), ("weight/expert/1", 0.875f),
        ]);
        events[4].Scalars.ShouldBe(
        [
            ("validation/monitor", 0.8125f), ("auc/land/Österreich/click", 0.625f), ("log_loss/land/Österreich/click", 0.5f), ("log_loss/land/x/click", 0.25f),
            ("auc/all/click", 0.75f), ("log_loss/all/click", 0.5f),
        ]);
    }

    /// <summary>The reader drops what earlier files say of steps from a session's start on.</summary>
    [Fact]
    public void Write_ResumedRun_AddsAFileThatBeginsASession()
    {
        using (var board = Board()) board.Write(Run());
        using (var board = Board())
        {
            board.Write(Run() with { After = 300 });
            board.Write(Step(301, 0.5));
        }

        var files = Files();

        files.Length.ShouldBe(2);
        var events = files.Select(EventFileReader.Read).Single(e => e.Count > 2);
        (events[1].Session, events[1].Step).ShouldBe((1, 301L));
        events[2].Step.ShouldBe(301);
    }

    [Fact]
    public void Write_NewRunOfTheSameName_LeavesFilesAndHidesTheirSteps()
    {
        using (var board = Board()) board.Write(Run());

        using (var board = Board()) board.Write(Run() with { Started = DateTimeOffset.UnixEpoch.AddSeconds(9) });

        Files().Select(Path.GetFileName).ShouldBe(["events.out.tfevents.0.0.switchyard", "events.out.tfevents.9.0.switchyard"], ignoreOrder: true);
        var first = EventFileReader.Read(Files().Single(f => f.Contains(".9.", StringComparison.Ordinal)))[1];
        (first.Session, first.Step).ShouldBe((1, 1L));
    }

    [Theory]
    [InlineData("../x", "..-x")]
    [InlineData("/x/y", "-x-y")]
    [InlineData("..", "run")]
    [InlineData(" a b ", "a b")]
    public void Write_AnyName_StaysInsideTheFolder(string name, string folder)
    {
        var inside = Path.Combine(_folder.FullName, "events");
        using (var board = new TensorBoardLog(inside, _warnings.Add, new Clock())) board.Write(Run() with { Name = name });

        _folder.GetDirectories().Select(d => d.Name).ShouldBe(["events"]);
        Directory.GetDirectories(inside).Select(Path.GetFileName).ShouldBe([folder]);
        _warnings.ShouldBeEmpty();
    }

    /// <summary>Checksums known from RFC 3720, B.4, of 32 zero bytes and of bytes that count up; a record carries them masked.</summary>
    [Theory]
    [InlineData(false, 0x8a9136aau)]
    [InlineData(true, 0x46dd794eu)]
    public void Frame_KnownBytes_KnownChecksum(bool counts, uint crc)
    {
        var record = Enumerable.Range(0, 32).Select(i => (byte)(counts ? i : 0)).ToArray();
        var written = new System.Buffers.ArrayBufferWriter<byte>();

        RecordFraming.Write(written, record);

        written.WrittenSpan[12..^4].ToArray().ShouldBe(record);
        BitConverter.ToUInt32(written.WrittenSpan[^4..]).ShouldBe(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }

    [Fact]
    public void Create_FolderIsAFile_SaysWhatToDo()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");

        Should.Throw<InputException>(() => new TensorBoardLog(file, _warnings.Add)).Message.ShouldStartWith($"{file} cannot be made for event files: ");
        Should.Throw<InputException>(() => new TensorBoardLog(" ", _warnings.Add)).Message.ShouldBe("The folder for event files has an empty name; name a folder.");
    }

    [Fact]
    public void Write_FileCannotBeWritten_WarnsOnceAndGoesOn()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "r"), "");
        using var board = Board();

        board.Write(Run());
        board.Write(Step(1, 0.5));
        board.Write(new EndEvent { Step = 1, Seconds = 1, Reason = EndReason.Finished });

        _warnings.ShouldHaveSingleItem().ShouldContain("cannot be written");
    }

    TensorBoardLog Board() => new(_folder.FullName, _warnings.Add, new Clock());

    string[] Files() => Directory.GetFiles(Path.Combine(_folder.FullName, "r"));

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

    static StepEvent Step(long step, double loss) => new()
    {
        Step = step,
        Epoch = 1,
        Seconds = step,
        Loss = loss,
        Tasks = new Dictionary<string, double> { ["click"] = 0.5 },
        Auxiliary = new Dictionary<string, double> { ["task.0.specific"] = 2 },
        AuxiliaryLoss = 0.25,
        Rate = 0.001,
        RowsPerSecond = 1000,
        LeftSeconds = 1,
    };

    sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(12345.5);
    }
}
