using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Switchyard.Data;

namespace Switchyard.Server.Tests;

/// <summary>What a file that records are appended to may be, and who may write it.</summary>
[Collection(ModelTests.Name)]
public sealed class RecordFileTests(TrainedModel model) : IDisposable
{
    const string Record = """{"time":"2026-11-22T12:00:00Z","kind":"rank"}""";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    string Place => Path.Combine(_folder.FullName, "requests.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Open_FileOfAnotherWriter_IsRefusedUntilThatOneHasEnded()
    {
        await using (var first = New())
        {
            first.Open();
            await using (var second = New())
            {
                Should.Throw<InputException>(second.Open).Message.ShouldContain("another server records there");
            }

            await first.AppendAsync(Line(Record));
        }

        await using (var third = New())
        {
            third.Open();
            await third.AppendAsync(Line(Record));
        }

        File.ReadAllLines(Place).ShouldBe([Record, Record]);
    }

    [Fact]
    public async Task Open_FileThatOthersMayRead_BecomesTheOwners()
    {
        // Files have no such mode there.
        if (OperatingSystem.IsWindows()) return;
        File.WriteAllText(Place, $"{Record}\n");
        File.SetUnixFileMode(Place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        await using var file = New();
        file.Open();

        File.GetUnixFileMode(Place).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("my notes, without an end of line")]
    [InlineData("{\"times\":")]
    [InlineData("x")]
    public async Task Open_LastLineIsNoRecord_IsRefusedAndLeft(string last)
    {
        var text = $"{Record}\n{last}";
        File.WriteAllText(Place, text);

        await using var file = New();

        Should.Throw<InputException>(file.Open).Message.ShouldContain("no record");
        File.ReadAllText(Place).ShouldBe(text);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"time\":\"")]
    [InlineData("{\"time\":\"2026-11-22T12:00:00Z\",\"ki")]
    public async Task Open_LastLineIsACutRecord_GoesOnAfterTheOneBefore(string last)
    {
        File.WriteAllText(Place, $"{Record}\n{last}");

        await using (var file = New())
        {
            file.Open();
            await file.AppendAsync(Line(Record));
        }

        File.ReadAllLines(Place).ShouldBe([Record, Record]);
    }

    [Fact]
    public async Task Create_RecorderOnAFileInUse_IsOneLine()
    {
        var options = new RecordOptions { Path = Place };
        await using var first = new RequestRecorder(options, NullLogger.Instance, TimeProvider.System);

        Should.Throw<InputException>(() => new RequestRecorder(options, NullLogger.Instance, TimeProvider.System)).Message.ShouldNotContain('\n');
    }

    [Fact]
    public async Task Metrics_WhileRecording_CountTheRecords()
    {
        await using var server = await RunningServer.StartAsync(model, $"record: {{path: {Place}}}");
        await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", """{"scenario": ["home", "DE"], "items": ["a"]}"""));

        // The writer may come a moment after the answer.
        var values = new Dictionary<string, double>();
        for (var look = 0; look < 500 && values.GetValueOrDefault("switchyard_server_records_total{outcome=\"written\"}") < 1; look++)
        {
            if (look > 0) await Task.Delay(20);
            values = new Dictionary<string, double>(PrometheusParser.Parse(await server.Client.GetStringAsync("/metrics")));
        }

        values["switchyard_server_records_total{outcome=\"written\"}"].ShouldBe(1);
        values["switchyard_server_records_total{outcome=\"dropped\"}"].ShouldBe(0);
    }

    RecordFile New() => new(Place, 1 << 20, 3);

    static byte[] Line(string text) => Encoding.UTF8.GetBytes($"{text}\n");
}
